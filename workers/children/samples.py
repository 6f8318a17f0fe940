"""Every question with its answer, one Parquet file a benchmark and run."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from workers.children import errors

SCHEMA = pa.schema(
    [
        ("question", pa.string()),  # stable within the task
        ("prompt", pa.string()),
        ("target", pa.string()),
        ("answer", pa.string()),  # generated, or the likeliest choice
        ("raw_answer", pa.string()),  # before the filter; "" for choices
        ("value", pa.float64()),  # of the metric; the score is the mean of them, weighted
        ("is_correct", pa.bool_()),  # null for a metric that is not right or wrong
        ("weight", pa.float64()),  # of this question in the score: bytes or words of a text, or 1
        ("choices", pa.string()),  # JSON: [{"text", "logprob", "is_greedy"}]; "[]" if generated
    ]
)


def write(path: Path, samples: list[dict[str, Any]], metric: str) -> None:
    """Write the file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [_row(sample, metric) for sample in samples]
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), unfinished, compression="zstd")
    unfinished.replace(path)


def _row(sample: dict[str, Any], metric: str) -> dict[str, Any]:
    choices = _choices(sample)
    answer, raw = _answer(sample, choices)
    value, weight = _value(sample.get(metric), metric)
    return {
        "question": f"{sample['task']}/{sample['doc_id']}",
        "prompt": _prompt(sample),
        "target": _target(sample, choices),
        "answer": answer,
        "raw_answer": raw,
        "value": value,
        "is_correct": bool(value) if value in (0.0, 1.0) and weight == 1.0 else None,
        "weight": weight,
        "choices": json.dumps(choices, ensure_ascii=False),
    }


def _prompt(sample: dict[str, Any]) -> str:
    arguments = sample["arguments"][0]
    return "" if len(arguments) == 1 else str(arguments[0])


def _choices(sample: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the scored continuations; none where the model wrote freely."""
    choices = []
    for arguments, responses in zip(sample["arguments"], sample["resps"], strict=True):
        response = responses[0]
        if isinstance(response, tuple | list) and len(response) == 2:
            logprob, is_greedy = response
            text = str(arguments[1])
            choices.append({"text": text, "logprob": float(logprob), "is_greedy": bool(is_greedy)})
        elif isinstance(response, float):
            choices.append({"text": str(arguments[0]), "logprob": response, "is_greedy": False})
    return choices


def _answer(sample: dict[str, Any], choices: list[dict[str, Any]]) -> tuple[str, str]:
    if choices:
        return str(max(choices, key=lambda choice: choice["logprob"])["text"]), ""
    filtered = sample["filtered_resps"][0]
    if isinstance(filtered, list | tuple):
        filtered = filtered[0] if filtered else ""
    return str(filtered), str(sample["resps"][0][0])


def _target(sample: dict[str, Any], choices: list[dict[str, Any]]) -> str:
    """Return the right answer's text, where lm-eval only gives the number of the choice."""
    target = sample["target"]
    if isinstance(target, list | tuple) and len(target) == 1:
        target = target[0]
    number = int(target) if str(target).isdigit() else None
    if len(choices) > 1 and number is not None and number < len(choices):
        return str(choices[number]["text"])
    return str(target)


def _value(measured: Any, metric: str) -> tuple[float | None, float]:
    """Return a question's value and weight.

    lm-eval gives (log-likelihood, size) for what is only defined over all texts: the value is
    that text's own bits per byte; of a perplexity, its logarithm.
    """
    if isinstance(measured, tuple | list) and len(measured) == 2:
        likelihood, size = (_number(each) for each in measured)
        if likelihood is None or not size or size < 0:
            return None, 1.0
        return -likelihood / size * errors.PER_UNIT.get(metric, 1.0), size
    return _number(measured), 1.0


def _number(value: Any) -> float | None:
    if isinstance(value, bool | int | float | np.number) and np.isfinite(value):
        return float(value)
    return None
