"""The arena's pages: battles, votes, reports, and what is public about them."""
