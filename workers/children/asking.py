"""Put many questions to a vLLM server at once, and take nothing on trust of what comes back.

A missing, infinite or invented number raises a coded fault here; it never becomes a score.
"""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, TypeVar

import httpx

from workers.children.grouping import Answers, Echo, Next, Plan, ProbeBatch, Token, batches
from workers.children.spent import Spent
from workers.engines.control import endpoint, headers
from workers.engines.faults import Code, Fault, PlatformFault

T = TypeVar("T")
R = TypeVar("R")
Progress = Callable[[int, int], None]

READ_TIMEOUT_S = 600.0  # of one request: a slow machine may need minutes for a long context
MAX_BODY_BYTES = 64 * 2**20


async def ask_all(
    questions: Sequence[T],
    ask: Callable[[T], Awaitable[R]],
    *,
    concurrency: int,
    on_answer: Callable[[T], None],
) -> list[R]:
    """Ask every question, so many at a time; the first fault ends them all."""
    gate = asyncio.Semaphore(concurrency)

    async def one(question: T) -> R:
        async with gate:
            answer = await ask(question)
        on_answer(question)
        return answer

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(question)) for question in questions]
    except* Fault as faults:
        raise _first(faults) from None
    return [task.result() for task in tasks]


def _first(group: BaseExceptionGroup[Fault]) -> Fault:
    inner = group.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner


@dataclass(slots=True)
class Server:
    """One contender on one vLLM server."""

    url: str
    served_name: str
    api_key: str = ""
    priority: int = 0
    concurrency: int = 16
    spent: Spent = field(default_factory=Spent)

    def answer(self, plan: Plan, on_progress: Progress) -> Answers:
        """Return everything that a plan asks for."""
        return self._run(self._answer(plan, on_progress))

    def complete(self, bodies: Sequence[dict[str, Any]], on_progress: Progress) -> list[Completion]:
        """Return one completion for every request, many in flight."""
        return self._run(self._complete(bodies, on_progress))

    def max_model_len(self) -> int | None:
        """Return the context length that the server was started with, if it tells."""
        response = httpx.get(
            endpoint(self.url, "models"), headers=headers(self.api_key), timeout=30
        )
        cards = response.json().get("data", []) if response.status_code == 200 else []
        lengths = [card.get("max_model_len") for card in cards]
        return min((length for length in lengths if isinstance(length, int)), default=None)

    def _run(self, work: Awaitable[R]) -> R:
        began = time.monotonic()
        try:
            return asyncio.run(_awaited(work))
        finally:
            self.spent.seconds += time.monotonic() - began

    async def _answer(self, plan: Plan, on_progress: Progress) -> Answers:
        answers = Answers({}, {})
        done = 0

        def on_answer(question: ProbeBatch | Echo) -> None:
            nonlocal done
            done += len(question.prompts) if isinstance(question, ProbeBatch) else 1
            on_progress(min(done, plan.requests), plan.requests)

        async with self._client() as client:

            async def ask(question: ProbeBatch | Echo) -> None:
                if isinstance(question, ProbeBatch):
                    _merge(answers.nexts, await self._probe(client, question))
                else:
                    answers.echoes[question] = await self._echo(client, question)

            questions: list[ProbeBatch | Echo] = list(batches(plan.probes))
            questions.extend(sorted(plan.echoes, key=attrgetter("prompt")))
            await ask_all(questions, ask, concurrency=self.concurrency, on_answer=on_answer)
        return answers

    async def _complete(
        self, bodies: Sequence[dict[str, Any]], on_progress: Progress
    ) -> list[Completion]:
        done = 0

        def on_answer(_: dict[str, Any]) -> None:
            nonlocal done
            done += 1
            on_progress(done, len(bodies))

        async with self._client() as client:

            async def ask(body: dict[str, Any]) -> Completion:
                answer = await self._post(client, {**body, "return_token_ids": True})
                return _completion(_choices(answer, 1)[0], body["max_tokens"])

            flight = self.concurrency * 4  # single requests, where probes come in batches
            return await ask_all(bodies, ask, concurrency=flight, on_answer=on_answer)

    def _client(self) -> httpx.AsyncClient:
        limits = httpx.Limits(  # the server closes an idle connection after 5 s; we do before it
            max_connections=None, max_keepalive_connections=256, keepalive_expiry=2.0
        )
        timeout = httpx.Timeout(READ_TIMEOUT_S, connect=10, pool=None)
        return httpx.AsyncClient(timeout=timeout, limits=limits, headers=headers(self.api_key))

    async def _probe(
        self, client: httpx.AsyncClient, batch: ProbeBatch
    ) -> list[tuple[tuple[int, ...], Next]]:
        body = {
            "prompt": [list(prompt) for prompt in batch.prompts],
            "max_tokens": 1,
            "temperature": 0,
            "logprobs": len(batch.tokens),
            "logprob_token_ids": list(batch.tokens),
            "return_tokens_as_token_ids": True,
        }
        choices = _choices(await self._post(client, body), len(batch.prompts))
        return [
            (prompt, _next(choice, batch.tokens))
            for prompt, choice in zip(batch.prompts, choices, strict=True)
        ]

    async def _echo(self, client: httpx.AsyncClient, echo: Echo) -> list[Token]:
        body = {
            "prompt": list(echo.prompt),
            "max_tokens": 1,
            "temperature": 0,
            "prompt_logprobs": 0,
        }
        [choice] = _choices(await self._post(client, body), 1)
        return _echoed(choice, echo)

    async def _post(self, client: httpx.AsyncClient, body: dict[str, Any]) -> dict[str, Any]:
        asked = {"model": self.served_name, **body}
        if self.priority:
            asked["priority"] = self.priority
        try:
            async with client.stream(
                "POST", endpoint(self.url, "completions"), json=asked
            ) as response:
                answer = _checked(response.status_code, await _bounded(response))
        except httpx.TimeoutException as error:
            raise PlatformFault(Code.ENGINE_TIMEOUT) from error
        except httpx.HTTPError as error:
            how = type(error).__name__
            sentence = f"The model's server went away while answering ({how})."
            raise PlatformFault(Code.ENGINE_LOST, sentence) from error
        self.spent.add(answer)
        return answer


