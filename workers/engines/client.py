"""Stream one chat answer from an OpenAI-compatible server, ours or somebody else's.

Whatever comes back is bounded, checked and rebuilt; nothing of the response's own envelope
leaves this module.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import httpx

from evals.addresses import Pinned
from workers.engines import faults
from workers.engines.control import endpoint, headers
from workers.engines.faults import Code, PlatformFault, UserFault

MAX_LINE_BYTES = 256 * 1024
MAX_ANSWER_BYTES = 4 * 2**20
CONNECT_TIMEOUT_S = 10.0
FIRST_TOKEN_TIMEOUT_S = 60.0
IDLE_TIMEOUT_S = 30.0
WHOLE_TIMEOUT_S = 600.0
BUSY = (408, 409, 425, 429)


@dataclass(frozen=True, slots=True)
class Sampling:
    """How an answer is drawn."""

    max_tokens: int = 512
    temperature: float = 0.7
    top_p: float = 1.0
    seed: int | None = None
    stop: tuple[str, ...] = ()
    is_full_length: bool = False  # vLLM only: go on past the end, so that lengths are equal

    def as_fields(self) -> dict[str, Any]:
        """Return the request's fields."""
        fields: dict[str, Any] = {
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "top_p": self.top_p,
        }
        if self.seed is not None:
            fields["seed"] = self.seed
        if self.stop:
            fields["stop"] = list(self.stop)
        if self.is_full_length:
            fields["ignore_eos"] = True
        return fields


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer took, by our own clock."""

    prompt_tokens: int
    completion_tokens: int
    first_token_s: float
    total_s: float


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of an answer; the last one carries the reason for its end and the usage."""

    text: str
    finish_reason: str | None = None
    usage: Usage | None = None


async def chat_answers(
    url: str,
    name: str,
    *,
    api_key: str = "",
    pinned: Pinned | None = None,
    timeout_s: float = 20.0,
) -> bool:
    """Say whether a chat API gives a token: the health of a baseline."""
    messages = [{"role": "user", "content": "Hi"}]
    short = Sampling(max_tokens=1)
    stream = stream_chat(url, name, messages, short, api_key=api_key, pinned=pinned)
    try:
        async with asyncio.timeout(timeout_s), aclosing(stream):
            async for _ in stream:
                return True
    except (faults.Fault, TimeoutError):
        pass
    return False


async def stream_chat(
    url: str,
    served_name: str,
    messages: Sequence[Mapping[str, str]],
    sampling: Sampling,
    *,
    api_key: str = "",
    client: httpx.AsyncClient | None = None,
    pinned: Pinned | None = None,
) -> AsyncGenerator[Delta, None]:
    """Yield an answer piece by piece; raise a coded fault for whatever is not one.

    The last piece has a finish reason. Closing the iterator cancels the request. An API that
    somebody submitted is asked at its pinned address.
    """
    body = {
        "model": served_name,
        "messages": list(messages),
        "stream": True,
        "stream_options": {"include_usage": True},
        **sampling.as_fields(),
    }
    owned = client or httpx.AsyncClient()
    try:
        address = endpoint(pinned.url if pinned else url, "chat/completions")
        async for delta in _deltas(owned, address, body, api_key, pinned):
            yield delta
    except httpx.TimeoutException as error:
        raise PlatformFault(Code.ENGINE_TIMEOUT) from error
    except httpx.HTTPError as error:
        raise PlatformFault(Code.ENGINE_LOST) from error
    finally:
        if client is None:
            await owned.aclose()


