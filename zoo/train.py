"""Train every model and adapter of the zoo, or the ones named: `python -m zoo.train [NAME ...]`.

Runs on the CPU from a fixed seed. The processor seconds that each training took and its
day are kept in `training.json`, from which the catalogue computes what it cost.
"""

import argparse
import json
import time
from datetime import UTC, datetime
from pathlib import Path

import torch
from transformers import PreTrainedTokenizerFast

from zoo import tokenizer, training
from zoo.recipes import ADAPTERS, MODELS, AdapterRecipe, ModelRecipe

ZOO = Path(__file__).parent
TIMES = ZOO / "training.json"
THREADS = 1  # more threads wait for each other as soon as a machine is busy


def main() -> None:
    torch.set_num_threads(THREADS)
    torch.use_deterministic_algorithms(True)
    chosen = _arguments().names
    words = tokenizer.build()
    for recipe in (*MODELS, *ADAPTERS):
        if not chosen or Path(recipe.path).name in chosen:
            train(recipe, words)


def train(recipe: ModelRecipe | AdapterRecipe, words: PreTrainedTokenizerFast) -> None:
    """Train one thing, write it beside its fellows, and note how long it took."""
    print(recipe.path, flush=True)
    started = time.process_time()
    folder = ZOO / recipe.path
    if isinstance(recipe, ModelRecipe):
        training.save_model(training.train_model(recipe, words), words, folder)
    else:
        layers = [ZOO / parent for parent in recipe.parents]
        model = training.load(ZOO / recipe.base, layers)
        training.save_adapter(training.train_adapter(recipe, model, words), folder)
    _note(recipe.path, time.process_time() - started)


def _note(path: str, seconds: float) -> None:
    times = json.loads(TIMES.read_text()) if TIMES.exists() else {}
    times[path] = {"cpu_seconds": round(seconds), "trained_on": f"{datetime.now(UTC):%Y-%m-%d}"}
    TIMES.write_text(json.dumps(times, indent=2, sort_keys=True) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="what to train, for example: wren instruct")
    return parser.parse_args()


if __name__ == "__main__":
    main()
