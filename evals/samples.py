"""Every question of a score with its answer, as the Parquet file of the run keeps it.

`docs/scoring.md` describes the columns; `workers.children.samples` writes them. A score is the
mean of its questions' values, weighted: bits per byte weighs every text by its bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _

from evals import lazily, paired
from evals.models import Score
from evals.paired import Difference, Floats

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq
else:
    pd = lazily.Module("pandas")
    pa = lazily.Module("pyarrow")
    pq = lazily.Module("pyarrow.parquet")

COLUMNS = (
    "question",
    "prompt",
    "target",
    "answer",
    "raw_answer",
    "value",
    "is_correct",
    "weight",
    "choices",
)


class SamplesMissing(Exception):
    """The file of a score's questions is not here, or cannot be read."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """The questions that two scores share, in one order."""

    questions: tuple[str, ...]
    before: Floats
    after: Floats
    weights: Floats

    def difference(self) -> Difference:
        """Return what changed, with its paired error."""
        return paired.difference(self.before, self.after, self.weights)

    def p_value(self) -> float | None:
        """Return McNemar's exact p-value; None for a metric that is not right or wrong."""
        both = np.concatenate([self.before, self.after])
        if not np.isin(both, (0.0, 1.0)).all():
            return None
        return paired.mcnemar(self.before == 1, self.after == 1)


def file_of(score: Score) -> Path:
    """Return the file of a score's questions; raise SamplesMissing."""
    path = Path(settings.VAR_DIR, score.samples_path)
    if not score.samples_path or not path.is_file():
        raise SamplesMissing(_("This score keeps no questions."))
    return path


def read(score: Score, columns: tuple[str, ...] = COLUMNS) -> pd.DataFrame:
    """Return the questions of a score, one row each; raise SamplesMissing."""
    path = file_of(score)
    try:
        held = pq.read_schema(path).names
        table = pq.read_table(path, columns=[each for each in columns if each in held])
    except (OSError, pa.ArrowException) as error:
        raise SamplesMissing(_("The questions of this score cannot be read any more.")) from error
    frame: pd.DataFrame = table.to_pandas()
    if "weight" in columns and "weight" not in held:  # written before weights were
        frame["weight"] = 1.0
    return frame


def pairs(before: Score, after: Score) -> Pairs:
    """Return the questions that both scores have a value of; raise SamplesMissing without any."""
    joined = _values(before).merge(
        _values(after), left_index=True, right_index=True, suffixes=("_before", "_after")
    )
    joined = joined.dropna().sort_index()
    if joined.empty:
        raise SamplesMissing(_("The two scores share no question that has a value."))
    return Pairs(
        questions=tuple(map(str, joined.index)),
        before=joined["value_before"].to_numpy(np.float64),
        after=joined["value_after"].to_numpy(np.float64),
        weights=joined["weight_before"].to_numpy(np.float64),
    )


def _values(score: Score) -> pd.DataFrame:
    rows = read(score, ("question", "value", "weight"))
    return rows.drop_duplicates("question").set_index("question")
