"""Who still answers, and who has been silent too often."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from workers import pulse
from workers.pulse import Pulse


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pulse]:
    monkeypatch.setattr(pulse, "BEAT_S", 0.0)
    listening = Pulse()
    yield listening
    listening.stop()


def looked(
    listening: Pulse, watched: dict[int, Callable[[], bool]], *, times: int = 6
) -> tuple[set[int], set[int]]:
    """Look a few times, giving the questions time to be answered."""
    answered: set[int] = set()
    silent: set[int] = set()
    for _ in range(times):
        alive, dead = listening.look(watched)
        answered.update(alive)
        silent.update(dead)
        time.sleep(0.02)
    return answered, silent


class TestPulse:
    def test_tells_the_living_from_the_dead(self, listening: Pulse) -> None:
        answered, silent = looked(listening, {1: lambda: True, 2: lambda: False})

        assert (answered, silent) == ({1}, {2})

    def test_forgives_one_silence(self, listening: Pulse) -> None:
        answers = iter([False, True, False, True, False, True, True, True])

        answered, silent = looked(listening, {1: lambda: next(answers)}, times=5)

        assert (answered, silent) == ({1}, set())

    def test_asks_nobody_twice_at_once(self, listening: Pulse) -> None:
        asked, wait = [], threading.Event()

        def ask() -> bool:
            asked.append(1)
            return wait.wait(5)

        looked(listening, {1: ask})
        wait.set()

        assert len(asked) == 1
