"""A file that is read while it is written, so that an export of any size takes little memory."""

import io
from typing import Any


class Pipe(io.RawIOBase):
    """What a writer writes to from beginning to end; it knows how long it is by now."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._length = 0

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def write(self, data: Any) -> int:
        """Add to the end."""
        part = bytes(data)
        self._parts.append(part)
        self._length += len(part)
        return len(part)

    def tell(self) -> int:
        """Return how much was ever written."""
        return self._length

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        written = b"".join(self._parts)
        self._parts.clear()
        return written
