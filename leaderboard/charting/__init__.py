"""Charts beside quality against cost: each module reads a board and returns one picture."""
