"""Pages under test name their static files as they lie in the tree; nothing is collected."""

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture
def static_site(settings: Settings) -> None:
    """Serve static files by their plain names."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
