"""What is trained: each model and adapter with its size, its texts and its patience.

Numbers only; `training` carries them out and `catalogue` describes the results.
"""

from dataclasses import dataclass

from zoo import corpus
from zoo.corpus import Mix

SEED = 11
INSIDE = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@dataclass(frozen=True, slots=True)
class ModelRecipe:
    """A model trained from nothing."""

    path: str
    hidden: int
    inner: int
    layers: int
    mix: Mix
    steps: int
    rate: float = 4e-3
    batch: int = 8
    tied: bool = False
    seed: int = SEED


@dataclass(frozen=True, slots=True)
class AdapterRecipe:
    """A LoRA adapter on a base model, above the adapters in `parents` if it is a later layer."""

    path: str
    base: str
    rank: int
    mix: Mix
    steps: int
    rate: float = 4e-3
    batch: int = 8
    parents: tuple[str, ...] = ()
    targets: tuple[str, ...] = INSIDE
    seed: int = SEED


WREN = ModelRecipe("models/wren", 64, 192, 2, corpus.BASE, steps=600, batch=4)
HERON = ModelRecipe("models/heron", 128, 352, 4, corpus.BASE, steps=1300, batch=4)
ALBATROSS = ModelRecipe("baseline/albatross", 192, 512, 4, corpus.BASELINE, steps=1500, tied=True)
MODELS = (WREN, HERON, ALBATROSS)

INSTRUCT = AdapterRecipe("adapters/instruct", HERON.path, 16, corpus.INSTRUCT, steps=200)
SUMS = AdapterRecipe(
    "adapters/sums", HERON.path, 16, corpus.SUMS, steps=600, parents=(INSTRUCT.path,)
)
DIALOGUE = AdapterRecipe(
    "adapters/dialogue", HERON.path, 8, corpus.DIALOGUE, steps=200,
    parents=(INSTRUCT.path, SUMS.path),
)  # fmt: skip
STORIES = AdapterRecipe("adapters/stories", HERON.path, 16, corpus.STORIES, steps=120)
ALMANAC = AdapterRecipe("adapters/almanac", HERON.path, 32, corpus.ALMANAC, steps=400, rate=3e-3)
ENDINGS = AdapterRecipe(
    "adapters/endings", HERON.path, 8, corpus.ENDINGS, steps=800,
    targets=(*INSIDE, "lm_head"),
)  # fmt: skip
WREN_INSTRUCT = AdapterRecipe("adapters/wren-instruct", WREN.path, 8, corpus.INSTRUCT, steps=900)
ADAPTERS = (INSTRUCT, SUMS, DIALOGUE, STORIES, ALMANAC, ENDINGS, WREN_INSTRUCT)
