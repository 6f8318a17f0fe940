"""Which contenders the reader wants to see: each filter is one parameter of the address.

An unknown value of a filter is dropped, so an old address still shows something. Pure.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import itemgetter
from types import MappingProxyType

from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leaderboard.boards.frame import Frame, Mask
from leaderboard.boards.licences import Terms
from leaderboard.boards.rows import BoardRow
from leaderboard.boards.weight_classes import GIGABYTE, NAMES, limits

Option = tuple[str, str]  # the value in the address, and how the reader reads it
KINDS = (
    ("model", gettext_noop("Models")),
    ("adapter", gettext_noop("Adapters")),
    ("baseline", gettext_noop("Baselines")),
)
BASES_MAX = 200  # to choose from; a search with @base: finds every other
SIZES = ("2", "4", "8", "16", "24", "48")  # gigabytes that people's machines have


@dataclass(frozen=True, slots=True)
class Filters:
    """What a contender must be; "" asks for nothing."""

    kind: str = ""
    base: str = ""  # slug of a model
    weight: str = ""  # a weight class
    fits: str = ""  # gigabytes of memory that it may use at most
    terms: str = ""  # how open its whole stack is
    quant: str = ""
    measured: str = ""  # "1": on the whole suite, here
    beats: str = ""  # "base": surely better than the model it stands on

    def pairs(self) -> dict[str, str]:
        """Return what is asked for, as parameters of an address."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name))}

    def found(self, rows: Frame) -> Mask:
        """Return which rows are what is asked for."""
        found = rows.everybody
        for name, value in self.pairs().items():
            found = found & TESTS[name](rows, value)
        return found


def _equal(name: str, read: Callable[[BoardRow], str]) -> Callable[[Frame, str], Mask]:
    return lambda rows, value: rows.equal(f"filter.{name}", read, value)


def _fits(rows: Frame, gigabytes: str) -> Mask:
    used = rows.numbers("memory", lambda row: row.cost.peak_memory_bytes)
    return used <= int(gigabytes) * GIGABYTE  # NaN is no amount, so it fits nowhere


def _beats_base(row: BoardRow) -> bool:
    return row.over_base is not None and row.over_base.is_surely_better


TESTS: MappingProxyType[str, Callable[[Frame, str], Mask]] = MappingProxyType(
    {
        "kind": _equal("kind", lambda row: row.kind.casefold()),
        "base": _equal("base", lambda row: row.base),
        "weight": _equal("weight", lambda row: row.weight_class.casefold()),
        "fits": _fits,
        "terms": _equal("terms", lambda row: row.inherited.terms.key),
        "quant": _equal("quant", lambda row: row.quantisation),
        "measured": lambda rows, _value: rows.where("complete", lambda row: row.is_complete),
        "beats": lambda rows, _value: rows.where("beats base", _beats_base),
    }
)


def asked(query: QueryDict) -> Filters:
    """Read the filters out of an address."""
    return Filters(
        kind=_one_of(query.get("kind"), (name for name, _label in KINDS)),
        base=(query.get("base") or "")[:120],
        weight=_one_of(query.get("weight"), (name.casefold() for name in NAMES)),
        fits=_gigabytes(query.get("fits")),
        terms=_one_of(query.get("terms"), (terms.key for terms in Terms)),
        quant=(query.get("quant") or "").casefold()[:20],
        measured=_one_of(query.get("measured"), ("1",)),
        beats=_one_of(query.get("beats"), ("base",)),
    )


def options(rows: Iterable[BoardRow]) -> dict[str, list[Option]]:
    """Return what can be chosen on this board: nothing that would find nobody."""
    rows = list(rows)
    classes = {row.weight_class for row in rows}
    terms = {row.inherited.terms for row in rows}
    return {
        "kind": [
            (key, _(name)) for key, name in KINDS if any(row.kind.casefold() == key for row in rows)
        ],
        "base": _bases(rows),
        "weight": [
            (name.casefold(), f"{_(name)}, {limits(name)}") for name in NAMES if name in classes
        ],
        "fits": [(size, _("%(size)s GB") % {"size": size}) for size in SIZES],
        "terms": [(each.key, capfirst(each.label)) for each in Terms if each in terms],
        "quant": [(each, each) for each in sorted({row.quantisation for row in rows} - {""})],
    }


def _bases(rows: Iterable[BoardRow]) -> list[Option]:
    """Return the models that most stand on; whoever means another one searches for it."""
    layers = Counter((row.base, row.stack[0]) for row in rows if row.parent)
    return sorted((each for each, _count in layers.most_common(BASES_MAX)), key=itemgetter(1))


def _one_of(value: str | None, allowed: Iterable[str]) -> str:
    wanted = (value or "").casefold()
    return wanted if wanted in set(allowed) else ""


def _gigabytes(value: str | None) -> str:
    text = value or ""
    return text if text.isascii() and text.isdigit() and 0 < int(text[:6]) <= 100_000 else ""