async def _deltas(
    client: httpx.AsyncClient,
    url: str,
    body: dict[str, Any],
    api_key: str,
    pinned: Pinned | None,
) -> AsyncGenerator[Delta, None]:
    answer = _Answer(started_at=time.monotonic())
    request = client.stream(
        "POST",
        url,
        json=body,
        headers={**headers(api_key), **(pinned.headers if pinned else {})},
        extensions=dict(pinned.extensions) if pinned else {},
        timeout=httpx.Timeout(FIRST_TOKEN_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
        follow_redirects=False,
    )
    async with request as response:
        if response.status_code != 200:
            raise _refusal(response.status_code, bool(api_key))
        async with aclosing(_events(response)) as events:
            async for event in events:
                delta = answer.read(event)
                if delta.text:
                    yield delta
    yield answer.last()


async def _events(response: httpx.Response) -> AsyncGenerator[dict[str, Any], None]:
    """Yield the JSON events of a server-sent stream, each within its time and size."""
    async with aclosing(_lines(response)) as lines:
        async for line in lines:
            if not line.startswith(b"data:"):
                if line.startswith((b":", b"event:", b"id:", b"retry:")) or not line:
                    continue
                raise PlatformFault(Code.ENGINE_NONSENSE, "The server did not stream events.")
            data = line[5:].strip()
            if data == b"[DONE]":
                return
            try:
                event = json.loads(data)
            except ValueError as error:
                raise PlatformFault(Code.ENGINE_NONSENSE) from error
            if not isinstance(event, dict):
                raise PlatformFault(Code.ENGINE_NONSENSE)
            yield event


async def _lines(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    """Yield bounded lines, and raise when the stream falls silent."""
    chunks = response.aiter_bytes().__aiter__()
    ends_at = time.monotonic() + WHOLE_TIMEOUT_S
    buffer, seen, patience = b"", 0, FIRST_TOKEN_TIMEOUT_S
    while True:
        left = max(0.0, ends_at - time.monotonic())
        try:
            chunk = await asyncio.wait_for(anext(chunks), min(patience, left))
        except StopAsyncIteration:
            break
        except TimeoutError as error:
            raise PlatformFault(Code.ENGINE_TIMEOUT) from error
        buffer, seen, patience = buffer + chunk, seen + len(chunk), IDLE_TIMEOUT_S
        *lines, buffer = buffer.split(b"\n")
        if len(buffer) > MAX_LINE_BYTES or seen > MAX_ANSWER_BYTES:
            raise PlatformFault(Code.ENGINE_NONSENSE, "The server's answer never ends.")
        for line in lines:
            yield line.rstrip(b"\r")
    if buffer:
        yield buffer


def _refusal(status: int, is_api: bool) -> faults.Fault:
    if status in BUSY or status >= 500:
        code = Code.BASELINE_UNREACHABLE if is_api else Code.ENGINE_LOST
        return PlatformFault(code, f"The server answered HTTP {status}.")
    if is_api:
        return UserFault(Code.BASELINE_REFUSED, f"The API answered HTTP {status}.")
    return PlatformFault(Code.ENGINE_REFUSED, f"The engine answered HTTP {status}.")


@dataclass(slots=True)
class _Answer:
    """What has been heard of an answer so far."""

    started_at: float
    first_at: float | None = None
    pieces: int = 0
    finish_reason: str | None = None
    counts: Mapping[str, Any] | None = None

    def read(self, event: dict[str, Any]) -> Delta:
        """Take one event, and return the text it brought."""
        if "error" in event:
            raise PlatformFault(Code.ENGINE_LOST, "The engine reported an error midway.")
        if isinstance(usage := event.get("usage"), dict):
            self.counts = usage
        choices = event.get("choices")
        if not isinstance(choices, list) or not choices:
            if choices == []:
                return Delta("")
            raise PlatformFault(Code.ENGINE_NONSENSE)
        return self._read_choice(choices[0])

    def _read_choice(self, choice: Any) -> Delta:
        if not isinstance(choice, dict) or not isinstance(choice.get("delta", {}), dict):
            raise PlatformFault(Code.ENGINE_NONSENSE)
        text = choice.get("delta", {}).get("content")
        if not isinstance(text, str | None):
            raise PlatformFault(Code.ENGINE_NONSENSE)
        if isinstance(reason := choice.get("finish_reason"), str):
            self.finish_reason = reason
        if text:
            self.pieces += 1
            self.first_at = self.first_at or time.monotonic()
        return Delta(text or "")

    def last(self) -> Delta:
        """Return the closing piece, or raise when the stream broke off before its end."""
        if self.finish_reason is None:
            raise PlatformFault(Code.ENGINE_LOST, "The engine went away midway.")
        now = time.monotonic()
        usage = Usage(
            prompt_tokens=self._count("prompt_tokens", 0),
            completion_tokens=self._count("completion_tokens", self.pieces),
            first_token_s=(self.first_at or now) - self.started_at,
            total_s=now - self.started_at,
        )
        return Delta("", finish_reason=self.finish_reason, usage=usage)

    def _count(self, name: str, otherwise: int) -> int:
        """Return a plausible count; a server's miscount must not reach an average."""
        count = (self.counts or {}).get(name)
        if isinstance(count, int) and 0 <= count <= 10_000_000:
            return max(count, 1) if self.pieces and name == "completion_tokens" else count
        return otherwise
