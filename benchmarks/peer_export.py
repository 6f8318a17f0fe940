"""The peer arena-rank on a file of ours, in its own environment: `peer_export.py VOTES OUT.json`.

The file is read as its README reads the field's data sets: pandas, the columns model_a, model_b
and winner, nothing renamed and nothing mapped. Jobs: as it comes, and with tight tolerances.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from arena_rank.models.bradley_terry import BradleyTerry
from arena_rank.utils.data_utils import PairDataset

TIGHT = {"hessian_reg": 1e-8, "max_iter": 5000, "ftol": 1e-16, "gtol": 1e-12}


def main() -> None:
    """Fit, write the ratings by name, and print how many votes there were."""
    source = Path(sys.argv[1])
    read = pd.read_parquet if source.suffix == ".parquet" else _lines
    frame = read(source)
    dataset = PairDataset.from_pandas(frame)
    ratings = {}
    for job, options in {"default": {}, "converged": TIGHT}.items():
        model = BradleyTerry(dataset.n_competitors, **options)
        answer = model.compute_ratings_and_cis(dataset)
        ratings[job] = {
            name: [float(np.asarray(answer[key])[place]) for key in ("ratings", "rating_lower")]
            for place, name in enumerate(answer["competitors"])
        }
    Path(sys.argv[2]).write_text(json.dumps(ratings))
    print(json.dumps({"votes": len(frame), "columns": list(frame.columns)}))


def _lines(source: Path) -> pd.DataFrame:
    return pd.read_json(source, lines=True)


main()
