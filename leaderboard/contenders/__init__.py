"""One contender: its stack, its scores, what it costs, what others say of it."""
