"""The board: its rows, and the order, the filters and the columns that a reader asks for."""