async def _awaited(work: Awaitable[R]) -> R:
    return await work


async def _bounded(response: httpx.Response) -> bytes:
    """Read a body, but never one that does not end."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise PlatformFault(Code.ENGINE_NONSENSE, "The server's answer never ends.")
    return bytes(body)


def _checked(status: int, raw: bytes) -> dict[str, Any]:
    if status >= 500 or status == 404:
        raise PlatformFault(Code.ENGINE_LOST, f"The model's server answered HTTP {status}.")
    if status != 200:
        said = raw[:300].decode(errors="replace")
        raise PlatformFault(Code.ENGINE_REFUSED, f"The server refused: {said}")
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise PlatformFault(Code.ENGINE_NONSENSE, "The server's answer is no JSON.") from error
    if not isinstance(body, dict):
        raise PlatformFault(Code.ENGINE_NONSENSE)
    return body


def _choices(body: dict[str, Any], expected: int) -> list[dict[str, Any]]:
    """Return the choices in the order of their prompts."""
    choices = body.get("choices")
    if not isinstance(choices, list) or not all(isinstance(choice, dict) for choice in choices):
        raise PlatformFault(Code.ENGINE_NONSENSE, "The server's answer has no choices.")
    if sorted(choice.get("index", -1) for choice in choices) != list(range(expected)):
        raise PlatformFault(
            Code.ENGINE_NONSENSE, f"{len(choices)} answers came for {expected} questions."
        )
    return sorted(choices, key=lambda choice: int(choice["index"]))


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise PlatformFault(Code.ENGINE_NONSENSE, "A log-probability is no finite number.")
    return float(value)


def _next(choice: dict[str, Any], tokens: Iterable[int]) -> Next:
    try:
        [sampled] = choice["logprobs"]["tokens"]
        [found] = choice["logprobs"]["top_logprobs"]
        logprobs = {token: _number(found[f"token_id:{token}"]) for token in tokens}
        return Next(int(sampled.removeprefix("token_id:")), logprobs)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise PlatformFault(
            Code.ENGINE_NONSENSE, "The server left out log-probabilities."
        ) from error


def _merge(known: dict[tuple[int, ...], Next], found: list[tuple[tuple[int, ...], Next]]) -> None:
    """Join answers about one prompt that was asked in parts."""
    for prompt, following in found:
        earlier = known[prompt].logprobs if prompt in known else {}
        known[prompt] = Next(following.likeliest, earlier | following.logprobs)


def _echoed(choice: dict[str, Any], echo: Echo) -> list[Token]:
    try:
        rows = choice["prompt_logprobs"]
        if len(rows) != len(echo.prompt):
            raise PlatformFault(Code.ENGINE_NONSENSE, "The server counts other tokens than asked.")
        cells = [rows[at][str(echo.prompt[at])] for at in range(echo.start, len(echo.prompt))]
        return [Token(_number(cell["logprob"]), cell["rank"] == 1) for cell in cells]
    except (LookupError, TypeError, AttributeError) as error:
        raise PlatformFault(
            Code.ENGINE_NONSENSE, "The server left out log-probabilities."
        ) from error


@dataclass(frozen=True, slots=True)
class Completion:
    """One generated text; its tokens too, where the server tells them."""

    text: str
    tokens: tuple[int, ...] | None


def _completion(choice: dict[str, Any], max_tokens: int) -> Completion:
    """Check one completion: null is a fault, an empty string is an answer."""
    text, tokens = choice.get("text"), choice.get("token_ids")
    if text is None:
        raise PlatformFault(Code.EMPTY_COMPLETION)
    if not isinstance(text, str) or not isinstance(tokens, list | None):
        raise PlatformFault(Code.ENGINE_NONSENSE)
    if tokens is None:
        return Completion(text, None)
    if len(tokens) > max_tokens or not all(isinstance(token, int) for token in tokens):
        raise PlatformFault(Code.ENGINE_NONSENSE, "The server wrote more than it was asked for.")
    return Completion(text, tuple(tokens))
