"""Repeat a finished run and print the difference: `manage.py reproduce RUN`."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from evals import reproduction, runs
from evals.models import EvalRun
from workers import tasks
from workers.management.intake import SUBMITTER_KEY

LOOK_S = 0.5


class Command(BaseCommand):
    """Queues the same suite for the same contender; the workers measure it as they did before."""

    help = "Repeat a finished run and print each score's difference; 1 where there is one."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take which run, and how long to wait."""
        parser.add_argument("run", type=int)
        parser.add_argument("--timeout", type=float, default=3600, metavar="SECONDS")

    def handle(self, *, run: int, timeout: float, **_: Any) -> None:
        """Repeat it and compare."""
        before = EvalRun.objects.select_related("contender", "suite").filter(pk=run).first()
        if before is None or before.state != EvalRun.State.SUCCEEDED:
            raise CommandError(f"Run {run} has not been measured to its end.")
        queued = runs.enqueue(
            contender=before.contender,
            suite=before.suite,
            owner=SUBMITTER_KEY,
            now=timezone.now(),
        )
        tasks.ring_runs()
        after = _finished(queued.pk, timeout)
        if after.state != EvalRun.State.SUCCEEDED:
            raise CommandError(f"It {after.get_state_display()}: {after.error_sentence}")
        for name, then, now in reproduction.changes(before, after):
            self.stdout.write(f"{name} was {then}\n{name} is  {now}")
        if worst := self._compare(before, after):
            raise CommandError(f"The largest difference is {worst:g}.")
        self.stdout.write("No difference.")

    def _compare(self, before: EvalRun, after: EvalRun) -> float:
        """Print every score beside its repetition; return the largest difference."""
        worst = 0.0
        for benchmark, old, new in reproduction.differences(before, after):
            if new is None:
                self.stdout.write(f"{benchmark.key:<20} {old.value:.6f}  not measured again")
                worst = max(worst, 1.0)
                continue
            difference = new.value - old.value
            worst = max(worst, abs(difference))
            known = old.provenance.get("prompts"), new.provenance.get("prompts")
            prompts = "same prompts" if known[0] == known[1] else "OTHER PROMPTS"
            line = f"{benchmark.key:<20} {old.value:.6f}  {new.value:.6f}  {difference:+.6f}"
            self.stdout.write(f"{line}  {prompts}")
        return worst


def _finished(run_id: int, timeout: float) -> EvalRun:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        run = EvalRun.objects.get(pk=run_id)
        if run.state not in EvalRun.UNFINISHED:
            return run
        time.sleep(LOOK_S)
    raise CommandError(f"Run {run_id} has not ended within {timeout:.0f} s; it goes on by itself.")
