"""Scores that somebody has already: lm-eval's results file, kept as reported, never as measured.

A value counts only where it was asked as the suite asks: the same task, metric, filter, shots and
number of questions. What does not is named with the reason, and nothing is guessed.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from evals import journal, quotas, submissions
from evals.models import Benchmark, Checkpoint, Contender, EvalRun, Score, Submission, Suite
from evals.problems import refuse
from evals.submissions import Submitter

BYTES_MAX = 20_000_000
VERSIONS = {"lm_eval": "lm_eval_version", "transformers": "transformers_version"}


@dataclass(frozen=True, slots=True)
class Reported:
    """One benchmark's value as a file gives it."""

    benchmark: Benchmark
    value: float
    stderr: float | None
    samples: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: its submission, and why some benchmarks are missing."""

    submission: Submission
    scores: int
    passed_over: tuple[str, ...]


def keep(
    *,
    content: bytes,
    contender: Contender,
    suite: Suite,
    by: Submitter,
    now: datetime,
    is_limited: bool = True,
) -> Imported:
    """Keep the scores of a results file as a finished, reported run; or refuse the file."""
    report = _read(content)
    found, passed_over = _matched(report, suite)
    if not found:
        raise refuse(
            "file",
            "NOTHING_MATCHES",
            _("Nothing in it was asked as %(suite)s asks: %(passed_over)s.")
            % {"suite": suite.title, "passed_over": "; ".join(passed_over[:3])},
        )
    with transaction.atomic():
        run = _run(report, contender, suite, by.owner, now)
        _write(run, found, now)
        asked = submissions.record(contender=contender, run=run, by=by, now=now)
        if is_limited:
            quotas.check(owner=by.owner, now=now)
    return Imported(asked, len(found), tuple(passed_over))


def _read(content: bytes) -> dict[str, Any]:
    if len(content) > BYTES_MAX:
        raise refuse(
            "file",
            "FILE_TOO_LARGE",
            _("At most %(most)s bytes are read.")
            % {"most": number_format(BYTES_MAX, force_grouping=True)},
            status=413,
        )
    try:
        report = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise refuse(
            "file", "FILE_UNREADABLE", _("That is not JSON: give results_….json.")
        ) from error
    if not isinstance(report, dict) or not isinstance(report.get("results"), dict):
        raise refuse(
            "file",
            "NOT_LM_EVAL",
            _("That is not lm-eval's: give the results_….json that it wrote."),
        )
    return report


def _matched(report: Mapping[str, Any], suite: Suite) -> tuple[list[Reported], list[str]]:
    found, passed_over = [], []
    for benchmark in suite.benchmarks.order_by("position", "pk"):
        try:
            found.append(_reported(report, benchmark))
        except ValueError as reason:
            passed_over.append(f"{benchmark.key}: {reason}")
    return found, passed_over


def _reported(report: Mapping[str, Any], benchmark: Benchmark) -> Reported:
    """Return the value of one benchmark, or raise ValueError with the reason."""
    if benchmark.parts or "+" in benchmark.metric:
        raise ValueError(_("it is put together from parts, which a file cannot prove"))
    results = report["results"].get(benchmark.task)
    if not isinstance(results, dict):
        raise ValueError(_("the file has no task %(task)s") % {"task": benchmark.task})
    value = _number(results.get(f"{benchmark.metric},{benchmark.filter}"))
    if value is None:
        raise ValueError(
            _("the file has no finite %(metric)s,%(filter)s")
            % {"metric": benchmark.metric, "filter": benchmark.filter}
        )
    if not 0 <= value <= 1 and benchmark.is_percent:
        raise ValueError(_("%(value)s is not between 0 and 1") % {"value": value})
    _check_way(report, benchmark)
    return Reported(
        benchmark=benchmark,
        value=value,
        stderr=_number(results.get(f"{benchmark.metric}_stderr,{benchmark.filter}")),
        samples=_samples(report, benchmark),
    )


def _check_way(report: Mapping[str, Any], benchmark: Benchmark) -> None:
    shots = _of(report, "n-shot", benchmark.task)
    if shots != benchmark.shots:
        raise ValueError(
            _("it was asked with %(shots)s shots, not %(wanted)s")
            % {"shots": shots, "wanted": benchmark.shots}
        )
    limit = (report.get("config") or {}).get("limit") if isinstance(report, dict) else None
    if limit != benchmark.limit and not (limit is None and benchmark.limit is None):
        raise ValueError(
            _("it was asked with the limit %(limit)s, not %(wanted)s")
            % {"limit": limit, "wanted": benchmark.limit}
        )
    has_chat = bool(report.get("chat_template_sha") or report.get("chat_template"))
    if has_chat != benchmark.is_chat:
        raise ValueError(
            _("it was asked with a chat template")
            if has_chat
            else _("it was asked without a chat template")
        )


def _samples(report: Mapping[str, Any], benchmark: Benchmark) -> int:
    counted = _of(report, "n-samples", benchmark.task)
    effective = counted.get("effective") if isinstance(counted, dict) else counted
    if type(effective) is not int or not 0 < effective < 2**31:
        raise ValueError(_("the file does not say how many questions were asked"))
    return effective


def _of(report: Mapping[str, Any], section: str, task: str) -> Any:
    given = report.get(section)
    return given.get(task) if isinstance(given, dict) else None


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else None


def _run(
    report: Mapping[str, Any], contender: Contender, suite: Suite, owner: str, now: datetime
) -> EvalRun:
    told = {name: str(report[key])[:100] for name, key in VERSIONS.items() if report.get(key)}
    run = EvalRun.objects.create(
        contender=contender,
        suite=suite,
        owner=owner,
        state=EvalRun.State.SUCCEEDED,
        evidence=EvalRun.Evidence.REPORTED,
        queued_at=now,
        started_at=now,
        finished_at=now,
        versions=told | {"model": str(report.get("model_name", ""))[:200]},
    )
    journal.write(run=run, text="Reported from a results file; not measured here.", now=now)
    return run


def _write(run: EvalRun, found: list[Reported], now: datetime) -> None:
    known = {each.benchmark.pk for each in found}
    State = Checkpoint.State  # noqa: N806 - a class, under its own name
    Checkpoint.objects.bulk_create(
        Checkpoint(
            run=run,
            benchmark=each,
            state=State.DONE if each.pk in known else State.WAITING,
            finished_at=now if each.pk in known else None,
        )
        for each in run.suite.benchmarks.order_by("position", "pk")
    )
    Score.objects.bulk_create(
        Score(
            run=run,
            benchmark=each.benchmark,
            value=each.value,
            stderr=each.stderr,
            samples=each.samples,
            measured_at=now,
        )
        for each in found
    )
