"""Put many questions to a vLLM server at once.

Questions that can share a request do: a request costs the server more than a short question. What
an earlier attempt has been told is remembered and not asked again.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from workers.children import flight, grouping, replies
from workers.children.flight import Count, Progress, Stopped, ask_all, never
from workers.children.grouping import (
    Answers,
    Echo,
    EchoBatch,
    Next,
    Plan,
    ProbeBatch,
    Token,
    Tokens,
)
from workers.children.remembering import Memory
from workers.children.replies import Completion
from workers.children.spent import Spent
from workers.engines.control import certificates, endpoint, headers
from workers.engines.faults import Code, PlatformFault

R = TypeVar("R")
Body = dict[str, Any]

READ_TIMEOUT_S = 1800.0  # of one request: a slow machine may need minutes for a long context
MAX_BODY_BYTES = 64 * 2**20
TEXTS_A_BATCH = 16


@dataclass(slots=True)
class Server:
    """One contender on one vLLM server."""

    url: str
    served_name: str
    api_key: str = ""
    priority: int = 0
    concurrency: int = 16
    memory: Memory = field(default_factory=Memory)
    spent: Spent = field(default_factory=Spent)
    is_stopped: Stopped = never

    def answer(self, plan: Plan, on_progress: Progress) -> Answers:
        """Return everything that a plan asks for."""
        return self._run(self._answer(plan, on_progress))

    def complete(self, bodies: Sequence[Body], on_progress: Progress) -> list[Completion]:
        """Return one completion for every request, many in flight."""
        return self._run(self._complete(bodies, on_progress))

    def max_model_len(self) -> int | None:
        """Return the context length that the server was started with, if it tells."""
        response = httpx.get(
            endpoint(self.url, "models"),
            headers=headers(self.api_key),
            timeout=30,
            verify=certificates(),
        )
        cards = response.json().get("data", []) if response.status_code == 200 else []
        lengths = [card.get("max_model_len") for card in cards]
        return min((length for length in lengths if isinstance(length, int)), default=None)

    def _run(self, work: Coroutine[Any, Any, R]) -> R:
        began = time.monotonic()
        try:
            return flight.run(work, self.is_stopped)
        finally:
            self.spent.seconds += time.monotonic() - began

    async def _answer(self, plan: Plan, on_progress: Progress) -> Answers:
        answers = self.memory.recall(plan)
        left = plan.without(answers)
        count = Count(plan.requests, on_progress, done=plan.requests - left.requests)
        async with self._client() as client:

            async def ask(batch: ProbeBatch | EchoBatch) -> None:
                if isinstance(batch, ProbeBatch):
                    answers.add_nexts(await self._probe(client, batch))
                    self.memory.keep_nexts({each: answers.nexts[each] for each in batch.prompts})
                else:
                    told = await self._echo(client, batch)
                    answers.echoes |= told
                    self.memory.keep_echoes(told)
                count.add(len(batch.prompts))

            batches: list[ProbeBatch | EchoBatch] = [*grouping.batches(left.probes)]
            batches.extend(grouping.echo_batches(left.echoes))
            await ask_all(batches, ask, concurrency=self.concurrency)
        return answers

    async def _complete(self, bodies: Sequence[Body], on_progress: Progress) -> list[Completion]:
        told = self.memory.recall_texts(bodies)
        count = Count(len(bodies), on_progress, done=len(told))
        async with self._client() as client:

            async def ask(numbers: list[int]) -> None:
                texts = await self._write(client, [bodies[number] for number in numbers])
                told.update(zip(numbers, texts, strict=True))
                self.memory.keep_texts([bodies[number] for number in numbers], texts)
                count.add(len(numbers))

            left = [number for number in range(len(bodies)) if number not in told]
            await ask_all(text_batches(bodies, left), ask, concurrency=self.concurrency)
        return [told[number] for number in range(len(bodies))]

    def _client(self) -> httpx.AsyncClient:
        limits = httpx.Limits(  # the server closes an idle connection after 5 s; we do before it
            max_connections=None, max_keepalive_connections=256, keepalive_expiry=2.0
        )
        timeout = httpx.Timeout(READ_TIMEOUT_S, connect=10, pool=None)
        return httpx.AsyncClient(
            timeout=timeout, limits=limits, headers=headers(self.api_key), verify=certificates()
        )

    async def _probe(self, client: httpx.AsyncClient, batch: ProbeBatch) -> dict[Tokens, Next]:
        body = {
            "prompt": [list(prompt) for prompt in batch.prompts],
            "max_tokens": 1,
            "temperature": 0,
            "logprobs": len(batch.tokens),
            "logprob_token_ids": list(batch.tokens),
            "return_tokens_as_token_ids": True,
        }
        choices = replies.choices(await self._post(client, body), len(batch.prompts))
        return {
            prompt: replies.following(choice, batch.tokens)
            for prompt, choice in zip(batch.prompts, choices, strict=True)
        }

    async def _echo(self, client: httpx.AsyncClient, batch: EchoBatch) -> dict[Echo, list[Token]]:
        body = {
            "prompt": [list(prompt) for prompt in batch.prompts],
            "max_tokens": 1,
            "temperature": 0,
            "prompt_logprobs": 0,
            "vllm_xargs": {"scored_from": min(echo.start for echo in batch.echoes)},
        }  # our servers find what comes before in the cache; others compute it again
        choices = replies.choices(await self._post(client, body), len(batch.prompts))
        return {
            echo: replies.echoed(choice, echo)
            for echo, choice in zip(batch.echoes, choices, strict=True)
        }

    async def _write(self, client: httpx.AsyncClient, bodies: Sequence[Body]) -> list[Completion]:
        prompts = [body["prompt"] for body in bodies]
        asked = {**bodies[0], "prompt": prompts, "return_token_ids": True}
        choices = replies.choices(await self._post(client, asked), len(prompts))
        return [replies.completion(choice, asked["max_tokens"]) for choice in choices]

    async def _post(self, client: httpx.AsyncClient, body: Body) -> dict[str, Any]:
        asked = {"model": self.served_name, **body}
        if not self.priority:
            return await self._send(client, asked)
        try:
            return await self._send(client, {**asked, "priority": self.priority})
        except PlatformFault as fault:
            if fault.code != Code.ENGINE_REFUSED or "priority" not in fault.sentence.lower():
                raise
        self.priority = 0  # a server of somebody else's, which serves everybody in turn
        return await self._send(client, asked)

    async def _send(self, client: httpx.AsyncClient, asked: Body) -> dict[str, Any]:
        try:
            async with client.stream(
                "POST", endpoint(self.url, "completions"), json=asked
            ) as response:
                answer = replies.checked(response.status_code, await bounded(response))
        except httpx.TimeoutException as error:
            raise PlatformFault(Code.ENGINE_TIMEOUT) from error
        except httpx.HTTPError as error:
            how = type(error).__name__
            sentence = f"The model's server went away while answering ({how})."
            raise PlatformFault(Code.ENGINE_LOST, sentence) from error
        self.spent.add(answer)
        return answer


def text_batches(bodies: Sequence[Body], numbers: Iterable[int]) -> list[list[int]]:
    """Return which requests to send together: greedy ones that differ in their prompt alone.

    A drawn text has a seed of its own, so it travels alone.
    """
    alike: defaultdict[str, list[int]] = defaultdict(list)
    for number in numbers:
        body = bodies[number]
        shared = {name: each for name, each in body.items() if name != "prompt"}
        is_greedy = body.get("temperature") == 0
        if is_greedy:
            shared.pop("seed", None)
        alike[json.dumps(shared, sort_keys=True) if is_greedy else str(number)].append(number)
    return [
        group[start : start + TEXTS_A_BATCH]
        for group in alike.values()
        for start in range(0, len(group), TEXTS_A_BATCH)
    ]


async def bounded(response: httpx.Response) -> bytes:
    """Read a body, but never one that does not end."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise PlatformFault(Code.ENGINE_NONSENSE, "The server's answer never ends.")
    return bytes(body)
