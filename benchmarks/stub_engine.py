"""A chat server that does nothing but stream words at a fixed rate: the shape of load, no model.

`python -m benchmarks.stub_engine PORT RATE TOKENS`: OpenAI's streaming chat, as far as the arena
asks for it, in as little time as Python can.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import Iterator

WORDS = ("the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog", "while", "herons")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def _chunk(data: str) -> bytes:
    raw = f"data: {data}\n\n".encode()
    return f"{len(raw):x}\r\n".encode() + raw + b"\r\n"


def _words(tokens: int) -> Iterator[bytes]:
    """Yield one chunk a token, then how it ended."""
    for number in range(tokens):
        delta = {"content": WORDS[number % len(WORDS)] + " "}
        yield _chunk(json.dumps({"choices": [{"index": 0, "delta": delta}]}))
    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    usage = {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": tokens}}
    yield _chunk(json.dumps(end)) + _chunk(json.dumps(usage)) + _chunk("[DONE]") + b"0\r\n\r\n"


class Stub:
    """Streams to everybody who asked."""

    def __init__(self, rate: float, tokens: int) -> None:
        self._pause_s, self._tokens = 1 / rate, tokens

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(_length(head))
                writer.write(HEAD)
                await self._stream(writer)
        writer.close()

    async def _stream(self, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        for chunk in _words(self._tokens):
            due += self._pause_s
            await asyncio.sleep(max(0.0, due - loop.time()))
            writer.write(chunk)
            if writer.is_closing():
                raise ConnectionResetError


def _length(head: bytes) -> int:
    lines = (line.partition(b":") for line in head.lower().split(b"\r\n"))
    return next((int(value) for name, _, value in lines if name == b"content-length"), 0)


async def main(port: int, rate: float, tokens: int) -> None:
    """Serve until the process is ended."""
    stub = Stub(rate, tokens)
    server = await asyncio.start_server(stub.serve, "127.0.0.1", port, backlog=512)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])))
