"""The stand-in for libnuma is a library that the loader takes and that promises nothing."""

import ctypes
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from tools import numa

here = pytest.mark.skipif(platform.machine() not in numa.MACHINES, reason="another processor")


class TestStandIn:
    @here
    def test_says_that_there_are_no_memory_nodes(self, tmp_path: Path) -> None:
        library = tmp_path / numa.NAME
        library.write_bytes(numa.stand_in(platform.machine()))

        loaded = ctypes.CDLL(str(library))

        assert [getattr(loaded, name)() for name in numa.FUNCTIONS] == [-1] * len(numa.FUNCTIONS)

    @here
    def test_answers_to_the_versions_that_vllm_was_linked_with(self, tmp_path: Path) -> None:
        library = tmp_path / numa.NAME
        library.write_bytes(numa.stand_in(platform.machine()))
        asked = f"""
import ctypes
loaded = ctypes.CDLL({str(library)!r})
find = ctypes.CDLL(None).dlvsym
find.restype, find.argtypes = ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p]
assert find(loaded._handle, b"numa_available", b"libnuma_1.1")
assert find(loaded._handle, b"numa_set_membind", b"libnuma_1.2")
assert not find(loaded._handle, b"numa_set_membind", b"libnuma_1.1")
"""

        ended = subprocess.run([sys.executable, "-c", asked], timeout=30, check=False)

        assert ended.returncode == 0

    @here
    def test_is_loaded_by_every_python_of_the_environment(self, tmp_path: Path) -> None:
        packages = tmp_path / "site-packages"
        packages.mkdir()

        numa.install(packages)

        line = (packages / "libnuma_stand_in.pth").read_text()
        assert line.startswith("import ")  # only such lines of a .pth file are executed
        assert str(tmp_path / numa.NAME) in line
