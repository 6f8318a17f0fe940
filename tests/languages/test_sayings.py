"""What workers wrote down in English is said in the reader's language, part by part."""

import pytest
from django.utils import translation

from leaderboard.templatetags import figures
from leaderboard.web import nouns, sayings


class TestSaid:
    def test_is_what_was_written_for_an_english_reader(self) -> None:
        assert sayings.said("Measuring Facts") == "Measuring Facts"

    @pytest.mark.parametrize(
        ("written", "told"),
        [
            ("Measuring Facts", "Mesure de Facts"),
            ("Measuring Facts.", "Mesure de Facts."),
            ("Attempt 3 begins.", "La tentative 3 commence."),
            ("The machine's disk is full.", "Le disque de la machine est plein."),
            (
                "Waiting to be tried again: The machine's disk is full.",
                "En attente d\u2019un nouvel essai\xa0: Le disque de la machine est plein.",
            ),
            ("Something that nobody foresaw: 3", "Something that nobody foresaw: 3"),
            ("", ""),
        ],
    )
    def test_is_french_where_its_shape_is_known(self, written: str, told: str) -> None:
        with translation.override("fr"):
            assert sayings.said(written) == told


class TestFigures:
    def test_take_the_signs_and_units_of_the_language(self) -> None:
        with translation.override("fr"):
            written = (
                figures.points(1234.5),
                figures.bytes_(1_500_000_000),
                figures.dollars(0.12),
                nouns.counted(1, "vote", "1"),
                nouns.counted(0, "vote", "0"),
            )

        assert written == ("1\u202f234,5", "1,5\u202fGo", "0,12\u202f$", "1 vote", "0 vote")
