"""Large packages that few requests need: imported when something of theirs is first asked for.

pandas, pyarrow and plotly take half of a web process's memory, and most processes never use them.
A module that uses one names it twice: for the type checker, and here.
"""

import importlib
from typing import Any


class Module:
    """Stands for a package until it is used."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        """Import the package, and return what it has by that name."""
        return getattr(importlib.import_module(self._name), name)
