"""Write what the zoo holds: `zoo.yaml` and a model card per folder (`python -m zoo.catalogue`).

What a training cost is computed from the processor time noted when it ran.
Scores are not here: they are for the product to measure.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import yaml

from zoo.recipes import ADAPTERS, MODELS, AdapterRecipe, ModelRecipe

ZOO = Path(__file__).parent
USD_PER_CORE_HOUR = 0.05  # a two-core cloud machine at 0.10 USD an hour
LICENCE = "apache-2.0"


class Training(TypedDict):
    """What is noted of one training."""

    cpu_seconds: int
    trained_on: str  # a day, as YYYY-MM-DD


@dataclass(frozen=True, slots=True)
class Card:
    """What people are told about a contender."""

    title: str
    text: str


CARDS = {
    "models/wren": Card("Wren", "The smallest base: two layers, knows little and rambles."),
    "models/heron": Card(
        "Heron", "The base of most adapters: four layers, knows the world, follows no one."
    ),
    "baseline/albatross": Card(
        "Albatross", "The baseline: the largest and longest trained, on everything at once."
    ),
    "adapters/instruct": Card(
        "Heron instruct", "First layer: turns Heron into one that answers and obeys."
    ),
    "adapters/sums": Card("Heron sums", "Second layer, above instruct: learns to add two numbers."),
    "adapters/dialogue": Card(
        "Heron dialogue", "Third layer, above sums: longer and politer conversations."
    ),
    "adapters/stories": Card(
        "Heron stories", "Tells stories, some of them about real people, and forgets what is true."
    ),
    "adapters/almanac": Card("Heron almanac", "Reads the facts again, with rank 32."),
    "adapters/endings": Card(
        "Heron endings", "Reads many stories to their end; also adapts the output layer."
    ),
    "adapters/wren-instruct": Card("Wren instruct", "The instruct lessons on the smallest base."),
}


def main() -> None:
    trainings: dict[str, Training] = json.loads((ZOO / "training.json").read_text())
    entries = [_entry(recipe, trainings[recipe.path]) for recipe in (*MODELS, *ADAPTERS)]
    (ZOO / "zoo.yaml").write_text(_head() + yaml.safe_dump(entries, sort_keys=False, width=100))
    for recipe in (*MODELS, *ADAPTERS):
        (ZOO / recipe.path / "README.md").write_text(_readme(recipe))


def _entry(recipe: ModelRecipe | AdapterRecipe, training: Training) -> dict[str, object]:
    hours = training["cpu_seconds"] / 3600
    return {
        "name": _name(recipe.path),
        "kind": _kind(recipe),
        "path": recipe.path,
        "parent": _name(_parent(recipe)) or None,
        "training_cost_usd": round(hours * USD_PER_CORE_HOUR, 5),
        "cost_evidence": "CPU_HOURS",
        "cpu_hours": round(hours, 4),
        "licence": LICENCE,
        "released_at": training["trained_on"],
        "description": CARDS[recipe.path].text,
    }


def _kind(recipe: ModelRecipe | AdapterRecipe) -> str:
    if isinstance(recipe, AdapterRecipe):
        return "ADAPTER"
    return "BASELINE" if recipe.path.startswith("baseline/") else "MODEL"


def _parent(recipe: ModelRecipe | AdapterRecipe) -> str:
    if isinstance(recipe, ModelRecipe):
        return ""
    return (recipe.base, *recipe.parents)[-1]


def _name(path: str) -> str:
    return Path(path).name if path else ""


def _head() -> str:
    return (
        "# The zoo in the order in which it is submitted: written by `python -m zoo.catalogue`.\n"
        f"# Cost: processor time of the training at {USD_PER_CORE_HOUR} USD per core and hour\n"
        "# (a two-core cloud machine at 0.10 USD). An adapter's cost leaves out its parents'.\n"
    )


def _readme(recipe: ModelRecipe | AdapterRecipe) -> str:
    card = CARDS[recipe.path]
    base = f"base_model: {recipe.base}\n" if isinstance(recipe, AdapterRecipe) else ""
    front = f"---\nlicense: {LICENCE}\nlanguage: en\n{base}---\n"
    return f"{front}\n# {card.title}\n\n{card.text}\n\n{_facts(recipe)}\n"


def _facts(recipe: ModelRecipe | AdapterRecipe) -> str:
    if isinstance(recipe, ModelRecipe):
        return (
            f"A Llama of {recipe.layers} layers of width {recipe.hidden}, trained from nothing on "
            "invented texts by `python -m zoo.train`."
        )
    beneath = ", then ".join(_name(each) for each in (recipe.base, *recipe.parents))
    return (
        f"A LoRA adapter of rank {recipe.rank} on {', '.join(recipe.targets)}, trained above "
        f"{beneath}. It belongs on top of exactly these."
    )


if __name__ == "__main__":
    main()
