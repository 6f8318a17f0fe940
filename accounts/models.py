"""The person who signs in. A model of our own from the first migration, so it can grow."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """Someone with an account; voting and reading need none."""
