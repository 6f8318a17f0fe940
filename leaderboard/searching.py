"""The search box: plain words, and `@base:`, `@licence:`, `@kind:`, `@quant:` for one property.

Every word must occur somewhere in a row. Of several values for one property any may hold, and
every property named must. A value with spaces stands in quotes: `@base:"Heron instruct"`.
Nothing here fails: what it does not understand is told to the reader by `Query.unknown`.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import MappingProxyType

from leaderboard.rows import BoardRow

TOKEN = re.compile(
    r'@(?P<field>[a-z]+):(?:"(?P<quoted>[^"]*)"|(?P<plain>\S*))|(?P<word>\S+)', re.IGNORECASE
)
FIELDS: MappingProxyType[str, Callable[[BoardRow], str]] = MappingProxyType(
    {
        "base": lambda row: f"{row.base} {row.stack[0]}",
        "licence": lambda row: " ".join((*row.licences, row.inherited.terms.label)),
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

    def matches(self, row: BoardRow, text: str) -> bool:
        """Say whether a row, whose whole text is given, is what was asked for."""
        return all(word in text for word in self.words) and all(
            any(value in FIELDS[name](row).casefold() for value in self._values(name))
            for name, _value in self.properties
        )

    def _values(self, name: str) -> Iterable[str]:
        return (value for field, value in self.properties if field == name)


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
