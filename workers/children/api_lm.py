"""lm-eval's language model, answered by somebody else's chat API.

Such an API gives no log-probabilities, so only generative benchmarks apply; the others are
refused as not applicable, which is not a failure.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Sequence
from typing import Any

import httpx
from lm_eval.api.instance import Instance
from lm_eval.api.model import LM
from lm_eval.models.utils import normalize_gen_kwargs, postprocess_generated_text

from workers.children import flight
from workers.children.asking import bounded
from workers.children.flight import Count, Progress, Stopped, ask_all, never
from workers.children.spent import Spent
from workers.engines.client import BUSY
from workers.engines.control import endpoint, headers
from workers.engines.faults import Code, PlatformFault, UserFault
from workers.engines.orders import Target

ATTEMPTS = 6
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
MAX_STOPS = 4  # of most chat APIs; the rest is cut off here
DEFAULT_MAX_GEN_TOKENS = 256


class ApiLM(LM):  # type: ignore[misc]  # lm-eval ships no types
    """A baseline behind an OpenAI-compatible chat API."""

    def __init__(
        self,
        target: Target,
        *,
        on_progress: Progress,
        seed: int = 1234,
        max_gen_tokens: int | None = None,
        is_stopped: Stopped = never,
    ) -> None:
        super().__init__()
        self._is_stopped = is_stopped
        self._target = target
        self._key = os.environ.get(target.api_key_variable, "") if target.api_key_variable else ""
        self._on_progress = on_progress
        self._seed = seed
        self._max_gen_tokens = max_gen_tokens
        self.spent = Spent()

    @property
    def tokenizer_name(self) -> str:
        """Return what tells request caches apart."""
        return f"api__{self._target.served_name}".replace("/", "__")

    def loglikelihood(self, requests: list[Instance]) -> list[tuple[float, bool]]:
        """Refuse: there are no log-probabilities."""
        del requests
        raise UserFault(Code.NOT_APPLICABLE)

    def loglikelihood_rolling(self, requests: list[Instance]) -> list[float]:
        """Refuse: there are no log-probabilities."""
        del requests
        raise UserFault(Code.NOT_APPLICABLE)

    def apply_chat_template(
        self, chat_history: list[dict[str, str]], add_generation_prompt: bool = True
    ) -> str:
        """Return the conversation as JSON: the API applies its own template."""
        del add_generation_prompt
        return json.dumps(chat_history)

    def generate_until(self, requests: list[Instance]) -> list[str]:
        """Return what the API writes for each prompt."""
        asked = [(str(request.args[0]), dict(request.args[1])) for request in requests]
        began = time.monotonic()
        try:
            return flight.run(self._generate(asked), self._is_stopped)
        finally:
            self.spent.seconds += time.monotonic() - began

    async def _generate(self, asked: Sequence[tuple[str, dict[str, Any]]]) -> list[str]:
        count = Count(len(asked), self._on_progress)
        limits = httpx.Limits(max_connections=self._target.concurrency or 4)
        timeout = httpx.Timeout(180, connect=10, pool=None)
        named = {"host": self._target.host} if self._target.host else {}
        async with httpx.AsyncClient(
            timeout=timeout, limits=limits, headers={**headers(self._key), **named}
        ) as client:

            async def ask(question: tuple[str, dict[str, Any]]) -> str:
                text = await self._ask(client, *question)
                count.add()
                return text

            return await ask_all(asked, ask, concurrency=self._target.concurrency or 4)

    async def _ask(self, client: httpx.AsyncClient, prompt: str, arguments: dict[str, Any]) -> str:
        known = normalize_gen_kwargs(arguments, DEFAULT_MAX_GEN_TOKENS)
        until = [stop for stop in known.get("until") or [] if stop]
        body = {
            "model": self._target.served_name,
            "messages": _messages(prompt),
            "max_tokens": min(known["max_gen_toks"], self._max_gen_tokens or 10**9),
            "temperature": known["temperature"],
            "seed": self._seed,
        }
        if until:
            body["stop"] = until[:MAX_STOPS]
        answer = await self._patiently(client, body)
        self.spent.add(answer)
        return str(postprocess_generated_text(_text(answer), stop=until, think_end_token=None))

    async def _patiently(self, client: httpx.AsyncClient, body: dict[str, Any]) -> dict[str, Any]:
        """Ask again, ever more slowly, while the API is busy or away."""
        pause_s = FIRST_PAUSE_S
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._post(client, body)
            except PlatformFault as fault:
                if attempt == ATTEMPTS or fault.code != Code.BASELINE_UNREACHABLE:
                    raise
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        raise PlatformFault(Code.BASELINE_UNREACHABLE)

    async def _post(self, client: httpx.AsyncClient, body: dict[str, Any]) -> dict[str, Any]:
        url = endpoint(self._target.url, "chat/completions")
        name = self._target.host.rpartition(":")[0] or self._target.host
        sni = {"sni_hostname": name} if name else {}
        try:
            async with client.stream("POST", url, json=body, extensions=sni) as response:
                status, content = response.status_code, await bounded(response)
        except httpx.HTTPError as error:
            raise PlatformFault(Code.BASELINE_UNREACHABLE) from error
        if status in BUSY or status >= 500:
            raise PlatformFault(Code.BASELINE_UNREACHABLE, f"The API answered HTTP {status}.")
        if status != 200:
            raise UserFault(Code.BASELINE_REFUSED, f"The API answered HTTP {status}.")
        try:
            answer = json.loads(content)
        except ValueError as error:
            raise PlatformFault(Code.ENGINE_NONSENSE, "The API's answer is no JSON.") from error
        if not isinstance(answer, dict):
            raise PlatformFault(Code.ENGINE_NONSENSE)
        return answer


def _messages(prompt: str) -> list[dict[str, str]]:
    """Return a conversation: the one that lm-eval templated, or the prompt as one turn."""
    if prompt.startswith('[{"role"'):
        messages: list[dict[str, str]] = json.loads(prompt)
        return messages
    return [{"role": "user", "content": prompt}]


def _text(answer: dict[str, Any]) -> str:
    try:
        text = answer["choices"][0]["message"]["content"]
    except (LookupError, TypeError) as error:
        raise PlatformFault(Code.ENGINE_NONSENSE, "The API's answer has no message.") from error
    if text is None:
        raise PlatformFault(Code.EMPTY_COMPLETION)
    if not isinstance(text, str):
        raise PlatformFault(Code.ENGINE_NONSENSE)
    return text
