"""One question as a reader sees it: what was asked, what was right, what was answered.

`evals.samples` reads the file; this turns its rows into what a page or the API shows.
"""

from __future__ import annotations

import json
import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evals import lazily
from evals.models import Contender, EvalRun, Score, Suite

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = lazily.Module("pandas")

TEXT_COLUMNS = ("prompt", "target", "answer")


@dataclass(frozen=True, slots=True)
class Choice:
    """One continuation with the log-probability that the contender gave it."""

    text: str
    logprob: float
    share: float  # of the probability that all choices together got, 0 to 100
    is_answer: bool
    is_target: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its answer."""

    name: str  # "task/17", stable within the task
    prompt: str
    target: str
    answer: str
    raw_answer: str
    value: float | None
    is_correct: bool | None
    choices: tuple[Choice, ...]

    @property
    def number(self) -> str:
        """Return its number within the task."""
        return self.name.rpartition("/")[2]

    @property
    def is_text(self) -> bool:
        """Say whether it only asks how likely a text is: there is nothing to answer."""
        return not self.prompt and len(self.choices) == 1

    @property
    def confidence(self) -> float | None:
        """Return the log-probability of the answer it chose; None where it wrote freely."""
        chosen = [each.logprob for each in self.choices if each.is_answer]
        return chosen[0] if chosen and not self.is_text else None

    @property
    def verdict(self) -> str:
        """Return right, wrong, or "" for a metric that is neither."""
        return {True: "right", False: "wrong", None: ""}[self.is_correct]


def questions(rows: pd.DataFrame) -> list[Question]:
    """Return the rows of a file as questions."""
    return [_question(each) for each in rows.to_dict("records")]


def named(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the rows of one question: by its whole name, or by its number in the task."""
    exact = rows[rows["question"] == name]
    if len(exact):
        return exact
    return rows[rows["question"].str.rpartition("/")[2] == name].head(1)


def containing(rows: pd.DataFrame, text: str) -> pd.DataFrame:
    """Return the rows in which a text occurs, in any case."""
    found = [
        rows[each].str.contains(text, case=False, regex=False, na=False) for each in TEXT_COLUMNS
    ]
    return rows[found[0] | found[1] | found[2]]


def speaking(contenders: Iterable[Contender], suite: Suite | None) -> dict[int, dict[str, Score]]:
    """Return what each contender's newest finished run measured, by contender and benchmark.

    What was only reported has no questions, and speaks for nobody here.
    """
    measured = Score.objects.filter(
        run__contender__in=[each.pk for each in contenders],
        run__suite=suite,
        run__state=EvalRun.State.SUCCEEDED,
        run__evidence=EvalRun.Evidence.MEASURED,
    ).select_related("benchmark", "run__contender")
    found: dict[int, dict[str, Score]] = {}
    newest: dict[int, int] = {}
    for score in measured.order_by("run_id", "benchmark__position", "pk"):
        contender = score.run.contender_id
        if newest.get(contender) != score.run_id:
            newest[contender], found[contender] = score.run_id, {}
        found[contender][score.benchmark.key] = score
    return found


def _question(row: Mapping[Hashable, Any]) -> Question:
    return Question(
        name=row["question"],
        prompt=row["prompt"],
        target=row["target"],
        answer=row["answer"],
        raw_answer=row["raw_answer"] or "",
        value=None if pd.isna(row["value"]) else float(row["value"]),
        is_correct=None if pd.isna(row["is_correct"]) else bool(row["is_correct"]),
        choices=_choices(row),
    )


def _choices(row: Mapping[Hashable, Any]) -> tuple[Choice, ...]:
    held = json.loads(row["choices"] or "[]")
    top = max((each["logprob"] for each in held), default=0.0)
    odds = [math.exp(each["logprob"] - top) for each in held]
    return tuple(
        Choice(
            text=each["text"],
            logprob=each["logprob"],
            share=100 * weight / sum(odds),
            is_answer=each["text"] == row["answer"],
            is_target=each["text"] == row["target"],
        )
        for each, weight in zip(held, odds, strict=True)
    )
