"""plotly.min.js as a static file, straight from the installed package: one file, no copy."""

import re
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

_FOUND = find_spec("plotly")  # found, not imported: only its file is wanted
PACKAGE = Path((_FOUND and _FOUND.origin) or "").parent / "package_data"
FILE = "plotly.min.js"
GUARD = re.compile(r'if\(!document\.getElementById\("([0-9a-f]{40,64})"\)\)')


@cache
def style_guards() -> tuple[str, ...]:
    """Return the ids of the style sheets that the script would add to a page by itself.

    A page that has elements of these ids keeps its content security policy: nothing is added.
    """
    return tuple(GUARD.findall((PACKAGE / FILE).read_text(encoding="utf-8")))


class PlotlyFinder(BaseFinder):
    """Find `plotly/plotly.min.js`, and nothing else of the package."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.storage = FileSystemStorage(location=PACKAGE)
        self.storage.prefix = "plotly"  # type: ignore[attr-defined]

    def check(self, **_kwargs: Any) -> list[Any]:
        """Say that nothing can be configured wrongly."""
        return []

    def find(self, path: str, find_all: bool = False, **_kwargs: Any) -> Any:
        """Return where the file lies."""
        if path != f"plotly/{FILE}":
            return []
        found = str(PACKAGE / FILE)
        return [found] if find_all else found

    def list(self, _ignore_patterns: Iterable[str] | None) -> Iterable[Any]:
        """Yield the file for collectstatic."""
        yield FILE, self.storage
