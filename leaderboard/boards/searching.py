"""The search box: plain words, and `@base:`, `@licence:`, `@kind:`, `@quant:` for one property.

Every word must occur somewhere in a row. Of several values for one property any may hold, and
every property named must. A value with spaces stands in quotes: `@base:"Heron instruct"`.
Nothing here fails: what it does not understand is told to the reader by `Query.unknown`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

from leaderboard.boards.frame import Frame, Mask, mask
from leaderboard.boards.rows import BoardRow

TOKEN = re.compile(
    r'@(?P<field>[a-z]+):(?:"(?P<quoted>[^"]*)"|(?P<plain>\S*))|(?P<word>\S+)', re.IGNORECASE
)
FIELDS: MappingProxyType[str, Callable[[BoardRow], str]] = MappingProxyType(
    {
        "base": lambda row: f"{row.base} {row.stack[0]}",
        "licence": lambda row: " ".join((*row.licences, row.inherited.terms.word)),
        "kind": lambda row: "adapter lora" if row.is_adapter else row.kind,
        "quant": lambda row: row.quantisation,
        "class": lambda row: row.weight_class,
    }
)
SPELLINGS = MappingProxyType({"license": "licence", "quantisation": "quant", "type": "kind"})


@dataclass(frozen=True, slots=True)
class Query:
    """What the reader typed, understood."""

    words: tuple[str, ...] = ()
    properties: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()  # names after @ that mean nothing here

    def found(self, rows: Frame) -> Mask:
        """Return which rows are what was asked for."""
        found = rows.everybody
        for word in self.words:
            found = found & mask(word in text for text in rows.words("search", text_of))
        for name in dict(self.properties):
            values = [value for field, value in self.properties if field == name]
            told = rows.words(f"search.{name}", FIELDS[name])
            found = found & mask(any(value in text.casefold() for value in values) for text in told)
        return found


def understood(typed: str) -> Query:
    """Read what the reader typed."""
    words: list[str] = []
    properties: list[tuple[str, str]] = []
    unknown: list[str] = []
    for found in TOKEN.finditer(typed.casefold()):
        if (word := found["word"]) is not None:
            words.append(word)
            continue
        name = SPELLINGS.get(found["field"], found["field"])
        value = found["plain"] if found["quoted"] is None else found["quoted"]
        if name not in FIELDS:
            unknown.append(f"@{found['field']}")
        elif value.strip():
            properties.append((name, value.strip()))
    return Query(tuple(words), tuple(properties), tuple(dict.fromkeys(unknown)))


def text_of(row: BoardRow) -> str:
    """Return everything of a row that plain words are looked for in."""
    parts = (*row.stack, row.slug, row.base, row.licence, row.kind, row.quantisation)
    return " ".join(parts).casefold()
