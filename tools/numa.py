"""A stand-in for libnuma, for machines that lack it and where nobody may install it.

vLLM's CPU build is linked against libnuma.so.1 and cannot be imported without it, although an
unbound server never calls it. The stand-in is a shared library of one function, which says
-1: this machine has no memory nodes to choose from. A real libnuma is always preferred.
"""

from __future__ import annotations

import ctypes
import platform
import struct
from pathlib import Path

NAME = "libnuma.so.1"
VERSIONS = ["libnuma_1.1", "libnuma_1.2"]
FUNCTIONS = {  # and the version that vLLM asks for
    "numa_available": 0, "numa_migrate_pages": 0, "numa_set_strict": 0,
    "numa_bitmask_free": 1, "numa_get_mems_allowed": 1, "numa_parse_nodestring": 1,
    "numa_set_interleave_mask": 1, "numa_set_membind": 1,
}  # fmt: skip
# ELF machine number, and the code of `return -1`
MACHINES = {
    "x86_64": (62, bytes.fromhex("48c7c0ffffffffc3")),  # mov rax, -1; ret
    "aarch64": (183, bytes.fromhex("00008092c0035fd6")),  # mov x0, #-1; ret
}
HEADER, PROGRAM_HEADER, SYMBOL, PAGE = 64, 56, 24, 0x10000
LOAD, DYNAMIC, GNU_STACK = 1, 2, 0x6474E551
READ, WRITE, EXECUTE = 4, 2, 1
TAGS = {
    "HASH": 4, "STRTAB": 5, "SYMTAB": 6, "STRSZ": 10, "SYMENT": 11, "SONAME": 14,
    "VERSYM": 0x6FFFFFF0, "VERDEF": 0x6FFFFFFC, "VERDEFNUM": 0x6FFFFFFD,
}  # fmt: skip
NAMES = b"\0" + b"".join(each.encode() + b"\0" for each in [NAME, *VERSIONS, *FUNCTIONS])


def is_missing() -> bool:
    """Tell whether the dynamic loader finds no libnuma."""
    try:
        ctypes.CDLL(NAME)
    except OSError:
        return True
    return False


def install(site_packages: Path) -> None:
    """Have every Python of an environment load the stand-in before anything asks for libnuma."""
    library = site_packages.parent / NAME
    library.write_bytes(stand_in(platform.machine()))
    load = f"import ctypes; ctypes.CDLL({str(library)!r})\n"
    (site_packages / "libnuma_stand_in.pth").write_text(load)


def stand_in(machine: str) -> bytes:
    """Return the shared library: headers, tables, code, dynamic section."""
    number, code = MACHINES[machine]
    tables = {
        "STRTAB": NAMES, "HASH": _hash_table(), "VERSYM": _symbol_versions(),
        "VERDEF": _versions(), "SYMTAB": bytes(SYMBOL * (1 + len(FUNCTIONS))),
    }  # fmt: skip
    at, end = {}, HEADER + 4 * PROGRAM_HEADER
    for name, table in tables.items():
        at[name], end = end, _aligned(end + len(table))
    tables["SYMTAB"] = _symbols(code_at=end, size=len(code))
    tags = _tags(at)
    text = b"".join([
        _header(number),
        _program(LOAD, READ | EXECUTE, 0, end + len(code)),
        _program(LOAD, READ | WRITE, PAGE, len(tags)),
        _program(DYNAMIC, READ | WRITE, PAGE, len(tags)),
        _program(GNU_STACK, READ | WRITE, 0, 0),
        *(table.ljust(_aligned(len(table)), b"\0") for table in tables.values()),
        code,
    ])  # fmt: skip
    return text.ljust(PAGE, b"\0") + tags


def _aligned(offset: int) -> int:
    return (offset + 7) // 8 * 8


def _place(name: str) -> int:
    """Return where a name begins in NAMES."""
    return NAMES.index(b"\0" + name.encode() + b"\0") + 1


def _header(machine: int) -> bytes:
    identity = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9)  # 64 bits, little-endian, version 1
    return identity + struct.pack(
        "<HHIQQQIHHHHHH", 3, machine, 1, 0, HEADER, 0, 0, HEADER, PROGRAM_HEADER, 4, 64, 0, 0
    )


def _program(kind: int, flags: int, at: int, size: int) -> bytes:
    return struct.pack("<IIQQQQQQ", kind, flags, at, at, at, size, size, PAGE)


def _symbols(*, code_at: int, size: int) -> bytes:
    """Return the symbol table: nothing first, then each name as a global function."""
    entries = [
        struct.pack("<IBBHQQ", _place(name), 0x12, 0, 1, code_at, size) for name in FUNCTIONS
    ]
    return bytes(SYMBOL) + b"".join(entries)


def _hash_table() -> bytes:
    """Return a hash table of one bucket, which chains every symbol."""
    count = len(FUNCTIONS)
    chain = [0, *range(2, count + 1), 0]
    return struct.pack(f"<{3 + len(chain)}I", 1, count + 1, 1, *chain)


def _symbol_versions() -> bytes:
    """Return the version of each symbol: 1 is the library itself, 2 the first of VERSIONS."""
    return struct.pack(f"<{1 + len(FUNCTIONS)}H", 0, *(2 + each for each in FUNCTIONS.values()))


def _versions() -> bytes:
    """Return the definitions of the library's name and of its versions."""
    defined = [NAME, *VERSIONS]
    return b"".join(
        struct.pack(
            "<HHHHIIIII", 1, index == 1, index, 1, _hash(name), 20,
            28 if index < len(defined) else 0, _place(name), 0,
        )
        for index, name in enumerate(defined, start=1)
    )  # fmt: skip


def _hash(name: str) -> int:
    """Return the hash of the System V ABI."""
    value = 0
    for byte in name.encode():
        value = (value << 4) + byte
        high = value & 0xF0000000
        value = (value ^ (high >> 24)) & ~high
    return value


def _tags(at: dict[str, int]) -> bytes:
    values = {
        **at, "STRSZ": len(NAMES), "SYMENT": SYMBOL, "SONAME": _place(NAME),
        "VERDEFNUM": 1 + len(VERSIONS),
    }  # fmt: skip
    return b"".join(
        struct.pack("<QQ", TAGS[each], value) for each, value in values.items()
    ) + bytes(16)
