"""Those of one place go in side by side; whoever wants another has everybody behind them wait."""

import threading

import pytest

from workers.engines.turnstile import Turnstile

PATIENCE_S = 20


class Unwanted(Exception):
    """The run was cancelled while it waited."""


def wanted() -> None:
    """Say nothing: the wait goes on."""


def unwanted() -> None:
    raise Unwanted


class TestTurnstile:
    def test_lets_those_of_one_place_in_together(self) -> None:
        turnstile = Turnstile()

        with turnstile.passed("here", wanted), turnstile.passed("here", wanted):
            pass

    def test_keeps_other_places_out_until_it_is_empty(self) -> None:
        turnstile = Turnstile()

        with (
            turnstile.passed("here", wanted),
            pytest.raises(Unwanted),
            turnstile.passed("there", unwanted),
        ):
            pass

        with turnstile.passed("there", wanted):
            pass

    def test_has_the_same_place_wait_behind_another(self) -> None:
        turnstile, waits, inside = Turnstile(), threading.Event(), threading.Event()

        def go_there() -> None:
            with turnstile.passed("there", waits.set):
                inside.set()

        with turnstile.passed("here", wanted):
            thread = threading.Thread(target=go_there)
            thread.start()
            assert waits.wait(PATIENCE_S)
            with pytest.raises(Unwanted), turnstile.passed("here", unwanted):
                pass
            assert not inside.is_set()
        thread.join(PATIENCE_S)

        assert inside.is_set()
