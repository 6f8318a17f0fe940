"""Pages under test name their static files as they lie in the tree."""

from tests.leaderboard.conftest import plain_static_files

__all__ = ["plain_static_files"]
