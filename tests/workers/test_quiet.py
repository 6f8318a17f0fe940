"""Benchmarks side by side, a stopwatch alone."""

import threading

import pytest

from workers.quiet import Quiet

PATIENCE_S = 20


class Unwanted(Exception):
    """The run was cancelled while it waited."""


def wanted() -> None:
    """Say nothing: the wait goes on."""


def unwanted() -> None:
    raise Unwanted


class TestQuiet:
    def test_lets_benchmarks_run_side_by_side(self) -> None:
        quiet = Quiet()

        with quiet.noise(wanted), quiet.noise(wanted):
            pass

    def test_keeps_everybody_out_while_a_stopwatch_runs(self) -> None:
        quiet = Quiet()

        with quiet.silence(wanted):
            with pytest.raises(Unwanted), quiet.noise(unwanted):
                pass
            with pytest.raises(Unwanted), quiet.silence(unwanted):
                pass

        with quiet.noise(wanted):
            pass

    def test_starts_no_stopwatch_beside_a_benchmark(self) -> None:
        quiet = Quiet()

        with quiet.noise(wanted), pytest.raises(Unwanted), quiet.silence(unwanted):
            pass

        with quiet.silence(wanted):
            pass

    def test_has_the_next_benchmark_wait_for_a_waiting_stopwatch(self) -> None:
        quiet, waits, done = Quiet(), threading.Event(), threading.Event()

        def time_it() -> None:
            with quiet.silence(waits.set):
                done.set()

        with quiet.noise(wanted):
            thread = threading.Thread(target=time_it)
            thread.start()
            assert waits.wait(PATIENCE_S)
            with pytest.raises(Unwanted), quiet.noise(unwanted):
                pass
            assert not done.is_set()
        thread.join(PATIENCE_S)

        assert done.is_set()
