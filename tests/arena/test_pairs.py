"""Draws follow the published weights."""

from collections import Counter
from random import Random

import pytest
from scipy import stats

from arena import pairs
from evals.models import Contender
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def contenders() -> list[Contender]:
    model = factories.model()
    return [model, factories.adapter(parent=model), factories.model(), factories.model()]


class TestWeights:
    def test_sum_to_one(self, contenders: list[Contender]) -> None:
        chances = pairs.weights(contenders=contenders, counts={})

        assert len(chances) == 6
        assert sum(chances.values()) == pytest.approx(1)

    def test_give_an_adapter_its_parent_more_often(self, contenders: list[Contender]) -> None:
        chances = pairs.weights(contenders=contenders, counts={})

        assert chances[0, 1] > 2 * chances[2, 3]

    def test_put_a_newcomer_first(self, contenders: list[Contender]) -> None:
        counts = {each.pk: 500 for each in contenders[:3]}

        chances = pairs.weights(contenders=contenders, counts=counts)

        assert sum(chance for pair, chance in chances.items() if 3 in pair) > 0.85

    def test_leave_every_pair_its_uniform_share(self, contenders: list[Contender]) -> None:
        counts = {contenders[0].pk: 10**9, contenders[2].pk: 10**9}

        chances = pairs.weights(contenders=contenders, counts=counts)

        assert min(chances.values()) >= pairs.UNIFORM_SHARE / 6


class TestDraw:
    def test_follows_the_weights_and_a_fair_coin(self, contenders: list[Contender]) -> None:
        counts = {contenders[0].pk: 40, contenders[1].pk: 5}
        places = {each.pk: place for place, each in enumerate(contenders)}
        random, draws, drawn = Random(4), 20_000, Counter[tuple[int, int]]()

        for _ in range(draws):
            pair = pairs.draw(contenders=contenders, counts=counts, random=random)
            drawn[places[pair.a.pk], places[pair.b.pk]] += 1

        chances = pairs.weights(contenders=contenders, counts=counts)
        expected = {
            ordered: draws * chance / 2
            for (i, j), chance in chances.items()
            for ordered in ((i, j), (j, i))
        }
        found = [drawn[each] for each in expected]
        assert stats.chisquare(found, list(expected.values())).pvalue > 0.001

    def test_tells_how_likely_the_ordered_pair_was(self, contenders: list[Contender]) -> None:
        pair = pairs.draw(contenders=contenders[:2], counts={}, random=Random(1))

        assert pair.propensity == pytest.approx(0.5)
        assert pair.policy == pairs.POLICY
