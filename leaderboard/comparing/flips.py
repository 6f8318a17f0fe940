"""The questions on which contenders disagree: those that flipped first.

A right or wrong answer flips; on any other metric the largest disagreement comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_noop

from evals import lazily, samples
from evals.models import Score
from leaderboard.comparing import questions
from leaderboard.comparing.questions import Question

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = lazily.Module("pandas")

PER_PAGE = 10
WAYS = {
    "flipped": gettext_noop("flipped"),
    "gained": gettext_noop("gained"),
    "lost": gettext_noop("lost"),
    "all": gettext_noop("all"),
}


@dataclass(frozen=True, slots=True)
class Flip:
    """One question with the answer of every contender, the reference's first."""

    question: Question
    told: tuple[tuple[str, Question], ...]  # by name


@dataclass(frozen=True, slots=True)
class Flips:
    """One page of questions."""

    items: list[Flip]
    counts: dict[str, int]  # by way to look at them
    page: int

    def pages(self, way: str) -> int:
        """Return how many pages there are."""
        return max(1, -(-self.counts.get(way, 0) // PER_PAGE))


def read(scores: Sequence[Score], *, way: str, page: int, per_page: int = PER_PAGE) -> Flips:
    """Return where the scores after the first differ from it; raises SamplesMissing."""
    frames = [_by_name(samples.read(each)) for each in scores]
    values = _values(frames)
    change = values.iloc[:, 1:].sub(values.iloc[:, 0], axis=0)
    if not scores[0].benchmark.is_higher_better:
        change = -change
    ways = {
        "flipped": (change != 0).any(axis=1),
        "gained": (change > 0).any(axis=1),
        "lost": (change < 0).any(axis=1),
        "all": pd.Series(True, index=values.index),
    }
    order = change.abs().max(axis=1).sort_values(ascending=False, kind="stable").index
    names = [name for name in order if ways[way][name]]
    page = max(1, min(page, -(-len(names) // per_page)))
    shown = names[(page - 1) * per_page : page * per_page]
    return Flips(
        items=_flips(frames, shown, [each.run.contender.name for each in scores]),
        counts={name: int(found.sum()) for name, found in ways.items()},
        page=page,
    )


def _by_name(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.drop_duplicates("question").set_index("question", drop=False)


def _values(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the values of the questions that all were asked, in the order of the first."""
    columns = {str(at): frame["value"] for at, frame in enumerate(frames)}
    joined = pd.DataFrame(columns).dropna()
    return joined.reindex([name for name in frames[0].index if name in joined.index])


def _flips(frames: Sequence[pd.DataFrame], shown: list[str], names: Sequence[str]) -> list[Flip]:
    told = [questions.questions(frame.loc[shown]) for frame in frames]
    return [
        Flip(answers[0], tuple(zip(names, answers, strict=True)))
        for answers in zip(*told, strict=True)
    ]
