"""Directories under MODEL_ROOT: found without leaving it, pinned by the hash of their content.

MODEL_ROOT is a list and the first root that has the path wins. Hidden files do not count, and
texts for people (*.md) may change without making another contender.
"""

import hashlib
import os
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from evals.problems import Refused, refuse

FILES_MAX = 2_000
REVISION_DIGITS = 40
TEXTS = (".md",)
LICENCE_LINE = re.compile(r"^license:\s*[\"']?([\w.+ -]{1,60}?)[\"']?\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Directory:
    """One directory as it is now."""

    locator: str  # relative to its root
    path: Path
    revision: str
    sizes: Mapping[str, int]
    licence: str

    def read(self, path: str, start: int, length: int) -> bytes:
        """Return a part of a file."""
        with (self.path / path).open("rb") as file:
            file.seek(start)
            return file.read(length)


def look_in(locator: str) -> Directory:
    """Return the directory that a locator names, hashed; refuse what leaves its root."""
    return _opened(*_find(locator))


def look_under(root: Path, locator: str) -> Directory:
    """Return a directory right under a root of our own making."""
    path = root.resolve() / locator
    if not path.is_dir():
        raise refuse("locator", "NOT_FOUND", _("Nothing like that was uploaded: upload it again."))
    return _opened(root.resolve(), path)


def _opened(root: Path, path: Path) -> Directory:
    sizes = _sizes(root, path)
    return Directory(
        locator=path.relative_to(root).as_posix(),
        path=path,
        revision=content_hash(path, tuple(_signatures(path, sizes))),
        sizes=sizes,
        licence=_licence(path, sizes),
    )


def place(locator: str) -> Path:
    """Return where a directory lies; raise Refused where it is gone."""
    return _find(locator)[1]


def _find(locator: str) -> tuple[Path, Path]:
    """Return the root and the real path; a link that leads out of every root is refused."""
    roots = [root.resolve() for root in settings.MODEL_ROOT]
    is_outside = Path(locator).is_absolute() and not any(
        Path(locator).resolve().is_relative_to(root) for root in roots
    )
    for root in roots:
        path = root / locator  # an absolute locator replaces the root
        if not os.path.isdir(path):  # never raises, unlike Path's
            continue
        real = path.resolve()
        if real.is_relative_to(root) and real != root:
            return root, real
        is_outside = True
    if is_outside:
        raise refuse(
            "locator",
            "OUTSIDE_MODEL_ROOT",
            _("That path leads out of the directories that may be submitted (MODEL_ROOT)."),
        )
    raise refuse(
        "locator",
        "NOT_FOUND",
        _("No such directory under MODEL_ROOT: give its path relative to one of the roots."),
    )


def _sizes(root: Path, path: Path) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for folder, folders, names in os.walk(path, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(name for name in names if not name.startswith(".")):
            file = Path(folder, name)
            if not file.resolve().is_relative_to(root):
                raise _link_leaves(file.relative_to(path))
            if not file.is_file():
                continue
            sizes[file.relative_to(path).as_posix()] = file.stat().st_size
        for name in folders:
            if not Path(folder, name).resolve().is_relative_to(root):
                raise _link_leaves(Path(folder, name).relative_to(path))
        if len(sizes) > FILES_MAX:
            raise refuse(
                "locator",
                "TOO_MANY_FILES",
                _("That directory holds more than %(most)s files: name the model's own.")
                % {"most": number_format(FILES_MAX, force_grouping=True)},
            )
    return sizes


def _link_leaves(file: Path) -> Refused:
    sentence = _("%(file)s is a link that leaves MODEL_ROOT: replace it by the file itself.") % {
        "file": file
    }
    return refuse("locator", "LINK_LEAVES_ROOT", sentence)


def _signatures(path: Path, sizes: Mapping[str, int]) -> list[tuple[str, int, int]]:
    """Return what changes when a file does, so that an unchanged one is hashed once only."""
    return [(name, size, (path / name).stat().st_mtime_ns) for name, size in sizes.items()]


@lru_cache(maxsize=256)
def content_hash(path: Path, signatures: tuple[tuple[str, int, int], ...]) -> str:
    """Return "sha256:" and the hash over the files' names and contents."""
    names = sorted(name for name, _, _ in signatures if not name.endswith(TEXTS))
    with ThreadPoolExecutor() as pool:  # hashing leaves the interpreter's lock
        digests = list(pool.map(lambda name: _digest(path / name), names))
    whole = hashlib.sha256()
    for name, digest in zip(names, digests, strict=True):
        whole.update(f"{name}\0{digest}\n".encode("utf-8", "surrogateescape"))
    return f"sha256:{whole.hexdigest()[:REVISION_DIGITS]}"


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _licence(path: Path, sizes: Mapping[str, int]) -> str:
    """Return the licence named at the head of the model card, as the hub writes it."""
    if "README.md" not in sizes:
        return ""
    with (path / "README.md").open(encoding="utf-8", errors="replace") as card:
        head = card.read(4_000)
    found = LICENCE_LINE.search(head) if head.startswith("---") else None
    return found[1] if found else ""
