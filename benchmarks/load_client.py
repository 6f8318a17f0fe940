"""Many visitors at once, over plain HTTP/1.1 and kept connections: the client of the load.

An open loop sends at the moments of a timetable, whether or not the site has answered, as people
do; a request that finds every connection busy waits, and its wait is counted. A closed loop sends
the next request when the last is answered, and so finds how much the site can do.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

READ_S = 60
SHED = (429, 503)
Made = Callable[[int], bytes]  # the request with this number
Hears = Callable[[int, int, bytes], None]  # its number, its status, its body


@dataclass
class Tally:
    """What became of the requests of one load."""

    seconds: list[float] = field(default_factory=list)  # from when it was due to its answer
    good: list[float] = field(default_factory=list)  # of those: the ones that were not shed
    shed: list[float] = field(default_factory=list)  # from when it was sent to a 429 or 503
    without_advice: int = 0  # shed, and not told when to come again
    statuses: Counter[int] = field(default_factory=Counter)
    broken: int = 0  # no answer at all
    wall_s: float = 0.0

    @property
    def a_second(self) -> float:
        """Return how many were answered as they wished, each second."""
        return len(self.good) / self.wall_s if self.wall_s else 0.0

    @property
    def errors(self) -> int:
        """Return how many failed without being asked to come again."""
        faults = sum(count for status, count in self.statuses.items() if status >= 500)
        return self.broken + self.without_advice + faults - self.statuses[503]


def at(values: list[float], quantile: float) -> float:
    """Return the milliseconds that this share of the values stays under; 0 without any."""
    ordered = sorted(values)
    return 1000 * ordered[round(quantile * (len(ordered) - 1))] if ordered else 0.0


def request(method: str, path: str, body: str = "", **headers: str) -> bytes:
    """Return the bytes of a request."""
    told = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
    return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{kind}{told}\r\n{body}".encode()


class Line:
    """One kept connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, sent: bytes) -> tuple[int, bytes, bytes]:
        """Send a request; return the status, the head and the body of its answer."""
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(
                "127.0.0.1", self._port, limit=2**24
            )
        self._writer.write(sent)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        body = await self._body(self._reader, head)
        if b"connection: close" in head:
            self.close()
        return int(head[9:12]), head, body

    async def _body(self, reader: asyncio.StreamReader, head: bytes) -> bytes:
        if b"transfer-encoding: chunked" not in head:
            length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
            return await reader.readexactly(int(length or 0))
        pieces = []
        while size := int(await reader.readline(), 16):
            pieces.append((await reader.readexactly(size + 2))[:-2])
        await reader.readline()
        return b"".join(pieces)

    def close(self) -> None:
        """Hang up; the next request connects anew."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


class Crowd:
    """Connections to one site, and what was answered on them."""

    def __init__(self, port: int, lines: int, hears: Hears | None = None) -> None:
        self.tally = Tally()
        self._idle = deque(Line(port) for _ in range(lines))
        self._free = asyncio.Semaphore(lines)
        self._hears = hears

    async def ask(self, number: int, sent: bytes, due: float) -> None:
        """Send one request on the connection that was used last, and count its answer."""
        async with self._free:
            line, began = self._idle.pop(), time.perf_counter()
            try:
                status, head, body = await asyncio.wait_for(line.ask(sent), READ_S)
            except (OSError, asyncio.IncompleteReadError, TimeoutError):
                line.close()
                self.tally.broken += 1
                return
            finally:
                self._idle.append(line)
        self._count(status, head, due, began)
        if self._hears:
            self._hears(number, status, body)

    def _count(self, status: int, head: bytes, due: float, began: float) -> None:
        now = time.perf_counter()
        self.tally.statuses[status] += 1
        self.tally.seconds.append(now - due)
        if status in SHED:
            self.tally.shed.append(now - began)
            self.tally.without_advice += b"retry-after" not in head
        else:
            self.tally.good.append(now - due)

    def leave(self) -> None:
        """Hang up everywhere."""
        for line in self._idle:
            line.close()


def open_loop(
    port: int,
    made: Made,
    *,
    a_second: float,
    seconds: float,
    lines: int,
    hears: Hears | None = None,
) -> Tally:
    """Send so many requests a second for so long, however fast they are answered."""

    async def all_of_them() -> Tally:
        crowd, tasks, began = (
            Crowd(port, lines, hears),
            set[asyncio.Task[None]](),
            time.perf_counter(),
        )
        for number in range(round(a_second * seconds)):
            due = began + number / a_second
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            task = asyncio.create_task(crowd.ask(number, made(number), due))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)
        crowd.tally.wall_s = time.perf_counter() - began
        crowd.leave()
        return crowd.tally

    return asyncio.run(all_of_them())


def closed_loop(
    port: int, made: Made, *, clients: int, seconds: float, most: int, hears: Hears | None = None
) -> Tally:
    """Have each client send its next request when its last is answered; `most` in all."""

    async def all_of_them() -> Tally:
        crowd, began = Crowd(port, clients, hears), time.perf_counter()
        numbers = iter(range(most))

        async def client() -> None:
            while time.perf_counter() - began < seconds:
                if (number := next(numbers, None)) is None:
                    return
                await crowd.ask(number, made(number), time.perf_counter())

        await asyncio.gather(*(client() for _ in range(clients)))
        crowd.tally.wall_s = time.perf_counter() - began
        crowd.leave()
        return crowd.tally

    return asyncio.run(all_of_them())
