"""Where a test run keeps its files: a short, private directory, chosen before settings load."""

import os
import shutil
import tempfile

_made = tempfile.mkdtemp(prefix="p4p-")
os.environ.setdefault("VAR_DIR", _made)
os.environ.setdefault("BOARD_CHECK_S", "0")  # tests change rows under the board's feet
os.environ.setdefault("LIMITS", "false")  # tests ask faster than people; tests of limits turn it on
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the thread


def pytest_unconfigure() -> None:
    """Remove what the run left behind."""
    shutil.rmtree(_made, ignore_errors=True)
