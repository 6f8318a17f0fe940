"""A benchmark's last words: a table, one line of JSON, an exit code."""

import json

import pytest

from benchmarks import report
from benchmarks.report import Figure

FAST = Figure("vote to board", 0.8, "s", at_most=3.0)
SLOW = Figure("vote to board", 4.0, "s", at_most=3.0)


class TestFigure:
    @pytest.mark.parametrize(
        ("figure", "holds"),
        [
            (FAST, True),
            (SLOW, False),
            (Figure("tokens", 5.0, "1/s", at_least=5.0), True),
            (Figure("tokens", 4.9, "1/s", at_least=5.0), False),
            (Figure("memory", 9.9, "GB"), True),
            (Figure("broken", float("nan"), "s", at_most=1.0), False),
        ],
    )
    def test_holds_where_its_target_is_met(self, figure: Figure, holds: bool) -> None:
        assert figure.holds is holds


class TestOf:
    def test_aims_the_target_at_the_worst(self) -> None:
        middle, worst = report.of("wait", [1.0, 2.0, 9.0], "s", at_most=5.0)

        assert (middle.value, middle.holds) == (2.0, True)
        assert (worst.value, worst.holds, worst.samples) == (9.0, False, 3)


class TestClose:
    def test_ends_with_every_figure_as_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        code = report.close("journey", [FAST, SLOW])

        last = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert code == 1
        assert last["holds"] is False
        assert [(each["value"], each["at_most"]) for each in last["figures"]] == [
            (0.8, 3.0),
            (4.0, 3.0),
        ]

    def test_succeeds_where_every_target_holds(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert report.close("journey", [FAST]) == 0
