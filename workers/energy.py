"""How much energy this machine has used, read from its own meters; unknown where it has none.

NVIDIA's library counts for each card, Intel's and AMD's RAPL for each processor package. Both
count everything that the machine does, idling included. Nothing is ever estimated.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

POWERCAP = Path("/sys/class/powercap")
NVML = "libnvidia-ml.so.1"
MICRO, MILLI = 1e-6, 1e-3


@dataclass(frozen=True, slots=True)
class Meter:
    """One counter of joules."""

    name: str  # NVML or RAPL
    read: Callable[[], float]
    wraps_at: float = 0.0  # joules after which it begins anew; 0: never


@dataclass(frozen=True, slots=True)
class Used:
    """What was used between two looks."""

    joules: float
    seconds: float
    source: str  # "NVML", "RAPL", "NVML+RAPL"


class Watch:
    """The meters of this machine, read when it is made."""

    def __init__(self, meters: list[Meter] | None = None) -> None:
        self._meters = found() if meters is None else meters
        self._began = time.perf_counter()
        self._before = [meter.read() for meter in self._meters]

    def used(self) -> Used | None:
        """Return what has been used since; None where nothing measures it, or no longer."""
        with suppress(OSError, ValueError):
            return self._used() if self._meters else None
        return None

    def _used(self) -> Used:
        joules = 0.0
        for meter, before in zip(self._meters, self._before, strict=True):
            difference = meter.read() - before
            joules += difference + (meter.wraps_at if difference < 0 else 0.0)
        names = sorted({meter.name for meter in self._meters})
        return Used(joules, time.perf_counter() - self._began, "+".join(names))


def found(powercap: Path = POWERCAP, library: str = NVML) -> list[Meter]:
    """Return every meter that can be read here."""
    return [*_cards(library), *_packages(powercap)]


def _packages(powercap: Path) -> Iterator[Meter]:
    """Yield RAPL's meters of whole packages; their parts would be counted twice."""
    for folder in sorted(powercap.glob("*-rapl:*")):
        if folder.name.count(":") == 1:
            with suppress(OSError, ValueError):  # most systems let only root read it
                yield _package(folder)


def _package(folder: Path) -> Meter:
    def read() -> float:
        return int((folder / "energy_uj").read_text()) * MICRO

    read()
    most = int((folder / "max_energy_range_uj").read_text()) * MICRO
    return Meter("RAPL", read, wraps_at=most)


def _cards(library: str) -> Iterator[Meter]:
    """Yield a meter for each card whose counter can be read."""
    with suppress(OSError, AttributeError):  # no NVIDIA driver here, or one without counters
        nvml = ctypes.CDLL(library)
        count = ctypes.c_uint()
        if nvml.nvmlInit_v2() or nvml.nvmlDeviceGetCount_v2(ctypes.byref(count)):
            return
        for index in range(count.value):
            card = ctypes.c_void_p()
            if not nvml.nvmlDeviceGetHandleByIndex_v2(index, ctypes.byref(card)):
                meter = Meter("NVML", _counter(nvml, card))
                with suppress(OSError):
                    meter.read()
                    yield meter


def _counter(nvml: ctypes.CDLL, card: ctypes.c_void_p) -> Callable[[], float]:
    def read() -> float:
        millijoules = ctypes.c_ulonglong()
        if status := nvml.nvmlDeviceGetTotalEnergyConsumption(card, ctypes.byref(millijoules)):
            raise OSError(status, "NVML gives no energy of this card")
        return millijoules.value * MILLI

    return read
