"""What can be submitted from here: parents to stand on, and directories nobody submitted yet.

Only names are looked at; what a directory holds is inspected when it is submitted.
"""

import os
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from django.conf import settings

from evals.models import Contender, Suite

DEPTH_MAX = 3
SUGGESTIONS_MAX = 50
MARKS = {"MODEL": "config.json", "ADAPTER": "adapter_config.json"}


def parents() -> list[tuple[str, str]]:
    """Return the slug and name of everything an adapter can stand on, as a tree."""
    able = Contender.objects.listed().exclude(kind=Contender.Kind.BASELINE)
    children: dict[int | None, list[Contender]] = defaultdict(list)
    for contender in able.order_by("name", "pk"):
        children[contender.parent_id].append(contender)
    return list(_branches(children, None))


def suites() -> list[tuple[str, str]]:
    """Return the key and title of every suite, the default one first."""
    current = Suite.objects.current().order_by("title", "pk").values_list("key", "title")
    return sorted(current, key=lambda each: each[0] != settings.DEFAULT_SUITE)


def directories(kind: str) -> list[str]:
    """Return directories under MODEL_ROOT that look like this kind and are not known yet."""
    known = set(
        Contender.objects.filter(source=Contender.Source.DIRECTORY).values_list(
            "locator", flat=True
        )
    )
    found = (each for root in settings.MODEL_ROOT for each in _found(root, MARKS.get(kind, "")))
    return sorted(islice((each for each in found if each not in known), SUGGESTIONS_MAX))


def is_directory(locator: str) -> bool:
    """Say whether a locator names one of the directories that can be submitted."""
    found = (
        each
        for root in settings.MODEL_ROOT
        for mark in MARKS.values()
        for each in _found(root, mark)
    )
    return locator in found


def _branches(
    children: dict[int | None, list[Contender]], parent: int | None
) -> Iterator[tuple[str, str]]:
    for child in children.get(parent, ()):
        indent = "\u2003" * child.depth + ("↳ " if child.depth else "")
        yield child.slug, indent + child.name
        yield from _branches(children, child.pk)


def _found(root: Path, mark: str) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        path = Path(folder)
        depth = len(path.relative_to(root).parts)
        folders[:] = [] if depth >= DEPTH_MAX else sorted(f for f in folders if f[0] != ".")
        if mark in files and depth:
            yield path.relative_to(root).as_posix()
