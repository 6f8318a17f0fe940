"""What was published can be computed again, bit for bit; and a forged bit is found."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from arena import groundwork, ratings, replay
from arena.models import Groundwork, LedgerEntry, Rating, RatingSnapshot, Vote
from tests import factories

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[Vote]:
    """Publish a history: groundwork behind some snapshots, votes left out and counted again."""
    monkeypatch.setattr(groundwork, "SHORT", 12)
    owls = [factories.model() for _ in range(4)]
    votes: list[Vote] = []
    for minute, choices in enumerate(["AAB", "TBX", "ABA", "BBB", "AXT"]):
        for place, choice in enumerate(choices):
            battle = factories.battle(
                owls[place], owls[(place + minute) % 3 + 1 if place == 0 else 0],
                voter=f"voter {place}", answers=("# yes", "no, *never*"),
            )  # fmt: skip
            name = {"T": "TIE", "X": "BOTH_BAD"}.get(choice, choice)
            votes.append(factories.vote(battle, name))
        Vote.objects.filter(pk=votes[minute].pk).update(exclusion="STAFF")
        Vote.objects.filter(pk=votes[max(0, minute - 2)].pk).update(exclusion="")
        ratings.refresh(now=NOON + timedelta(minutes=minute))
    return votes


class TestCheck:
    @pytest.mark.usefixtures("published")
    def test_finds_every_bit_the_same(self) -> None:
        report = replay.check()

        assert report.faults == []
        assert report.snapshots == RatingSnapshot.objects.count() == 5
        assert report.entries == LedgerEntry.objects.count()
        assert report.groundworks >= 3

    @pytest.mark.usefixtures("published")
    def test_goes_on_from_older_groundwork(self) -> None:
        newest = ratings.current()
        assert newest is not None
        assert newest.groundwork is not None

        assert newest.groundwork.length < newest.length

    @pytest.mark.usefixtures("published")
    def test_stays_true_when_a_setting_changes(self, settings: Settings) -> None:
        settings.RATING_PRIOR, settings.ELO_K = 0.9, 4.0
        ratings.refresh(now=NOON + timedelta(hours=1))

        assert replay.check().faults == []

    @pytest.mark.usefixtures("published")
    def test_leaves_out_what_other_arithmetic_made(self) -> None:
        Groundwork.objects.update(rules={"version": "fit-v0"})

        report = replay.check()

        assert (report.snapshots, report.groundworks, report.older) == (0, 0, 5)

    def test_finds_a_forged_rating(self, published: list[Vote]) -> None:
        rating = Rating.objects.order_by("-pk").first()
        assert rating is not None
        Rating.objects.filter(pk=rating.pk).update(value=rating.value + 1e-9)

        assert "1 of" in replay.check().faults[0]
        with pytest.raises(CommandError, match="ratings differ"):
            call_command("rebuild_ratings", "--check")

    def test_finds_a_forged_vote(self, published: list[Vote]) -> None:
        Vote.objects.filter(pk=published[-1].pk).update(voter="mallory")

        assert replay.check().faults == [
            f"Vote {published[-1].pk} and the ledger disagree about whose it is."
        ]


class TestCommand:
    @pytest.mark.usefixtures("published")
    def test_says_that_every_bit_is_the_same(self) -> None:
        out = StringIO()

        call_command("rebuild_ratings", "--check", stdout=out)

        assert "Every bit is the same." in out.getvalue()

    def test_publishes_anew(self) -> None:
        factories.vote(factories.battle())
        out = StringIO()

        call_command("rebuild_ratings", stdout=out)

        assert "ratings of 1 votes" in out.getvalue()

    def test_says_when_there_is_nothing(self) -> None:
        out = StringIO()

        call_command("rebuild_ratings", stdout=out)

        assert "no votes yet" in out.getvalue()
