"""When something that failed is tried again."""

from datetime import timedelta

from tests.conftest import NOON
from workers.retrying import Patience


def due_after(patience: Patience, seconds: float, *, urgent: bool = True) -> bool:
    return patience.is_due(1, urgent=urgent, now=NOON + timedelta(seconds=seconds))


class TestPatience:
    def test_waits_for_nothing_at_first(self) -> None:
        assert due_after(Patience(), 0)

    def test_waits_longer_after_every_failure(self) -> None:
        patience = Patience()
        patience.failed(1, is_users=False, now=NOON)
        assert not due_after(patience, 9)
        assert due_after(patience, 10)

        patience.failed(1, is_users=False, now=NOON)
        assert not due_after(patience, 29)
        assert due_after(patience, 30)

    def test_waits_at_most_a_minute_where_a_run_waits(self) -> None:
        patience = Patience()
        for _ in range(9):
            patience.failed(1, is_users=False, now=NOON)

        assert due_after(patience, 60)
        assert not due_after(patience, 599, urgent=False)
        assert due_after(patience, 600, urgent=False)

    def test_expects_little_where_the_submission_is_at_fault(self) -> None:
        patience = Patience()
        patience.failed(1, is_users=True, now=NOON)

        assert not due_after(patience, 59)
        assert due_after(patience, 60)

    def test_forgets_after_a_success(self) -> None:
        patience = Patience()
        patience.failed(1, is_users=False, now=NOON)

        patience.succeeded(1)

        assert due_after(patience, 0)
