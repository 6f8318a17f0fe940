"""Who holds a run, and whether that process is known to have ended."""

import os
import subprocess
import sys

from workers import owners


def of_process(pid: int) -> str:
    return owners.this_process().replace(f":{os.getpid()}:", f":{pid}:")


class TestIsDead:
    def test_knows_the_living_and_the_dead_of_this_machine(self) -> None:
        ended = subprocess.Popen([sys.executable, "-c", ""])
        ended.wait()

        assert not owners.is_dead(owners.this_process())
        assert owners.is_dead(of_process(ended.pid))

    def test_knows_nothing_of_other_machines(self) -> None:
        assert not owners.is_dead("elsewhere:1:999999999:abcd")
        assert not owners.is_dead("one")
        assert not owners.is_dead("")
