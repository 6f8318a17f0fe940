"""Voters that are no person: found against the model's predictions, reviewed, reversible."""

from datetime import timedelta
from random import Random
from typing import Any

import numpy as np
import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from arena import anomalies, ratings, sequential
from arena.models import Battle, PublicEvent, Suspicion, Vote
from evals.models import Contender
from tests import factories
from tests.conftest import NOON
from tests.leaderboard.conftest import plain_static_files

__all__ = ["plain_static_files"]


def series(outcomes: list[int], target: int = 0, rivals: int = 4) -> sequential.Votes:
    random = Random(1)
    b = np.array([random.randrange(1, rivals) for _ in outcomes], dtype=np.int64)
    return sequential.Votes(
        np.full(len(outcomes), target, dtype=np.int64), b, np.array(outcomes, dtype=np.int64)
    )


def p_of(votes: sequential.Votes) -> float:
    even = np.full(4, 1000.0)
    return sequential.p_value(votes, sequential.predictions(votes, even, ties=0.2))


class TestPValue:
    def test_knows_whoever_always_votes_for_one(self) -> None:
        assert p_of(series([sequential.A] * 20)) < 1e-4

    def test_grows_surer_with_every_vote(self) -> None:
        chances = [p_of(series([sequential.A] * count)) for count in (2, 5, 10, 20)]

        assert chances == sorted(chances, reverse=True)

    def test_never_accuses_before_the_first_vote(self) -> None:
        assert p_of(series([])) == 1.0

    @pytest.mark.parametrize("alpha", [0.05, 0.01])
    def test_accuses_honest_voters_no_more_often_than_it_says(self, alpha: float) -> None:
        random = np.random.default_rng(5)
        accused = 0
        for _ in range(600):
            a, b = np.array([random.choice(4, 2, replace=False) for _ in range(40)]).T
            outcome = random.choice(3, 40, p=[0.4, 0.4, 0.2])
            accused += p_of(sequential.Votes(a, b, outcome)) <= alpha

        assert accused / 600 <= alpha

    @pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 0.9])
    def test_lets_people_leave_as_often_as_they_like(self, rate: float) -> None:
        random = np.random.default_rng(6)
        accused = 0
        for _ in range(400):
            a, b = np.array([random.choice(4, 2, replace=False) for _ in range(60)]).T
            verdict = random.choice(3, 60, p=[0.4, 0.4, 0.2])
            outcome = np.where(random.random(60) < rate, sequential.LEFT, verdict)
            accused += p_of(sequential.Votes(a, b, outcome)) <= 0.05

        assert accused / 400 <= 0.05

    def test_is_surer_of_whoever_leaves_until_the_target_turns_up(self) -> None:
        random = np.random.default_rng(7)
        a, b = np.array([random.choice(4, 2, replace=False) for _ in range(20)]).T
        is_there = (a == 0) | (b == 0)
        for_target = np.where(a == 0, sequential.A, sequential.B)

        drawn = sequential.Votes(a, b, np.where(is_there, for_target, sequential.LEFT))
        judged = sequential.Votes(a[is_there], b[is_there], for_target[is_there])

        assert p_of(drawn) < p_of(judged) / 10

    def test_predicts_with_chances_that_sum_to_one(self) -> None:
        expected = sequential.predictions(series([0, 1, 2]), np.array([3000.0, 0, 0, 0]), ties=0.2)

        assert np.allclose(expected.sum(axis=1), 1)
        assert expected.min() > 0


@pytest.fixture
def pool() -> list[Contender]:
    """Return four contenders that many people find equal, published."""
    four, random = [factories.model() for _ in range(4)], Random(2)
    for number in range(80):
        a, b = random.sample(four, 2)
        battle = factories.battle(a, b, voter=f"v{number}", prompt=str(number))
        factories.vote(battle, random.choice(["A", "B", "TIE"]))
    ratings.refresh(now=NOON)
    return four


