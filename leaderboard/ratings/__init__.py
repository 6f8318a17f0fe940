"""The pages of the ratings: the table, the history, the matrices, the choice of a reader."""
