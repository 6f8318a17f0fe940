"""What staff decide does what it says, is written down, and can be turned round."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import User
from arena import (
    battles,
    changelog,
    conversations,
    exports,
    ownership,
    reports,
    rulings,
    sharing,
    votes,
)
from arena.battles import BattleRefused
from arena.models import Battle, Consent, PublicEvent, Report, Ruling, Vote
from arena.reports import Complaint
from arena.rulings import Decision, RulingRefused
from tests import factories
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
WHY = "It insults a person."
WEEK = timedelta(days=7)


def staff() -> User:
    return User.objects.filter(username="eve").first() or User.objects.create_superuser("eve")


def decide(battle: Battle, kind: str, reason: str = WHY, days: int = 0) -> Ruling:
    decision = Decision(kind, reason, days)
    return rulings.make(battle=battle, decision=decision, by=staff(), now=NOON)


def undo(ruling: Ruling) -> None:
    rulings.undo(ruling=ruling, by=staff(), now=NOON)


def judged(voter: str = "ada") -> Battle:
    battle = factories.battle(voter=voter)
    factories.vote(battle)
    battle.refresh_from_db()
    return battle


class TestMake:
    def test_closes_the_reports_of_its_battle_and_no_other(self) -> None:
        one, other = judged(), judged()
        for battle in (one, other):
            reports.file(battle=battle, reporter="bob", complaint=Complaint("HATE"), now=NOON)

        ruling = decide(one, "DISMISS")

        assert list(Report.objects.open().values_list("battle", flat=True)) == [other.pk]
        undo(ruling)
        assert Report.objects.open().count() == 2

    def test_is_in_the_audit_log_both_ways(self) -> None:
        ruling = decide(judged(), "WITHDRAW")
        undo(ruling)

        told = list(LogEntry.objects.order_by("pk").values_list("user__username", "change_message"))
        assert told == [("eve", f"Decided. {WHY}"), ("eve", "Undone.")]

    @pytest.mark.parametrize(
        ("decision", "code"),
        [
            (Decision("BAN", WHY), "BAD_DECISION"),
            (Decision("WITHDRAW", " "), "REASON_NEEDED"),
            (Decision("WITHDRAW", "x" * 301), "BAD_REASON"),
            (Decision("WITHDRAW", "a\0b"), "BAD_REASON"),
            (Decision("BLOCK", WHY, 0), "BAD_DAYS"),
            (Decision("BLOCK", WHY, 366), "BAD_DAYS"),
        ],
    )
    def test_refuses_what_makes_no_sense(self, decision: Decision, code: str) -> None:
        with pytest.raises(RulingRefused) as refused:
            rulings.make(battle=judged(), decision=decision, by=staff(), now=NOON)

        assert refused.value.code == code
        assert not Ruling.objects.exists()

    @pytest.mark.parametrize("kind", ["WITHDRAW", "EXCLUDE"])
    def test_decides_once_and_again_after_it_was_undone(self, kind: str) -> None:
        battle = judged()
        first = decide(battle, kind)

        with pytest.raises(RulingRefused) as refused:
            decide(battle, kind)
        undo(first)
        decide(battle, kind)

        assert refused.value.code == "ALREADY_DECIDED"
        assert Ruling.objects.count() == 2

    def test_blocks_nobody_where_nobody_is(self) -> None:
        with pytest.raises(RulingRefused) as refused:
            decide(factories.battle(voter=""), "BLOCK", days=1)

        assert refused.value.code == "NO_VOTER"


class TestWithdraw:
    def test_hides_it_from_everybody_and_deletes_nothing(self) -> None:
        battle = judged()
        Consent.objects.create(voter="ada", given_at=NOON)
        sharing.share(battle=battle, voter="ada", now=NOON)

        ruling = decide(battle, "WITHDRAW")

        assert rulings.is_withdrawn(battle)
        assert list(exports.conversations()) == []
        assert sharing.address_of(battle)
        assert PublicEvent.objects.get().sentence.endswith(WHY)
        undo(ruling)
        assert not rulings.is_withdrawn(battle)
        assert [len(each) for each in exports.conversations()] == [1]
        assert changelog.verify() == 2

    def test_holds_against_whoever_shares_it_anew(self) -> None:
        battle = judged()
        sharing.share(battle=battle, voter="ada", now=NOON)
        decide(battle, "WITHDRAW")
        sharing.revoke(battle=battle, voter="ada")

        with pytest.raises(BattleRefused) as refused:
            sharing.share(battle=battle, voter="ada", now=NOON)

        assert (refused.value.code, refused.value.status) == ("WITHDRAWN", 409)


class TestExclude:
    def test_leaves_the_vote_out_with_the_reason_in_public(self) -> None:
        ruling = decide(judged(), "EXCLUDE")

        assert Vote.objects.get().exclusion == "STAFF"
        event = PublicEvent.objects.get()
        assert (event.kind, event.count) == ("EXCLUSION", 1)
        assert WHY in event.sentence
        undo(ruling)
        assert Vote.objects.get().exclusion == ""
        assert PublicEvent.objects.order_by("-pk")[0].kind == "RESTORATION"

    @pytest.mark.parametrize("exclusion", ["IDENTITY_LEAK", "ANOMALOUS"])
    def test_finds_nothing_where_the_vote_does_not_count(self, exclusion: str) -> None:
        battle = factories.battle()
        factories.vote(battle, exclusion=exclusion)

        with pytest.raises(RulingRefused) as refused:
            decide(battle, "EXCLUDE")

        assert refused.value.code == "NO_VOTE"
        assert Vote.objects.get().exclusion == exclusion
        assert not LogEntry.objects.exists()


class TestBlock:
    def test_keeps_a_voter_away_until_it_ends(self) -> None:
        mine, waiting = judged(), factories.battle()
        decide(mine, "BLOCK", days=7)
        late = NOON + WEEK - timedelta(seconds=1)
        pair = [factories.model(), factories.model()]

        with pytest.raises(votes.VoterBlocked, match="until 2026-11-09 12:00 UTC: It insults"):
            votes.cast(battle=waiting, voter="ada", choice="A", now=late)
        for call in (
            lambda: battles.take_prepared(voter="ada", now=late),
            lambda: conversations.ask(battle=waiting, voter="ada", prompt="Hi", now=late),
            lambda: conversations.open_named(voter="ada", prompt="Hi", contenders=pair, now=late),
        ):
            with pytest.raises(BattleRefused) as refused:
                call()
            assert (refused.value.code, refused.value.status) == ("VOTER_BLOCKED", 403)
        assert votes.cast(battle=waiting, voter="ada", choice="A", now=NOON + WEEK)

    def test_touches_nobody_else_and_can_be_lifted(self) -> None:
        ruling = decide(judged(), "BLOCK", days=7)
        others = factories.battle(voter="bob")

        votes.cast(battle=others, voter="bob", choice="A", now=NOON)
        undo(ruling)

        mine = factories.battle()
        assert votes.cast(battle=mine, voter="ada", choice="A", now=NOON)

    def test_comes_along_into_an_account(self) -> None:
        decide(judged(), "BLOCK", days=7)

        ownership.adopt(voter="ada", by="user-7")

        assert rulings.block_of("user-7", now=NOON)

    def test_names_nobody_once_the_account_is_gone(self) -> None:
        battle = judged("user-7")
        reports.file(battle=battle, reporter="user-7", complaint=Complaint("HATE"), now=NOON)
        decide(battle, "BLOCK", days=7)

        ownership.forget(voter="user-7", to="gone-x")

        assert not Ruling.objects.filter(voter="user-7").exists()
        assert not Report.objects.filter(reporter="user-7").exists()


STEPS = st.lists(st.tuples(st.sampled_from(["WITHDRAW", "EXCLUDE", "undo"]), st.integers(0, 9)))


class TestAnyOrder:
    @hypothesis_settings(
        max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(steps=STEPS)
    def test_leaves_exactly_what_is_in_force(self, steps: list[tuple[str, int]]) -> None:
        battle = judged()
        for step, place in steps:
            made = list(Ruling.objects.filter(battle=battle).order_by("pk"))
            if step == "undo":
                for ruling in made[place : place + 1]:
                    undo(ruling)
            else:
                standing = Ruling.objects.in_force().filter(battle=battle, kind=step)
                if not standing.exists():
                    decide(battle, step)

        in_force = set(
            Ruling.objects.in_force().filter(battle=battle).values_list("kind", flat=True)
        )
        assert rulings.is_withdrawn(battle) == ("WITHDRAW" in in_force)
        assert (Vote.objects.get(battle=battle).exclusion == "STAFF") == ("EXCLUDE" in in_force)
        changelog.verify()
