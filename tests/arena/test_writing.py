"""Writing together: many writes in one transaction, each acknowledged only when it is kept."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from arena import turnstile, writing
from arena.models import PromptSet

pytestmark = pytest.mark.django_db(transaction=True)
sqlite_only = pytest.mark.skipif(connection.vendor != "sqlite", reason="others write beside it")


def keep(key: str) -> str:
    return PromptSet.objects.create(key=key, title=key).key


def kept() -> set[str]:
    return set(PromptSet.objects.values_list("key", flat=True))


def each_alone(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    return [call() for call in calls]


def at_once(*calls: Callable[[], str]) -> list[str | Exception]:
    """Have all stand in the line while somebody writes; return what each was told."""
    begun, release = threading.Event(), threading.Event()

    def first() -> str:
        begun.set()
        assert release.wait(10)
        return keep("first")

    def tell(call: Callable[[], str]) -> str | Exception:
        try:
            return str(writing.together(each_alone, call))
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls) + 1) as pool:
        leading = pool.submit(tell, first)
        assert begun.wait(10)
        waiting = [pool.submit(tell, call) for call in calls]
        while connection.vendor == "sqlite" and len(writing._line) < len(calls):
            threading.Event().wait(0.005)
        release.set()
        assert leading.result(10) == "first"
        return [each.result(10) for each in waiting]


class TestTogether:
    def test_keeps_every_write_and_tells_each_its_own_result(self) -> None:
        names = [f"set-{number}" for number in range(30)]

        told = at_once(*(lambda name=name: keep(name) for name in names))

        assert told == names
        assert kept() == {"first", *names}

    @sqlite_only
    def test_takes_one_transaction_for_all_who_wait(self) -> None:
        writers: set[int] = set()

        def noted(name: str) -> str:
            writers.add(threading.get_ident())
            return keep(name)

        at_once(*(lambda name=name: noted(name) for name in "abcdefgh"))

        assert len(writers) == 1

    def test_costs_nobody_else_a_write_when_one_fails(self) -> None:
        def fail() -> str:
            keep("half")
            raise ValueError("no")

        told = at_once(lambda: keep("before"), fail, lambda: keep("after"))

        assert told[0] == "before"
        assert isinstance(told[1], ValueError)
        assert told[2] == "after"
        assert kept() == {"first", "before", "after"}

    @sqlite_only
    def test_tells_all_when_the_database_cannot_be_written(self) -> None:
        def fail() -> str:
            raise OperationalError("disk is full")

        told = at_once(lambda: keep("before"), fail)

        assert [type(each) for each in told] == [OperationalError] * 2
        assert kept() == {"first"}

    def test_goes_on_after_a_failure(self) -> None:
        with pytest.raises(ZeroDivisionError):
            writing.together(each_alone, lambda: 1 / 0)

        assert writing.together(each_alone, lambda: keep("next")) == "next"


@sqlite_only
class TestTurnstile:
    def test_lets_one_through_at_a_time(self) -> None:
        inside, most = 0, 0

        def enter(_: int) -> None:
            nonlocal inside, most
            with turnstile.passed():
                inside += 1
                most = max(most, inside)
                threading.Event().wait(0.002)
                inside -= 1
            connections.close_all()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(enter, range(24)))

        assert most == 1

    def test_is_a_courtesy_that_ends(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(turnstile, "PATIENCE_S", 0.05)

        with turnstile.passed(), ThreadPoolExecutor(1) as pool:
            assert pool.submit(_passes).result(10)


def _passes() -> bool:
    with turnstile.passed():
        return True
