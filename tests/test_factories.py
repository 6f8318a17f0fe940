"""The factories make rows that the database accepts."""

import pytest

from arena.models import Rating, Vote
from evals.models import Score
from tests import factories

pytestmark = pytest.mark.django_db


class TestFactories:
    def test_fill_the_whole_schema(self) -> None:
        suite = factories.suite()
        adapter = factories.adapter(parent=factories.adapter())
        factories.score(factories.run(adapter, suite), suite.benchmarks.get(position=0))
        battle = factories.battle(adapter, factories.baseline())
        factories.vote(battle)
        factories.rating(factories.snapshot(), adapter)

        assert (Score.objects.count(), Vote.objects.count(), Rating.objects.count()) == (1, 1, 1)
        assert [each.depth for each in adapter.stack()] == [0, 1, 2]
