"""Battles, votes and ratings: the human half of the product."""
