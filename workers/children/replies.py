"""Read what a vLLM server answered, and take nothing on trust.

A missing, infinite or invented number raises a coded fault here; it never becomes a score.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from workers.children.grouping import Echo, Next, Token
from workers.engines.faults import Code, PlatformFault


@dataclass(frozen=True, slots=True)
class Completion:
    """One generated text; its tokens too, where the server tells them."""

    text: str
    tokens: tuple[int, ...] | None


def checked(status: int, raw: bytes) -> dict[str, Any]:
    """Return the body of an answer, or raise for a refusal."""
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


def choices(body: dict[str, Any], expected: int) -> list[dict[str, Any]]:
    """Return the choices in the order of their prompts."""
    found = body.get("choices")
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise PlatformFault(Code.ENGINE_NONSENSE, "The server's answer has no choices.")
    if sorted(each.get("index", -1) for each in found) != list(range(expected)):
        raise PlatformFault(
            Code.ENGINE_NONSENSE, f"{len(found)} answers came for {expected} questions."
        )
    return sorted(found, key=lambda each: int(each["index"]))


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise PlatformFault(Code.ENGINE_NONSENSE, "A log-probability is no finite number.")
    return float(value)


def following(choice: dict[str, Any], tokens: Iterable[int]) -> Next:
    """Return what follows a prompt."""
    try:
        [sampled] = choice["logprobs"]["tokens"]
        [found] = choice["logprobs"]["top_logprobs"]
        logprobs = {token: _number(found[f"token_id:{token}"]) for token in tokens}
        return Next(int(sampled.removeprefix("token_id:")), logprobs)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise PlatformFault(
            Code.ENGINE_NONSENSE, "The server left out log-probabilities."
        ) from error


def echoed(choice: dict[str, Any], echo: Echo) -> list[Token]:
    """Return the scored tokens of an echo."""
    try:
        rows = choice["prompt_logprobs"]
        if len(rows) != len(echo.prompt):
            raise PlatformFault(Code.ENGINE_NONSENSE, "The server counts other tokens than asked.")
        cells = [rows[at][str(echo.prompt[at])] for at in range(echo.start, len(echo.prompt))]
        if min(cell["rank"] for cell in cells) < 1:  # a token that was never computed
            raise PlatformFault(Code.ENGINE_NONSENSE, "The server left out log-probabilities.")
        return [Token(_number(cell["logprob"]), cell["rank"] == 1) for cell in cells]
    except (LookupError, TypeError, AttributeError) as error:
        raise PlatformFault(
            Code.ENGINE_NONSENSE, "The server left out log-probabilities."
        ) from error


def completion(choice: dict[str, Any], max_tokens: int) -> Completion:
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
