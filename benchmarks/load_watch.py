"""What every program of the site holds while it works: memory, descriptors, threads, processor.

A thread looks every so often. Flat means: the last quarter holds no more than the second did,
five hundredths of memory aside; the first quarter is warming up.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass

import psutil

EVERY_S = 10.0
GROWTH = 1.05

Found = Callable[[], dict[str, list[psutil.Process]]]


@dataclass(frozen=True)
class Look:
    """One program at one moment, all its processes together."""

    at_s: float
    rss_mb: float
    pss_mb: float  # a page that several share is counted once
    descriptors: int
    threads: int
    cpu_s: float  # that its processes have used so far


def look(processes: list[psutil.Process], at_s: float = 0.0) -> Look:
    """Return what these processes hold now."""
    rss = pss = cpu = 0.0
    descriptors = threads = 0
    for each in processes:
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            memory = each.memory_full_info()
            rss, pss = rss + memory.rss, pss + memory.pss
            descriptors, threads = descriptors + each.num_fds(), threads + each.num_threads()
            cpu += sum(each.cpu_times()[:2])
    return Look(at_s, rss / 1e6, pss / 1e6, descriptors, threads, cpu)


class Watch:
    """Looks again and again, and remembers."""

    def __init__(self, found: Found, every_s: float = EVERY_S) -> None:
        self.looks: dict[str, list[Look]] = {}
        self._found, self._every_s = found, every_s
        self._ended = threading.Event()
        self._began = time.perf_counter()

    def once(self) -> None:
        """Look now."""
        for name, processes in self._found().items():
            seen = look(processes, time.perf_counter() - self._began)
            self.looks.setdefault(name, []).append(seen)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Look every so often for the length of a `with` block, at its start and at its end."""
        thread = threading.Thread(target=self._again, daemon=True)
        self.once()
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()
            self.once()

    def _again(self) -> None:
        while not self._ended.wait(self._every_s):
            self.once()

    def peak(self, *names: str) -> Look:
        """Return the most that these programs held together at any moment."""
        columns = [self.looks.get(name, []) for name in names]
        sums = [_together(list(row)) for row in zip(*columns, strict=False)]
        return max(sums, key=lambda each: each.pss_mb)

    def as_fields(self) -> dict[str, list[dict[str, float]]]:
        """Return every look, for the file of results."""
        return {
            name: [{key: round(value, 1) for key, value in asdict(one).items()} for one in seen]
            for name, seen in self.looks.items()
        }


def _together(row: list[Look]) -> Look:
    return Look(
        row[0].at_s,
        sum(each.rss_mb for each in row),
        sum(each.pss_mb for each in row),
        sum(each.descriptors for each in row),
        sum(each.threads for each in row),
        sum(each.cpu_s for each in row),
    )


def growth(looks: list[Look], what: str) -> float:
    """Return what the last quarter holds on average, as a share of what the second did."""
    quarter = max(1, len(looks) // 4)
    early, late = looks[quarter : 2 * quarter] or looks[:1], looks[-quarter:]
    before = sum(getattr(each, what) for each in early) / len(early)
    return float(sum(getattr(each, what) for each in late) / len(late) / max(before, 1e-9))


def added(looks: list[Look], what: str) -> float:
    """Return how many more the last quarter holds at its emptiest than the second did."""
    quarter = max(1, len(looks) // 4)
    early, late = looks[quarter : 2 * quarter] or looks[:1], looks[-quarter:]
    return float(
        min(getattr(each, what) for each in late) - min(getattr(each, what) for each in early)
    )
