"""Snapshots are whole, and say what the votes say."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from arena import ratings
from arena.models import Rating, RatingSnapshot, Vote
from evals.models import Contender
from tests import factories

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def cast(a: Contender, b: Contender, choices: list[str]) -> list[Vote]:
    return [factories.vote(factories.battle(a, b), choice) for choice in choices]


def published(contender: Contender) -> Rating:
    return Rating.objects.get(snapshot=ratings.current(), contender=contender)


@pytest.mark.django_db
class TestRefresh:
    def test_publishes_nothing_without_votes(self) -> None:
        assert ratings.refresh(now=NOON) is None
        assert ratings.current() is None

    def test_rates_everyone_who_was_judged(self, settings: Settings) -> None:
        settings.RATING_PRIOR = 1e-9
        owl, hen = factories.model("Owl"), factories.model("Hen")
        cast(owl, hen, ["A", "A", "TIE", "BOTH_BAD"])

        snapshot = ratings.refresh(now=NOON)

        assert snapshot == ratings.current()
        assert snapshot is not None
        assert (snapshot.votes, snapshot.policy) == (4, ratings.POLICY)
        assert published(owl).value - published(hen).value == pytest.approx(190.848, abs=1e-3)
        assert (published(owl).wins, published(owl).votes) == (3.0, 4)
        assert published(owl).lower < published(owl).value < published(owl).upper

    def test_does_nothing_until_there_is_news(self) -> None:
        cast(factories.model(), factories.model(), ["A"])
        ratings.refresh(now=NOON)

        assert ratings.refresh(now=NOON) is None
        assert RatingSnapshot.objects.count() == 1

    def test_leaves_excluded_votes_out_and_notices_an_exclusion(self) -> None:
        owl, hen = factories.model(), factories.model()
        kept, excluded = cast(owl, hen, ["A", "B"])
        ratings.refresh(now=NOON)

        Vote.objects.filter(pk=excluded.pk).update(exclusion="LEAK")

        snapshot = ratings.refresh(now=NOON)
        assert snapshot is not None
        assert (snapshot.votes, snapshot.last_vote) == (1, kept.pk)
        assert published(owl).value > published(hen).value

    def test_forgets_everyone_when_every_vote_is_excluded(self) -> None:
        cast(factories.model(), factories.model(), ["A"])
        ratings.refresh(now=NOON)

        Vote.objects.update(exclusion="LEAK")

        snapshot = ratings.refresh(now=NOON)
        assert snapshot is not None
        assert not snapshot.ratings.exists()

    def test_replays_elo_in_the_order_of_the_votes(self, settings: Settings) -> None:
        settings.ELO_K = 32
        owl, hen = factories.model(), factories.model()
        cast(owl, hen, ["A", "B"])

        ratings.refresh(now=NOON)

        assert published(owl).elo == pytest.approx(1016 - 32 * 0.545922, abs=1e-3)
        assert published(owl).elo + published(hen).elo == pytest.approx(2000)

    def test_says_the_same_for_the_same_votes(self) -> None:
        cast(factories.model(), factories.model(), ["A", "B", "A", "TIE"])
        ratings.refresh(now=NOON)
        first = list(Rating.objects.values_list("contender", "value", "lower", "upper", "elo"))
        RatingSnapshot.objects.all().delete()

        ratings.refresh(now=NOON)

        again = Rating.objects.values_list("contender", "value", "lower", "upper", "elo")
        assert list(again) == first

    def test_asks_as_few_questions_for_many_votes(self) -> None:
        owls = [factories.model() for _ in range(5)]
        asked = []
        for votes in (2, 30):
            for owl in owls[1:]:
                cast(owl, owls[0], ["A"] * votes)
            with CaptureQueriesContext(connection) as questions:
                ratings.refresh(now=NOON)
            asked.append(len(questions))

        assert asked[1] <= asked[0] + 2  # rows are written in batches

    def test_tells_places_both_ways_and_the_chance_of_being_best(self) -> None:
        owl, hen = factories.model(), factories.model()
        cast(owl, hen, ["A"] * 40 + ["B"] * 2)

        ratings.refresh(now=NOON)

        assert (published(owl).rank_lower, published(hen).rank_lower) == (1, 2)
        assert (published(owl).rank_pairwise, published(hen).rank_pairwise) == (1, 2)
        assert published(owl).chance_best > 0.99
        assert published(owl).chance_best + published(hen).chance_best == pytest.approx(1)

    def test_tells_groups_that_never_met_apart(self) -> None:
        owl, hen, cat, dog = (factories.model() for _ in range(4))
        cast(owl, hen, ["A", "B"])
        cast(cat, dog, ["A", "B"])

        ratings.refresh(now=NOON)

        assert published(owl).group == published(hen).group
        assert published(cat).group == published(dog).group != published(owl).group
        assert published(cat).chance_best + published(dog).chance_best == pytest.approx(1)


@pytest.mark.django_db
class TestHistory:
    def test_tells_a_contender_over_time(self) -> None:
        owl, hen = factories.model(), factories.model()
        for minute in range(3):
            cast(owl, hen, ["A"])
            ratings.refresh(now=NOON + timedelta(minutes=minute))

        told = ratings.history(contenders=[owl], since=NOON + timedelta(minutes=1))

        assert [each.votes for each in told] == [2, 3]


@pytest.mark.django_db(transaction=True)
class TestConcurrentRefreshes:
    def test_end_with_the_newest_votes_published(self) -> None:
        owl, hen = factories.model(), factories.model()
        cast(owl, hen, ["A"] * 5)
        barrier = threading.Barrier(6)

        def refresh() -> None:
            barrier.wait()
            try:
                ratings.refresh(now=NOON)
            finally:
                connection.close()

        threads = [threading.Thread(target=refresh) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        snapshot = ratings.current()
        assert snapshot is not None
        assert (snapshot.votes, snapshot.ratings.count()) == (5, 2)
        assert RatingSnapshot.objects.count() == 1
