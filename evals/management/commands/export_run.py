"""Print what a finished run measured, question by question, as one line of JSON."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from evals import files
from evals.models import Contender, EvalRun, Score


class Command(BaseCommand):
    """Tell how each benchmark was asked, what it came to, and where the layers lie."""

    help = "Print a contender's newest finished run as JSON: layers, benchmarks, scores, answers."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the contender's slug."""
        parser.add_argument("slug", nargs="?", default="", help="default: the deepest stack")

    def handle(self, *, slug: str, **_options: Any) -> None:
        """Print it, or say that there is no such run."""
        contenders = Contender.objects.filter(slug=slug) if slug else Contender.objects.all()
        finished = EvalRun.objects.filter(
            contender__in=contenders, state=EvalRun.State.SUCCEEDED
        ).order_by("-contender__depth", "-finished_at", "-pk")
        run = finished.select_related("contender").first()
        if run is None:
            raise CommandError(f"Nothing has been measured of {slug or 'any contender'}.")
        scores = run.scores.select_related("benchmark").order_by("benchmark__position")
        self.stdout.write(
            json.dumps(
                {
                    "contender": run.contender.slug,
                    "layers": [str(files.fetch(layer)) for layer in run.contender.stack()],
                    "benchmarks": [_benchmark(score) for score in scores],
                }
            )
        )


def _benchmark(score: Score) -> dict[str, Any]:
    benchmark = score.benchmark
    path = Path(settings.VAR_DIR, score.samples_path)
    rows = pq.read_table(path).to_pylist() if score.samples_path else []
    return {
        "key": benchmark.key,
        "task": benchmark.task,
        "shots": benchmark.shots,
        "metric": benchmark.metric,
        "filter": benchmark.filter,
        "chat": benchmark.is_chat,
        "value": score.value,
        "stderr": score.stderr,
        "samples": {row["question"]: _answers(row) for row in rows},
    }


def _answers(row: dict[str, Any]) -> list[Any]:
    """Return the log-probabilities of the choices, or the text that was generated."""
    choices = json.loads(row["choices"])
    return [each["logprob"] for each in choices] if choices else [row["raw_answer"]]
