"""Groundwork is made again when it has fallen behind, and only then."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from pytest_django import Settings

from arena import groundwork, ledger, ratings
from arena.models import Groundwork, Rating, StyleGround, Vote
from evals.models import Contender
from tests import factories

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def cast(a: Contender, b: Contender, choices: str, **fields: Any) -> list[Vote]:
    made = [factories.vote(factories.battle(a, b, **fields), choice) for choice in choices]
    ledger.catch_up()
    return made


@pytest.fixture
def pair(monkeypatch: pytest.MonkeyPatch) -> tuple[Contender, Contender]:
    """Return two contenders of a site that is too large to do everything at once."""
    monkeypatch.setattr(groundwork, "SHORT", 0)
    return factories.model("Owl"), factories.model("Hen")


class TestIsDue:
    def test_is_not_without_votes(self) -> None:
        assert not groundwork.is_due(now=NOON)

    def test_is_after_a_hundredth_more_entries(self, pair: tuple[Contender, Contender]) -> None:
        cast(*pair, "A" * 199)
        assert groundwork.is_due(now=NOON)
        groundwork.renew(now=NOON)
        assert not groundwork.is_due(now=NOON)

        cast(*pair, "B")
        assert not groundwork.is_due(now=NOON)
        cast(*pair, "BB")
        assert groundwork.is_due(now=NOON)

    def test_is_after_ten_minutes_with_a_vote(self, pair: tuple[Contender, Contender]) -> None:
        cast(*pair, "A" * 199)
        groundwork.renew(now=NOON)
        later = NOON + timedelta(minutes=11)
        assert not groundwork.is_due(now=later)

        cast(*pair, "B")

        assert groundwork.is_due(now=later)

    def test_is_when_a_vote_was_taken_back(self, pair: tuple[Contender, Contender]) -> None:
        votes = cast(*pair, "A" * 299)
        groundwork.renew(now=NOON)
        Vote.objects.filter(pk=votes[0].pk).update(exclusion="STAFF")

        ledger.catch_up()

        assert groundwork.is_due(now=NOON)

    def test_is_when_a_rule_changed(
        self, pair: tuple[Contender, Contender], settings: Settings
    ) -> None:
        cast(*pair, "AB")
        groundwork.renew(now=NOON)

        settings.RATING_PRIOR = 0.5

        assert groundwork.is_due(now=NOON)


class TestRenew:
    def test_keeps_the_style_of_the_newest_only(self, pair: tuple[Contender, Contender]) -> None:
        cast(*pair, "AB")
        groundwork.renew(now=NOON)
        cast(*pair, "A")

        newest = groundwork.renew(now=NOON)

        assert set(StyleGround.objects.values_list("groundwork", flat=True)) == {newest.pk}

    def test_is_one_row_for_one_prefix(self, pair: tuple[Contender, Contender]) -> None:
        cast(*pair, "AB")

        assert groundwork.renew(now=NOON) == groundwork.renew(now=NOON)
        assert Groundwork.objects.count() == 1

    def test_widens_for_people_with_tastes(self, pair: tuple[Contender, Contender]) -> None:
        for voter, choice in (("ada", "A"), ("ben", "B")):
            cast(*pair, choice * 20, voter=voter)

        row = groundwork.renew(now=NOON)

        people = [each.pk for each in pair]
        assert (groundwork.factors(row, "all", people) > 2).all()
        assert groundwork.factors(row, "all", [0]).tolist() == [1.0]

    def test_comes_back_out_of_its_blob(self, pair: tuple[Contender, Contender]) -> None:
        cast(*pair, "AAB")
        row = groundwork.renew(now=NOON).styles.get(category="all")

        ground = groundwork.unpacked(row)

        assert groundwork.packed(ground) == bytes(row.arrays)
        assert ground.contenders == 2
        assert np.isfinite(ground.information).all()


class TestRefreshOnOlderGroundwork:
    def test_goes_on_with_elo_where_it_stood(self, pair: tuple[Contender, Contender]) -> None:
        cast(*pair, "AAB")
        ratings.refresh(now=NOON)
        cast(*pair, "BA")

        snapshot = ratings.refresh(now=NOON)

        assert snapshot is not None
        assert snapshot.groundwork is not None
        assert snapshot.groundwork.length == 3
        kept = Rating.objects.get(snapshot=snapshot, contender=pair[0]).elo
        groundwork.renew(now=NOON)
        whole = ratings.refresh(now=NOON)
        assert Rating.objects.get(snapshot=whole, contender=pair[0]).elo == kept
