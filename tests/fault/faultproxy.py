"""A TCP proxy that can be told to misbehave: delay, stall, drop, reset, or swallow everything.

It runs in a thread with a loop of its own; `mode` can be changed while connections are open.
"""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Literal

Mode = Literal["pass", "stall", "reset", "blackhole", "delay"]
CHUNK = 65_536
DELAY_S = 0.2


class FaultProxy:
    """One listening port before one upstream: a port of this machine, or the path of a socket."""

    def __init__(self, upstream: int | str) -> None:
        self.mode: Mode = "pass"
        self.drop_after: int | None = None  # bytes from upstream, then the connection is cut
        self.port = 0
        self._upstream = upstream
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        self._ready.wait(5)

    def stop(self) -> None:
        """End, with every connection."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.01))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.mode == "reset":
            _reset(writer)
            return
        with contextlib.suppress(OSError, asyncio.CancelledError):
            there, away = await self._connect()
            await asyncio.gather(
                self._pump(reader, away, is_answer=False), self._pump(there, writer, is_answer=True)
            )

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._upstream, str):
            return await asyncio.open_unix_connection(self._upstream)
        return await asyncio.open_connection("127.0.0.1", self._upstream)

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, is_answer: bool
    ) -> None:
        passed = 0
        while data := await source.read(CHUNK):
            while self.mode == "stall":
                await asyncio.sleep(0.05)
            if self.mode == "blackhole":
                continue
            if self.mode == "reset":
                break
            if self.mode == "delay":
                await asyncio.sleep(DELAY_S)
            passed += len(data)
            if is_answer and self.drop_after is not None and passed > self.drop_after:
                break
            sink.write(data)
            await sink.drain()
        sink.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close so that the peer is told that the connection broke."""
    plug = writer.get_extra_info("socket")
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    writer.close()


@contextlib.contextmanager
def before(upstream: int | str) -> Iterator[FaultProxy]:
    """Proxy to a port or a socket for the length of a `with` block."""
    proxy = FaultProxy(upstream)
    proxy.start()
    yield proxy
    proxy.stop()
