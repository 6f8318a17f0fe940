"""A small world, the tiny models trained on it, and the questions that measure them."""
