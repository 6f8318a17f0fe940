"""Submissions: the form, the queue, and a person's own page."""
