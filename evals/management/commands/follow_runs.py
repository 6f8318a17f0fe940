"""Print one line for each run that ends, until no run is left: `manage.py follow_runs`."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from evals import averages
from evals.models import EvalRun

LOOK_S = 1.0


class Command(BaseCommand):
    """Follow the runs that are unfinished now, and those that are queued meanwhile."""

    help = "Print one line for each run that ends, until no run is left."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Nothing beyond --timeout, after which the rest is left to the pages."""
        parser.add_argument("--timeout", type=float, default=3600, metavar="SECONDS")

    def handle(self, *_args: Any, timeout: float, **_options: Any) -> None:
        """Look once a second."""
        following: set[int] = set()
        ended = 0
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            unfinished = set(EvalRun.objects.unfinished().values_list("pk", flat=True))
            for run in _ended(following - unfinished):
                ended += 1
                self.stdout.write(f"{_line(run)}  [{ended} of {ended + len(unfinished)}]")
            self.stdout.flush()
            following = unfinished
            if not unfinished:
                break
            time.sleep(LOOK_S)


def _ended(ids: set[int]) -> list[EvalRun]:
    runs = EvalRun.objects.filter(pk__in=ids).select_related("contender", "suite")
    return list(runs.order_by("finished_at", "pk"))


def _line(run: EvalRun) -> str:
    name = f"{run.contender.name:<32}"
    if run.state != EvalRun.State.SUCCEEDED:
        return f"✗ {name} {run.get_state_display()}: {run.error_sentence or run.error_code}"
    return f"✓ {name} {_average(run):<16} {_seconds(run)}"


def _average(run: EvalRun) -> str:
    scores = {score.benchmark_id: score for score in run.scores.all()}
    benchmarks = run.suite.benchmarks.order_by("position", "pk")
    average = averages.average([(scores.get(each.pk), each) for each in benchmarks])
    if average is None:
        return "no score"
    error = "" if average.stderr is None else f" ± {average.stderr:.1f}"
    asked = "" if average.measured == average.of else f" ({average.measured} of {average.of})"
    return f"{average.value:.1f}{error}{asked}"


def _seconds(run: EvalRun) -> str:
    if run.started_at is None or run.finished_at is None:
        return ""
    return f"{(run.finished_at - run.started_at).total_seconds():.0f} s"
