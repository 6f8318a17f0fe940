"""Joules from the machine's own meters, and none where it has none."""

from pathlib import Path

import pytest

from workers import energy, hardware
from workers.energy import Meter, Watch

NO_LIBRARY = "libthere-is-no-such-library.so"


def package(powercap: Path, name: str, microjoules: int, most: int = 1_000_000_000) -> Path:
    """Write a processor package as the kernel shows it."""
    folder = powercap / name
    folder.mkdir(parents=True)
    (folder / "max_energy_range_uj").write_text(f"{most}\n")
    counter = folder / "energy_uj"
    counter.write_text(f"{microjoules}\n")
    return counter


def watch(powercap: Path) -> Watch:
    return Watch(energy.found(powercap, NO_LIBRARY))


class TestWatch:
    def test_adds_up_what_every_package_used(self, tmp_path: Path) -> None:
        first = package(tmp_path, "intel-rapl:0", 5_000_000)
        second = package(tmp_path, "intel-rapl:1", 1_000_000)
        began = watch(tmp_path)
        first.write_text("7500000")
        second.write_text("2000000")

        used = began.used()

        assert used is not None
        assert used.joules == pytest.approx(3.5)
        assert used.source == "RAPL"

    def test_does_not_count_the_parts_of_a_package_twice(self, tmp_path: Path) -> None:
        package(tmp_path, "intel-rapl:0", 0)
        package(tmp_path, "intel-rapl:0:0", 0)

        assert len(energy.found(tmp_path, NO_LIBRARY)) == 1

    def test_knows_a_counter_that_began_anew(self, tmp_path: Path) -> None:
        counter = package(tmp_path, "intel-rapl:0", 9_000_000, most=10_000_000)
        began = watch(tmp_path)
        counter.write_text("1000000")

        used = began.used()

        assert used is not None
        assert used.joules == pytest.approx(2.0)

    def test_is_unknown_without_a_meter(self, tmp_path: Path) -> None:
        assert watch(tmp_path).used() is None

    def test_is_unknown_where_the_counter_may_not_be_read(self, tmp_path: Path) -> None:
        package(tmp_path, "intel-rapl:0", 0).unlink()

        assert energy.found(tmp_path, NO_LIBRARY) == []

    def test_is_unknown_once_the_counter_is_gone(self, tmp_path: Path) -> None:
        counter = package(tmp_path, "intel-rapl:0", 0)
        began = watch(tmp_path)
        counter.unlink()

        assert began.used() is None

    def test_names_every_kind_of_meter(self) -> None:
        used = Watch([Meter("RAPL", lambda: 1.0), Meter("NVML", lambda: 2.0)]).used()

        assert used is not None
        assert used.source == "NVML+RAPL"


class TestHardware:
    def test_is_the_processor_without_a_card(self) -> None:
        assert hardware.name.__wrapped__(NO_LIBRARY) == "CPU"
