"""A crowd of readers: plain HTTP/1.1 over kept connections, so that the client costs little."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import quantiles

READ_S = 120


@dataclass
class Visit:
    """What a crowd saw at one kind of address."""

    seconds: list[float] = field(default_factory=list)  # of every whole answer
    first_bytes: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    length: int = 0  # of the last body
    etag: str = ""
    wall_s: float = 0.0

    @property
    def per_second(self) -> float:
        """Return how many answers the whole crowd got a second."""
        return len(self.seconds) / self.wall_s

    def percentile(self, percent: int) -> float:
        """Return the milliseconds that so many of a hundred answers stayed under."""
        if len(self.seconds) == 1:
            return 1000 * self.seconds[0]
        return 1000 * quantiles(self.seconds, n=100, method="inclusive")[percent - 1]


async def _answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes, visit: Visit
) -> None:
    started = time.perf_counter()
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    headers = dict(
        line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line
    )
    first = time.perf_counter() - started
    status = int(head[9:12])
    length = 0
    if headers.get(b"transfer-encoding") == b"chunked":
        while size := int(await reader.readline(), 16):
            first = first if length else time.perf_counter() - started
            length += len(await reader.readexactly(size + 2)) - 2
        await reader.readline()
    elif status != 304:
        length = len(await reader.readexactly(int(headers[b"content-length"])))
    visit.seconds.append(time.perf_counter() - started)
    visit.first_bytes.append(first)
    visit.statuses[status] = visit.statuses.get(status, 0) + 1
    visit.length = length
    visit.etag = headers.get(b"etag", b"").decode()


async def _reader(port: int, paths: list[str], etag: str, visit: Visit) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**26)
    condition = f"If-None-Match: {etag}\r\n" if etag else ""
    while paths:
        request = f"GET {paths.pop()} HTTP/1.1\r\nHost: 127.0.0.1\r\n{condition}\r\n".encode()
        await asyncio.wait_for(_answer(reader, writer, request, visit), READ_S)
    writer.close()


async def _crowd(port: int, paths: list[str], readers: int, etag: str) -> Visit:
    visit = Visit()
    started = time.perf_counter()
    await asyncio.gather(*(_reader(port, paths, etag, visit) for _ in range(readers)))
    visit.wall_s = time.perf_counter() - started
    return visit


def visit(port: int, paths: Iterable[str], *, readers: int, etag: str = "") -> Visit:
    """Send a crowd to these addresses, each reader one after the other, and say what it saw."""
    return asyncio.run(_crowd(port, list(paths), readers, etag))
