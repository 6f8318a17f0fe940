"""Pages under test name their static files as they lie in the tree; nothing is collected."""

from tests.security.conftest import static_site

__all__ = ["static_site"]
