"""The questions of one score, filtered, searched and in pages; nothing here reads a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from evals import lazily, samples
from evals.models import Benchmark, Contender, Score, Suite
from leaderboard.comparing import questions
from leaderboard.comparing.questions import Question

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = lazily.Module("pandas")

PER_PAGE = 20
TEXT_MAX = 200
RESULTS = {
    "all": gettext_noop("all"),
    "right": gettext_noop("right"),
    "wrong": gettext_noop("wrong"),
}


class NoSuchQuestions(Exception):
    """The address names something that was not measured."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which questions, as the address says."""

    benchmark: str = ""
    result: str = "all"
    text: str = ""
    doc: str = ""
    page: int = 1
    suite: str = ""

    @classmethod
    def asked(cls, query: Mapping[str, str]) -> Self:
        """Read it from an address; what makes no sense is as if it had not been said."""
        page, result = query.get("page", ""), query.get("result", "all")
        return cls(
            benchmark=query.get("benchmark", ""),
            result=result if result in RESULTS else "all",
            text=query.get("q", "").strip()[:TEXT_MAX],
            doc=query.get("doc", ""),
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 9 else 1,
            suite=query.get("suite", ""),
        )

    def address(self, **changes: str | int) -> str:
        """Return the query of an address that shows the same but for some changes."""
        view = replace(self, **changes)  # type: ignore[arg-type]
        said = {
            "suite": view.suite,
            "benchmark": view.benchmark,
            "result": "" if view.result == "all" else view.result,
            "q": view.text,
            "doc": view.doc,
            "page": "" if view.page <= 1 else str(view.page),
        }
        return "?" + urlencode({name: value for name, value in said.items() if value})


@dataclass(frozen=True, slots=True)
class Tab:
    """One benchmark that has questions to show."""

    benchmark: Benchmark
    address: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class SamplePage:
    """Everything the page shows."""

    contender: Contender
    wanted: Wanted
    tabs: list[Tab]
    benchmark: Benchmark
    score: Score
    items: list[Question]
    total: int  # that match
    of: int  # asked
    right: int | None  # None: the metric is not right or wrong
    missing: str  # why there is nothing to show, or ""

    @property
    def pages(self) -> int:
        """Return how many pages the matching questions fill."""
        return max(1, -(-self.total // PER_PAGE))

    @property
    def older(self) -> str:
        """Return the address of the page before, or an empty string."""
        return self.wanted.address(page=self.wanted.page - 1) if self.wanted.page > 1 else ""

    @property
    def newer(self) -> str:
        """Return the address of the next page, or an empty string."""
        more = self.wanted.page < self.pages
        return self.wanted.address(page=self.wanted.page + 1) if more else ""

    @property
    def wrong(self) -> int | None:
        """Return how many were answered wrong."""
        return None if self.right is None else self.of - self.right

    @property
    def filters(self) -> list[tuple[str, str, int | None, bool]]:
        """Return the ways to filter by result: name, address, count, whether it is chosen."""
        counts = {"all": self.of, "right": self.right, "wrong": self.wrong}
        return [
            (
                _(RESULTS[name]),
                self.wanted.address(result=name, page=1, doc=""),
                counts[name],
                name == self.wanted.result,
            )
            for name in RESULTS
        ]


def read(contender: Contender, suite: Suite | None, wanted: Wanted) -> SamplePage:
    """Read one page of questions; raises NoSuchQuestions."""
    scores = questions.speaking([contender], suite).get(contender.pk, {})
    score = _chosen(scores, wanted.benchmark)
    wanted = replace(wanted, benchmark=score.benchmark.key)
    try:
        rows, missing = samples.read(score), ""
    except samples.SamplesMissing as absence:
        rows, missing = pd.DataFrame(columns=list(samples.COLUMNS)), str(absence)
    found = rows if missing else select(rows, wanted)
    wanted = replace(wanted, page=max(1, min(wanted.page, -(-len(found) // PER_PAGE))))
    start = (wanted.page - 1) * PER_PAGE
    return SamplePage(
        contender=contender,
        wanted=wanted,
        tabs=[_tab(each, wanted) for each in scores.values()],
        benchmark=score.benchmark,
        score=score,
        items=questions.questions(found.iloc[start : start + PER_PAGE]),
        total=len(found),
        of=len(rows),
        right=None if rows["is_correct"].isna().any() else int(rows["is_correct"].sum()),
        missing=missing,
    )


def select(rows: pd.DataFrame, wanted: Wanted) -> pd.DataFrame:
    """Return the rows that are wanted; raises NoSuchQuestions for a single one that is not."""
    if wanted.doc:
        single = questions.named(rows, wanted.doc)
        if single.empty:
            raise NoSuchQuestions(_("There is no such question in this benchmark."))
        return single
    if wanted.result != "all":
        rows = rows[rows["is_correct"] == (wanted.result == "right")]
    return questions.containing(rows, wanted.text) if wanted.text else rows


def score_of(contender: Contender, suite: Suite | None, benchmark: str) -> Score:
    """Return the score whose questions an address means; raises NoSuchQuestions."""
    return _chosen(questions.speaking([contender], suite).get(contender.pk, {}), benchmark)


def _chosen(scores: Mapping[str, Score], key: str) -> Score:
    if not scores:
        raise NoSuchQuestions(_("It has not been measured yet, so there are no questions to read."))
    if key and key not in scores:
        raise NoSuchQuestions(_("It was not measured on a benchmark of that name."))
    return scores[key] if key else next(iter(scores.values()))


def _tab(score: Score, wanted: Wanted) -> Tab:
    key = score.benchmark.key
    address = wanted.address(benchmark=key, page=1, doc="")
    return Tab(score.benchmark, address, key == wanted.benchmark)
