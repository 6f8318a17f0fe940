"""People: the site's own user model. It imports nothing else of ours."""
