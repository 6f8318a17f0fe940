"""Where files come from: a pinned list of names and sizes, and a way to read a few bytes.

`directories` and `hub` make these; `inspection` reads them. Nothing here knows a model.
"""

import json
from collections.abc import Mapping
from typing import Any, Protocol

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from evals.problems import refuse


class Source(Protocol):
    """The files of one revision of one place."""

    @property
    def locator(self) -> str:
        """Return the place, in its canonical spelling."""

    @property
    def revision(self) -> str:
        """Return what pins the content: a commit, or a hash."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """Return every file with its size in bytes."""

    @property
    def licence(self) -> str:
        """Return the licence that the place declares, or an empty string."""

    def read(self, path: str, start: int, length: int) -> bytes:
        """Return a part of a file, never more than `length` bytes."""


def plain(value: object, length: int) -> str:
    """Return a text from a foreign file without what a database or a terminal chokes on."""
    text = "" if value is None else str(value)
    return "".join(character for character in text[:length] if character.isprintable())


def read_json(source: Source, path: str, *, max_bytes: int) -> dict[str, Any]:
    """Return a JSON object that lies in a file, or refuse with the reason."""
    size = source.sizes[path]
    if size > max_bytes:
        raise refuse(
            "locator",
            "CONFIG_TOO_LARGE",
            _("%(path)s has %(size)s bytes; at most %(most)s are read. Submit a smaller file.")
            % {
                "path": path,
                "size": number_format(size, force_grouping=True),
                "most": number_format(max_bytes, force_grouping=True),
            },
        )
    try:
        content = json.loads(source.read(path, 0, size))
    except (ValueError, RecursionError) as error:
        raise refuse(
            "locator",
            "CONFIG_UNREADABLE",
            _("%(path)s is not valid JSON: mend it and submit again.") % {"path": path},
        ) from error
    if not isinstance(content, dict):
        raise refuse(
            "locator",
            "CONFIG_UNREADABLE",
            _("%(path)s must hold a JSON object: mend it first.") % {"path": path},
        )
    return content
