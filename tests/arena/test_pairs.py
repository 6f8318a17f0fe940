"""Draws follow the published weights, and the weights go where one vote tells most."""

from collections import Counter
from datetime import UTC, datetime
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from arena import pairs, ratings
from arena import weights as arithmetic
from arena.matrices import cholesky, inverse, laplacian
from arena.pairs import Knowledge
from evals.models import Contender
from tests import factories

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture
def contenders() -> list[Contender]:
    model = factories.model()
    return [model, factories.adapter(parent=model), factories.model(), factories.model()]


def known(contenders: list[Contender], votes: list[int]) -> Knowledge:
    """Return knowledge of contenders who are equal, each with so many votes."""
    return Knowledge(
        places={each.pk: place for place, each in enumerate(contenders)},
        strengths=np.zeros(len(contenders)),
        covariance=np.diag([4.0 / count for count in votes]),
    )


def weights(contenders: list[Contender], knowledge: Knowledge) -> dict[tuple[int, int], float]:
    found = pairs.chances(contenders=contenders, knowledge=knowledge)
    both = zip(found.first.tolist(), found.second.tolist(), strict=True)
    return dict(zip(both, found.chance.tolist(), strict=True))


@pytest.mark.django_db
class TestChances:
    def test_sum_to_one(self, contenders: list[Contender]) -> None:
        chances = weights(contenders, pairs.NOTHING)

        assert len(chances) == 6
        assert sum(chances.values()) == pytest.approx(1)

    def test_give_an_adapter_its_parent_more_often(self, contenders: list[Contender]) -> None:
        chances = weights(contenders, known(contenders, [100] * 4))

        assert chances[0, 1] > 1.5 * chances[2, 3]

    def test_put_a_newcomer_first(self, contenders: list[Contender]) -> None:
        chances = weights(contenders, known(contenders[:3], [500] * 3))

        with_newcomer = sum(chance for pair, chance in chances.items() if 3 in pair)
        assert with_newcomer > 1 - arithmetic.UNIFORM_SHARE - arithmetic.PARENT_SHARE

    def test_leave_every_pair_its_uniform_share(self, contenders: list[Contender]) -> None:
        chances = weights(contenders, known(contenders, [10**9, 3, 10**9, 10**9]))

        assert min(chances.values()) >= arithmetic.UNIFORM_SHARE / 6

    def test_work_for_two(self, contenders: list[Contender]) -> None:
        assert weights(contenders[2:], pairs.NOTHING) == {(0, 1): pytest.approx(1)}

    def test_know_what_was_published(self, contenders: list[Contender]) -> None:
        for _ in range(40):
            factories.vote(factories.battle(contenders[0], contenders[2]), "A")
            factories.vote(factories.battle(contenders[0], contenders[2]), "B")
        ratings.refresh(now=NOON)

        chances = weights(contenders, ratings.knowledge())

        assert chances[0, 2] < chances[0, 3]
        assert chances[0, 2] < chances[2, 3]

    def test_know_a_new_snapshot_at_once(self, contenders: list[Contender]) -> None:
        assert ratings.knowledge().places == {}
        factories.vote(factories.battle(contenders[0], contenders[2]), "A")

        ratings.refresh(now=NOON)

        assert set(ratings.knowledge().places) == {contenders[0].pk, contenders[2].pk}


class TestInformation:
    @given(seed=st.integers(0, 10**6))
    def test_is_what_one_more_vote_really_narrows(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        root = random.normal(size=(5, 5))
        covariance = root @ root.T + 0.1 * np.eye(5)
        strengths = random.normal(size=5)

        gains = arithmetic.information(strengths, covariance)

        before = np.diag(covariance)
        focus = (before / before.max()) ** (arithmetic.FOCUS / 2)
        for i, j in ((0, 1), (2, 4)):
            chance = 1 / (1 + np.exp(strengths[j] - strengths[i]))
            apart = np.eye(5)[i] - np.eye(5)[j]
            vote = chance * (1 - chance) * np.outer(apart, apart)
            after = np.diag(np.linalg.inv(np.linalg.inv(covariance) + vote))
            assert gains[i, j] == pytest.approx(focus @ (before - after), rel=1e-6)

    def test_prefers_a_rival_of_equal_strength(self) -> None:
        covariance = np.diag([4.0, 0.01, 0.01])

        gains = arithmetic.information(np.array([0.0, 0.1, 3.0]), covariance)

        assert gains[0, 1] > 2 * gains[0, 2]


@pytest.mark.django_db
class TestDraw:
    def test_follows_the_weights_and_a_fair_coin(self, contenders: list[Contender]) -> None:
        knowledge = known(contenders, [40, 5, 30, 20])
        places = {each.pk: place for place, each in enumerate(contenders)}
        random, draws, drawn = Random(4), 20_000, Counter[tuple[int, int]]()

        for _ in range(draws):
            pair = pairs.draw(contenders=contenders, knowledge=knowledge, random=random)
            drawn[places[pair.a.pk], places[pair.b.pk]] += 1

        expected = {
            ordered: draws * chance / 2
            for (i, j), chance in weights(contenders, knowledge).items()
            for ordered in ((i, j), (j, i))
        }
        found = [drawn[each] for each in expected]
        assert stats.chisquare(found, list(expected.values())).pvalue > 0.001

    def test_tells_how_likely_the_ordered_pair_was(self, contenders: list[Contender]) -> None:
        pair = pairs.draw(contenders=contenders[:2], knowledge=pairs.NOTHING, random=Random(1))

        assert pair.propensity == pytest.approx(0.5)
        assert pair.policy == pairs.POLICY


class TestNewcomers:
    def test_are_in_four_times_as_many_pairs_as_by_uniform_draws(self) -> None:
        random, people = np.random.default_rng(1), 13
        strengths = random.normal(0, 0.5, people)
        games = np.full((people, people), 300.0)
        games[-1], games[:, -1] = 0.0, 0.0  # the last one is new
        chance = 1 / (1 + np.exp(strengths - strengths[:, None]))
        known = laplacian(games * chance * (1 - chance)) + 0.3 * np.eye(people)

        gains = arithmetic.information(strengths, inverse(cholesky(known)))

        first, second = np.triu_indices(people, 1)
        sharp = gains[first, second] ** arithmetic.SHARPNESS
        is_new = second == people - 1
        assert sharp[is_new].sum() / sharp.sum() > 4 * is_new.mean()