def rig(pool: list[Contender], count: int = 20) -> None:
    for number in range(count):
        battle = factories.battle(pool[0], pool[1 + number % 3], voter="eve", prompt=f"e{number}")
        factories.vote(battle, "A")


def of_eve() -> list[str]:
    return list(Vote.objects.of_voter("eve").values_list("exclusion", flat=True).distinct())


@pytest.mark.django_db
class TestLook:
    def test_leaves_out_a_rigger_and_nobody_else(self, pool: list[Contender]) -> None:
        rig(pool)

        found = anomalies.look(now=NOON)

        assert [each.voter for each in found] == ["eve"]
        assert of_eve() == ["ANOMALOUS"]
        assert Vote.objects.counted().count() == 80
        assert PublicEvent.objects.get().count == 20

    def test_only_asks_where_that_is_the_policy(
        self, pool: list[Contender], settings: Settings
    ) -> None:
        settings.ANOMALY_POLICY = "review"
        rig(pool)

        anomalies.look(now=NOON)

        assert Suspicion.objects.get().state == Suspicion.State.OPEN
        assert of_eve() == [""]

    def test_says_nothing_twice(self, pool: list[Contender]) -> None:
        rig(pool)

        assert len(anomalies.look(now=NOON)) == 1
        assert anomalies.look(now=NOON + timedelta(minutes=1)) == []

    def test_sees_battles_that_were_given_up(self, pool: list[Contender]) -> None:
        random = Random(3)
        for number in range(60):
            a, b = random.sample(pool, 2)
            battle = factories.battle(a, b, voter="eve", prompt=f"e{number}")
            if pool[0] in (a, b):
                factories.vote(battle, "A" if a == pool[0] else "B")
            else:
                Battle.objects.filter(pk=battle.pk).update(state="ABANDONED", left_at=NOON)
        before = Vote.objects.counted().of_voter("eve").count()

        (found,) = anomalies.look(now=NOON)

        assert (found.voter, found.votes, found.votes + found.left) == ("eve", before, 60)

    @pytest.mark.parametrize(
        ("fields", "left"),
        [
            ({"state": "ABANDONED", "left_at": NOON}, 1),
            ({"state": "READY", "created_at": NOON - timedelta(hours=2)}, 1),
            ({"state": "READY"}, 0),  # perhaps still being read
            ({"state": "FAILED", "error_code": "STOPPED"}, 1),
            ({"state": "FAILED", "error_code": "ENGINE_LOST"}, 0),
        ],
    )
    def test_counts_as_given_up_what_its_voter_gave_up(
        self, pool: list[Contender], fields: dict[str, Any], left: int
    ) -> None:
        rig(pool)
        factories.battle(pool[0], pool[1], voter="eve", **fields)

        (found,) = anomalies.look(now=NOON)

        assert found.left == left

    def test_waits_for_enough_votes(self, pool: list[Contender]) -> None:
        rig(pool, count=9)

        assert anomalies.look(now=NOON) == []


@pytest.mark.django_db
@pytest.mark.usefixtures("plain_static_files")
class TestReview:
    @pytest.mark.parametrize(("action", "exclusion"), [("clear", ""), ("uphold", "ANOMALOUS")])
    def test_is_done_in_the_admin(self, pool: list[Contender], action: str, exclusion: str) -> None:
        rig(pool)
        anomalies.look(now=NOON)
        staff, client = User.objects.create_superuser("staff"), Client()
        client.force_login(staff)
        chosen = {"action": action, "_selected_action": [Suspicion.objects.get().pk]}

        client.post("/admin/arena/suspicion/", chosen)

        assert of_eve() == [exclusion]
        assert Suspicion.objects.get().reviewed_by == staff

    def test_holds_what_was_cleared_against_later_looks(self, pool: list[Contender]) -> None:
        rig(pool)
        (found,) = anomalies.look(now=NOON)
        anomalies.clear(suspicion=found, reviewer=None, now=NOON)

        assert anomalies.look(now=NOON) == []
        assert of_eve() == [""]
