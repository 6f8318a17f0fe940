"""People: the site's own user model and their API tokens. It imports nothing else of ours."""
