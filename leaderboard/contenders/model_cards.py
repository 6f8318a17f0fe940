"""A contender's results as the `model-index` of a model card: YAML to paste into a README.

The shape is that of the Hugging Face Hub's metadata. Values are the harness's own, not rescaled.
"""

from typing import Any

import yaml

from leaderboard.boards.board import Board
from leaderboard.boards.rows import BoardRow

DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # the C one is ten times as fast


def snippet(row: BoardRow, board: Board, address: str) -> str:
    """Return the front matter, or an empty text where nothing was measured."""
    results = [_result(row, benchmark.key, board, address) for benchmark in board.benchmarks]
    measured = [each for each in results if each]
    if not measured:
        return ""
    about = {"model-index": [{"name": row.name, "results": measured}]}
    text: str = yaml.dump(about, Dumper=DUMPER, sort_keys=False, allow_unicode=True)
    return f"---\n{text}---"


def _result(row: BoardRow, key: str, board: Board, address: str) -> dict[str, Any] | None:
    cell = row.scores[key]
    if cell.value is None:
        return None
    benchmark = next(each for each in board.benchmarks if each.key == key)
    return {
        "task": {"type": "text-generation"},
        "dataset": {
            "name": benchmark.title,
            "type": benchmark.task,
            "args": {"num_few_shot": benchmark.shots},
        },
        "metrics": [
            {
                "type": benchmark.metric,
                "name": f"{benchmark.metric} ({cell.samples} questions)",
                "value": round(cell.value, 4),
                "verified": False,
            }
        ],
        "source": {"name": "Pound for Pound", "url": address},
    }
