"""Anyone who can see a battle may report it: once each, checked, and a few on a day."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from pytest_django import Settings

from arena import reports, rulings
from arena.models import Battle, Report
from arena.reports import Complaint, ReportRefused
from arena.rulings import Decision
from tests import factories
from tests.arena.test_rulings import staff
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
HATE = Complaint("HATE", "Look at B.", turn=1, side="B")


def said(battle: Battle, complaint: Complaint = HATE, reporter: str = "ada") -> tuple[Report, bool]:
    return reports.file(battle=battle, reporter=reporter, complaint=complaint, now=NOON)


class TestFile:
    def test_keeps_what_was_said_of_an_answer(self) -> None:
        report, is_new = said(factories.battle())

        kept = Report.objects.get()
        assert is_new
        assert kept == report
        assert (kept.reason, kept.words, kept.turn, kept.side) == ("HATE", "Look at B.", 1, "B")

    def test_keeps_it_once_and_the_newest_words(self) -> None:
        battle = factories.battle()

        first, _ = said(battle)
        again, is_new = said(battle, Complaint("SEXUAL", "Rather this.", turn=1, side="B"))

        assert not is_new
        assert again == first
        assert Report.objects.get().words == "Rather this."

    def test_is_once_also_when_clicked_twice_at_once(self, transactional_db: None) -> None:
        battle = factories.battle()

        def click(_: int) -> bool:
            try:
                return said(battle)[1]
            finally:
                connections.close_all()

        with ThreadPoolExecutor(8) as pool:
            new = sum(pool.map(click, range(8)))

        assert new == 1
        assert Report.objects.count() == 1

    def test_takes_one_of_each_person_and_each_answer(self) -> None:
        battle = factories.battle()

        made = [
            said(battle)[1],
            said(battle, reporter="bob")[1],
            said(battle, Complaint("HATE"))[1],
        ]

        assert made == [True, True, True]

    def test_changes_no_words_once_it_is_decided(self) -> None:
        battle = factories.battle()
        said(battle)
        rulings.make(battle=battle, decision=Decision("DISMISS"), by=staff(), now=NOON)

        again, _ = said(battle, Complaint("SEXUAL", "But look!", turn=1, side="B"))

        assert again.words == "Look at B."

    @pytest.mark.parametrize(
        ("complaint", "code"),
        [
            (Complaint("LOVELY"), "BAD_REASON"),
            (Complaint(""), "BAD_REASON"),
            (Complaint("OTHER", "  "), "WORDS_NEEDED"),
            (Complaint("HATE", "x" * 1_001), "WORDS_TOO_LONG"),
            (Complaint("HATE", "a\0b"), "BAD_TEXT"),
            (Complaint("HATE", "a\ud800b"), "BAD_TEXT"),
            (Complaint("HATE", turn=2, side="A"), "NO_SUCH_ANSWER"),
            (Complaint("HATE", turn=1, side="C"), "NO_SUCH_ANSWER"),
            (Complaint("HATE", side="A"), "NO_SUCH_ANSWER"),
            (Complaint("HATE", turn=-1), "NO_SUCH_ANSWER"),
        ],
    )
    def test_refuses_what_says_nothing(self, complaint: Complaint, code: str) -> None:
        with pytest.raises(ReportRefused) as refused:
            said(factories.battle(), complaint)

        assert refused.value.code == code
        assert not Report.objects.exists()

    def test_takes_so_many_on_a_day(self, settings: Settings) -> None:
        settings.REPORTS_PER_DAY = 2
        battles = [factories.battle() for _ in range(3)]
        for battle in battles[:2]:
            said(battle)

        with pytest.raises(ReportRefused) as refused:
            said(battles[2])

        assert (refused.value.code, refused.value.status) == ("TOO_MANY_REPORTS", 429)
        assert not said(battles[0])[1]  # what was said before can be said again
        tomorrow = NOON + timedelta(days=1)
        assert reports.file(battle=battles[2], reporter="ada", complaint=HATE, now=tomorrow)[1]
