"""Boards computed on demand say what the votes say."""

from datetime import UTC, datetime

import pytest
from pytest_django import Settings

from arena import boards, groundwork, ratings
from arena.models import Rating
from evals.models import Contender
from tests import factories

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
LONG, SHORT = "yes " * 50, "no"


def cast(a: Contender, b: Contender, choices: str, answers: tuple[str, str] = ("4", "4")) -> None:
    names = {"T": "TIE", "X": "BOTH_BAD"}
    for choice in choices:
        battle = factories.battle(a, b, answers=answers)
        factories.vote(battle, names.get(choice, choice))


class TestRead:
    def test_equals_what_is_published(self) -> None:
        owl, hen, cat = (factories.model() for _ in range(3))
        cast(owl, hen, "AAABTX")
        cast(cat, hen, "AB")
        snapshot = ratings.refresh(now=NOON)

        board = boards.read()

        rows = Rating.objects.filter(snapshot=snapshot).order_by("-value")
        assert [
            (row.contender_id, row.value, row.lower, row.upper, row.rank_lower, row.chance_best)
            for row in rows
        ] == [
            (each.contender, each.value, each.lower, each.upper, each.rank, each.chance_best)
            for each in board.standings
        ]

    def test_counts_everything_apart(self) -> None:
        owl, hen = factories.model(), factories.model()
        cast(owl, hen, "AAABTTX")
        ratings.refresh(now=NOON)

        board = boards.read()

        first = board.standings[0]
        assert (board.votes, board.ties, board.both_bad) == (7, 2, 1)
        assert (first.wins, first.losses, first.ties, first.both_bad) == (3, 1, 2, 1)

    def test_ranks_those_shown_among_themselves(self) -> None:
        owl, hen, cat = (factories.model() for _ in range(3))
        cast(owl, hen, "A" * 60 + "B")
        cast(owl, cat, "A" * 60 + "B")
        ratings.refresh(now=NOON)
        assert {each.rank for each in boards.read().standings} == {1, 2}

        board = boards.read(among={hen.pk, cat.pk})

        assert [each.rank for each in board.standings] == [1, 1]
        assert sum(each.chance_best for each in board.standings) == pytest.approx(1)

    def test_is_empty_without_votes(self) -> None:
        assert boards.read().standings == ()
        assert boards.read(category="code", is_styled=True).standings == ()

    def test_puts_the_largest_group_first(self) -> None:
        first = [factories.model() for _ in range(2)]
        second = [factories.model() for _ in range(3)]
        cast(first[0], first[1], "AAAA")
        cast(second[0], second[1], "AB")
        cast(second[1], second[2], "AB")
        ratings.refresh(now=NOON)

        board = boards.read()

        assert board.groups == 2
        assert {each.contender for each in board.standings[:3]} == {each.pk for each in second}


class TestStyled:
    def test_takes_out_that_longer_answers_win(self) -> None:
        owl, hen = factories.model(), factories.model()
        cast(owl, hen, "A" * 30 + "B" * 3, answers=(LONG, SHORT))
        cast(owl, hen, "B" * 30 + "A" * 3, answers=(SHORT, LONG))
        cast(owl, hen, "A" * 30 + "B" * 3, answers=(LONG, SHORT))
        ratings.refresh(now=NOON)

        plain, styled = boards.read(), boards.read(is_styled=True)

        def lead(board: boards.Board) -> float:
            value = {each.contender: each.value for each in board.standings}
            return value[owl.pk] - value[hen.pk]

        assert lead(plain) > 80
        assert abs(lead(styled)) < lead(plain) / 2
        length = next(each for each in styled.effects if each.mark == "length")
        assert length.points > 3 * length.stderr

    def test_follows_votes_that_came_after_the_groundwork(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        owl, hen, cat = (factories.model() for _ in range(3))
        cast(owl, hen, "ABABAABB" * 8)
        ratings.refresh(now=NOON)
        monkeypatch.setattr(groundwork, "SHORT", 0)
        cast(owl, hen, "AA")
        cast(cat, hen, "A")
        ratings.refresh(now=NOON)

        styled = boards.read(is_styled=True)

        assert styled.groundwork_length == 64
        assert styled.length == 67
        assert next(each.contender for each in styled.standings) == cat.pk


class TestAnchor:
    def test_can_be_a_contender(self, settings: Settings) -> None:
        owl, hen = factories.model(), factories.model()
        settings.RATING_ANCHOR, settings.RATING_ANCHOR_CONTENDER = 1200.0, hen.slug
        cast(owl, hen, "AAB")
        ratings.refresh(now=NOON)

        for board in (boards.read(), boards.read(is_styled=True)):
            value = {each.contender: each.value for each in board.standings}
            assert value[hen.pk] == pytest.approx(1200)
            assert value[owl.pk] > 1200
