"""The command meets a site whose static files nobody collected."""

from pathlib import Path

import pytest
from django.conf import settings


@pytest.fixture(scope="session", autouse=True)
def static_root() -> None:
    """Make the directory that the server looks into as it starts."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
