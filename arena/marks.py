"""How an answer looks: its length, headers, bold and lists, as style control wants them.

Pure text to numbers. A vote is described by (a - b) / (a + b) of each, as arena-rank has it, so
that it lies between -1 and 1 and two empty answers do not differ.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

FENCED = re.compile(r"(```|~~~).*?(?:\1|\Z)", re.DOTALL)  # a comment in code is no header
HEADER = re.compile(r"^ {0,3}#{1,6}\s", re.MULTILINE)
BOLD = re.compile(r"\*\*[^*\n]+\*\*|__[^_\n]+__")
LIST = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s", re.MULTILINE)


class Marks(NamedTuple):
    """Counts in all answers of one side."""

    length: int  # characters
    headers: int
    bold: int
    lists: int  # items


class Style(NamedTuple):
    """How the two sides of a battle differ, each from -1 (all in B) to 1 (all in A)."""

    length: float
    headers: float
    bold: float
    lists: float


def of(answers: Iterable[str]) -> Marks:
    """Count the marks of style in one side's answers."""
    whole = "\n".join(answers)
    prose = FENCED.sub("", whole)
    return Marks(
        length=len(whole),
        headers=len(HEADER.findall(prose)),
        bold=len(BOLD.findall(prose)),
        lists=len(LIST.findall(prose)),
    )


def style(a: Marks, b: Marks) -> Style:
    """Return how A differs from B."""
    return Style(*((x - y) / (x + y) if x + y else 0.0 for x, y in zip(a, b, strict=True)))
