"""Every column that the board can show.

The table, its headings, its sorting and its exports all ask here, so they cannot disagree.
"""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_noop

from evals.models import Benchmark
from leaderboard.boards.board import Board
from leaderboard.boards.column import Column, plain, worded
from leaderboard.boards.frame import Frame, Numbers
from leaderboard.boards.rows import BoardRow
from leaderboard.templatetags.figures import (
    bytes_,
    dollars,
    points,
    size,
    watt_hours,
    whole,
)

SCORES_MAX = 12  # of a long suite, so many stand in the table until the reader picks others


def of(board: Board) -> tuple[Column, ...]:
    """Return every column of a board, the contender's name first."""
    return tuple(by_key(board).values())


def values(rows: Frame, column: Column) -> Numbers:
    """Return what a column sorts by, for all rows at once; a word is its place in the alphabet."""
    read = rows.ranks if column.is_text else rows.numbers
    return read(column.key, column.value)


def shown(board: Board, wanted: Sequence[str]) -> list[Column]:
    """Return the wanted columns, or the usual ones where none of them exists; the name leads."""
    every = of(board)
    chosen = [each for each in every if each.key in wanted and each is not NAME]
    return [NAME, *(chosen or usual(every))]


def usual(every: Iterable[Column]) -> list[Column]:
    """Return what a reader sees who has not chosen."""
    return [each for each in every if each.is_default and each is not NAME]


def by_key(board: Board) -> dict[str, Column]:
    """Return the columns by the name that an address gives them."""
    return board.frame.kept("columns", lambda: _by_key(board))


def _by_key(board: Board) -> dict[str, Column]:
    scores = [_score(each, at) for at, each in enumerate(board.benchmarks)]
    return {each.key: each for each in (NAME, AVERAGE, *scores, *_MORE)}


def _score(benchmark: Benchmark, at: int) -> Column:
    key = benchmark.key
    return Column(
        f"score.{key}",
        benchmark.title,
        benchmark.description,
        value=lambda row: row.scores[key].value,
        stderr=lambda row: row.scores[key].stderr,
        group="score",
        is_low_first=not benchmark.is_higher_better,
        is_default=at < SCORES_MAX,
        benchmark=benchmark,
    )


def _training(row: BoardRow) -> float | None:
    total = row.cost.stack_training_usd
    return None if total is None else float(total)


def _released(row: BoardRow) -> str | None:
    return row.released_at.isoformat() if row.released_at else None


NAME = Column(
    "name",
    gettext_noop("Contender"),
    gettext_noop("by name"),
    lambda row: row.name.casefold(),
    plain,
    "name",
    True,
)
AVERAGE = Column(
    "average",
    gettext_noop("Average"),
    gettext_noop("guessing is 0, perfect is 100"),
    lambda row: row.average.value,
    points,
    "average",
    stderr=lambda row: row.average.stderr,
)
_MORE = (
    Column(
        "rating",
        gettext_noop("Rating"),
        gettext_noop("strength in blind votes"),
        lambda row: row.rating.value if row.rating else None,
        whole,
        "rating",
        stderr=lambda row: row.rating.stderr if row.rating else None,
    ),
    Column(
        "votes",
        gettext_noop("Votes"),
        gettext_noop("counted votes"),
        lambda row: row.rating.votes if row.rating else None,
    ),
    Column(
        "elo",
        "Elo",
        gettext_noop("online Elo, in the order of the votes"),
        lambda row: row.rating.elo if row.rating else None,
        is_default=False,
    ),
    Column(
        "parameters",
        gettext_noop("Params"),
        gettext_noop("weights served: base and layers"),
        lambda row: row.parameters,
        size,
        is_low_first=True,
    ),
    Column(
        "memory",
        gettext_noop("Memory"),
        gettext_noop("memory that its server really used"),
        lambda row: row.cost.peak_memory_bytes,
        bytes_,
        is_low_first=True,
    ),
    Column(
        "speed",
        gettext_noop("Tok/s"),
        gettext_noop("measured: tokens a second, one request at a time"),
        lambda row: row.cost.tokens_per_second,
    ),
    Column(
        "cost",
        gettext_noop("$/M tok"),
        gettext_noop("measured: dollars for a million tokens"),
        lambda row: row.cost.usd_per_million_tokens,
        dollars,
        is_low_first=True,
    ),
    Column(
        "training",
        gettext_noop("Training"),
        gettext_noop("dollars to train the whole stack"),
        _training,
        dollars,
        is_low_first=True,
        is_default=False,
    ),
    Column(
        "cost_per_point",
        "$/point",
        gettext_noop("dollars for a million tokens, divided by points over chance"),
        lambda row: row.cost_per_point,
        dollars,
        is_low_first=True,
        is_default=False,
    ),
    Column(
        "per_million",
        gettext_noop("Pts/M"),
        gettext_noop("points over chance for every million weights served"),
        lambda row: row.per_million_parameters,
        points,
        is_default=False,
    ),
    Column(
        "per_gigabyte",
        gettext_noop("Pts/GB"),
        gettext_noop("points over chance for every gigabyte used"),
        lambda row: row.per_gigabyte,
        points,
        is_default=False,
    ),
    Column(
        "over_base",
        gettext_noop("Over base"),
        gettext_noop("points gained over the model it stands on"),
        lambda row: row.over_base.difference if row.over_base else None,
        points,
        stderr=lambda row: row.over_base.stderr if row.over_base else None,
        is_default=False,
    ),
    Column(
        "first_token",
        gettext_noop("First tok"),
        gettext_noop("seconds to the first token"),
        lambda row: row.cost.first_token_s,
        lambda value: points(value, 2),
        is_low_first=True,
        is_default=False,
    ),
    Column(
        "energy",
        gettext_noop("Wh/M tok"),
        gettext_noop("measured: watt-hours for a million tokens, where the machine has a meter"),
        lambda row: row.cost.energy_wh_per_million_tokens,
        watt_hours,
        is_low_first=True,
        is_default=False,
    ),
    Column(
        "weight",
        gettext_noop("Class"),
        gettext_noop("weight class, by the memory it really used"),
        lambda row: row.weight_class or None,
        worded,
        "text",
        is_low_first=True,
        is_default=False,
    ),
    Column(
        "terms",
        gettext_noop("Licence"),
        gettext_noop("what the whole stack may be used for: the strictest part decides"),
        lambda row: row.inherited.terms.word,
        worded,
        "text",
        is_low_first=True,
        is_default=False,
    ),
    Column(
        "quant",
        gettext_noop("Stored as"),
        gettext_noop("how the weights are stored"),
        lambda row: row.quantisation or None,
        plain,
        "text",
        is_low_first=True,
        is_default=False,
    ),
    Column(
        "released",
        gettext_noop("Released"),
        gettext_noop("date of release"),
        _released,
        plain,
        "text",
        is_default=False,
    ),
)
