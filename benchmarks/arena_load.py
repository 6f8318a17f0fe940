"""People in the arena, without browsers: they ask, listen to both answers, and vote.

Plain HTTP/1.1 over asyncio, so that the clients cost the two cores as little as they can.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

READ_S = 120
CSRF = "x" * 32


@dataclass
class Heard:
    """One battle as its voter heard it."""

    first_s: float = 0.0  # from sending the prompt to the first words
    at: list[float] = field(default_factory=list)  # when words came, both sides together
    characters: int = 0
    is_whole: bool = False  # the stream came to its end

    @property
    def gaps(self) -> list[float]:
        """Return the seconds between words and words."""
        return [later - earlier for earlier, later in zip(self.at, self.at[1:], strict=False)]


@dataclass
class Cast:
    """What one voter's votes were answered."""

    seconds: list[float] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)  # battles whose vote got a 2xx
    refused: dict[int, int] = field(default_factory=dict)


class Person:
    """A browser's cookies and one kept connection."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self._port = port
        self._cookie = f"Cookie: csrftoken={CSRF}; sessionid={cookie}\r\n" if cookie else ""
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def open(self) -> None:
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()

    async def ask(self, prompt: str) -> Heard:
        """Start a battle as a browser does: send, load its page, listen until the end."""
        heard, started = Heard(), time.perf_counter()
        form = f"csrfmiddlewaretoken={CSRF}&prompt={prompt.replace(' ', '+')}"
        status, headers, body = await self.request("POST", "/arena/", form)
        if status != 302:
            raise RuntimeError(f"No battle: {status} {body[:300]!r}")
        path = headers["location"]
        await self.request("GET", path)
        await self._listen(f"{path}stream/", heard, started)
        return heard

    async def vote(self, battle: str, token: str, choice: str, cast: Cast) -> None:
        """Vote through the API, and keep what was answered."""
        started = time.perf_counter()
        status, _, _ = await self.request(
            "POST",
            f"/api/v1/battles/{battle}/vote",
            json.dumps({"choice": choice}),
            f"Authorization: Bearer {token}\r\n",
            "application/json",
        )
        cast.seconds.append(time.perf_counter() - started)
        if status in (200, 201):
            cast.acknowledged.append(battle)
        else:
            cast.refused[status] = cast.refused.get(status, 0) + 1

    async def request(
        self,
        method: str,
        path: str,
        body: str = "",
        extra: str = "",
        kind: str = "application/x-www-form-urlencoded",
    ) -> tuple[int, dict[str, str], bytes]:
        """Send one request and read the whole answer."""
        self._send(method, path, body, extra, kind)
        status, headers = await self._head()
        if headers.get("transfer-encoding") == "chunked":
            chunks = [chunk async for chunk in self._chunks()]
            return status, headers, b"".join(chunks)
        length = int(headers.get("content-length", 0))
        return status, headers, await self._reader.readexactly(length)

    def _send(self, method: str, path: str, body: str, extra: str, kind: str) -> None:
        self._writer.write(
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n{self._cookie}{extra}"
            f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )

    async def _head(self) -> tuple[int, dict[str, str]]:
        raw = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.partition(": ") for line in raw[1:] if line)
        return int(raw[0].split()[1]), {name.lower(): value for name, _, value in pairs}

    async def _chunks(self) -> AsyncIterator[bytes]:
        while size := int(await self._reader.readline(), 16):
            yield await self._reader.readexactly(size)
            await self._reader.readexactly(2)
        await self._reader.readline()

    async def _listen(self, path: str, heard: Heard, started: float) -> None:
        self._send("GET", path, "", "", "text/plain")
        await self._head()
        async for chunk in self._chunks():
            now = time.perf_counter()
            if b"event: text" in chunk:
                heard.first_s = heard.first_s or now - started
                heard.characters += len(chunk)
                if not heard.at or now - heard.at[-1] > 0.005:  # both sides of a tick are one
                    heard.at.append(now)
            heard.is_whole = heard.is_whole or b"event: end" in chunk


async def _converse(port: int, cookie: str, prompt: str, wait_s: float) -> Heard:
    await asyncio.sleep(wait_s)
    person = Person(port, cookie)
    await person.open()
    heard = await person.ask(prompt)
    await person.close()
    return heard


def converse(port: int, cookies: Sequence[str], *, arrive_s: float) -> list[Heard]:
    """Hold one battle for each cookie, all at once, their starts spread over a moment."""

    async def all_of_them() -> list[Heard]:
        apart = arrive_s / len(cookies)
        talks = (
            _converse(port, cookie, f"Prompt number {number}", number * apart)
            for number, cookie in enumerate(cookies)
        )
        return await asyncio.gather(*talks)

    return asyncio.run(all_of_them())


async def _vote_on(port: int, ballots: list[tuple[str, str]], cast: Cast) -> None:
    person = Person(port)
    await person.open()
    while ballots:
        battle, token = ballots.pop()
        await person.vote(battle, token, "A" if len(ballots) % 2 else "B", cast)
    await person.close()


def vote(port: int, ballots: Sequence[tuple[str, str]], *, clients: int) -> tuple[Cast, float]:
    """Cast all votes from so many clients; return what was answered, and how long it took."""
    left, cast = list(ballots), Cast()

    async def all_of_them() -> None:
        await asyncio.gather(*(_vote_on(port, left, cast) for _ in range(clients)))

    started = time.perf_counter()
    asyncio.run(all_of_them())
    return cast, time.perf_counter() - started
