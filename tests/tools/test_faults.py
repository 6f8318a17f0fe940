"""The reliability report: rows from lines, and what pieces of a day add up to."""

from typing import Any

from tools import faults


def line(**fields: Any) -> dict[str, Any]:
    told = {
        "id": "F01", "fault": "killed", "test": "test_votes", "database": "sqlite", "passed": True,
        "skipped": "", "rounds": 20, "recovery_s": 1.26, "day": "2026-11-25",
    }  # fmt: skip
    return told | fields


class TestJoined:
    def test_keeps_what_other_pieces_of_the_day_found(self) -> None:
        other = line(test="test_disks")

        assert faults.joined([other], [line()], today="2026-11-25") == [other, line()]

    def test_forgets_other_days_and_what_was_run_again(self) -> None:
        earlier = [line(passed=False), line(test="test_disks", day="2026-11-24")]

        assert faults.joined(earlier, [line()], today="2026-11-25") == [line()]

    def test_keeps_the_same_test_of_the_other_database(self) -> None:
        other = line(database="postgresql")

        assert other in faults.joined([other], [line()], today="2026-11-25")


class TestTable:
    def test_adds_up_tries_and_takes_the_slowest_recovery(self) -> None:
        lines = [line(), line(rounds=5, recovery_s=2.04), line(rounds=1, passed=False)]

        assert faults.table(lines) == "| F01 | killed | sqlite | 26 | 25 | 2.0 s |\n"

    def test_says_why_a_fault_could_not_be_caused(self) -> None:
        skipped = line(passed=False, skipped="Skipped: only root may mount a small disk here")

        assert "| 0 | only root may mount a small disk here | - |" in faults.table([skipped])
