"""Errors of summed likelihoods, against a case worked out by hand and a simulation."""

import math
import statistics
from random import Random

import pytest

from workers.children import errors

PAIRS = [(-2.0, 4.0), (-4.0, 4.0)]  # nats and bytes: 0.75 nats a byte


def samples(metric: str, pairs: list[tuple[float, float]]) -> list[dict[str, object]]:
    return [{metric: pair} for pair in pairs]


class TestOfRatio:
    def test_spreads_about_the_ratio(self) -> None:
        found = errors.of_ratio("bits_per_byte", 1.08, samples("bits_per_byte", PAIRS))

        assert found == pytest.approx(math.sqrt(2) / 8 / math.log(2))

    def test_of_a_perplexity_grows_with_it(self) -> None:
        found = errors.of_ratio("byte_perplexity", 2.0, samples("byte_perplexity", PAIRS))

        assert found == pytest.approx(2 * math.sqrt(2) / 8)

    @pytest.mark.parametrize(
        ("metric", "rows"),
        [
            ("acc", [{"acc": 1.0}]),
            ("bits_per_byte", [{"bits_per_byte": 1.0}]),
            ("bits_per_byte", [{}]),
        ],
    )
    def test_is_unknown_for_anything_else(self, metric: str, rows: list[dict[str, object]]) -> None:
        assert errors.of_ratio(metric, 1.0, rows) is None

    def test_agrees_with_repeated_draws(self) -> None:
        random = Random(7)

        def draw() -> list[tuple[float, float]]:
            sizes = [random.uniform(50, 150) for _ in range(100)]
            return [(-size * random.uniform(0.5, 1.5), size) for size in sizes]

        def bits(pairs: list[tuple[float, float]]) -> float:
            return -sum(p for p, _ in pairs) / sum(s for _, s in pairs) / math.log(2)

        seen = statistics.stdev(bits(draw()) for _ in range(400))
        pairs = draw()
        found = errors.of_ratio("bits_per_byte", bits(pairs), samples("bits_per_byte", pairs))

        assert found == pytest.approx(seen, rel=0.2)
