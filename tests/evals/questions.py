"""Questions in Parquet files, as a worker leaves them."""

from pathlib import Path
from typing import Any

from django.conf import settings

from evals.models import Score
from workers.children import samples


def keep(score: Score, values: list[float]) -> Score:
    """Give a score its questions, all of them of one task."""
    rows: list[dict[str, Any]] = [
        {
            "task": "facts",
            "doc_id": number,
            "arguments": [("Q", " a"), ("Q", " b")],
            "resps": [[(-1.0, True)], [(-2.0, False)]],
            "filtered_resps": [],
            "target": 0,
            "acc": value,
        }
        for number, value in enumerate(values)
    ]
    return _kept(score, rows, "acc")


def keep_texts(score: Score, texts: list[tuple[float, int]]) -> Score:
    """Give a score texts: each one's log-likelihood and its bytes."""
    rows: list[dict[str, Any]] = [
        {
            "task": "stories",
            "doc_id": number,
            "arguments": [("a text",)],
            "resps": [[likelihood]],
            "filtered_resps": [],
            "target": "a text",
            "bits_per_byte": (likelihood, size),
        }
        for number, (likelihood, size) in enumerate(texts)
    ]
    return _kept(score, rows, "bits_per_byte")


def _kept(score: Score, rows: list[dict[str, Any]], metric: str) -> Score:
    score.samples_path = f"samples/score-{score.pk}.parquet"
    score.save(update_fields=["samples_path"])
    samples.write(Path(settings.VAR_DIR, score.samples_path), rows, metric)
    return score
