"""Contenders side by side, down to single questions."""
