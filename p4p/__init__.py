"""The command line of a Pound for Pound site: it speaks to the API and imports nothing of it."""
