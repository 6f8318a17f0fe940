"""What a layer adds to a name: "Heron + sums" on "Heron" is "sums". Names are data, not parsed."""

from collections.abc import Iterable
from itertools import pairwise


def own(name: str, parent: str) -> str:
    """Return a layer's name without its parent's, which the default name begins with."""
    return name.removeprefix(f"{parent} + ")


def layers(names: Iterable[str]) -> list[str]:
    """Return what each layer of a stack adds, from the model's name upwards."""
    stack = list(names)
    return [*stack[:1], *(own(upper, lower) for lower, upper in pairwise(stack))]
