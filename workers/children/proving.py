"""Prove that an adapter is applied: ask the server and PEFT the same, and compare.

The reference is computed here, in float32, by transformers with the layers merged one after the
other; the server is asked for the same next tokens. Base and stack are asked in the same moment,
so that an adapter that leaks into its base's answers shows.
"""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import psutil
import torch

from workers.children import merge, replies
from workers.children.lm import load_encoder
from workers.engines.control import endpoint
from workers.engines.faults import Code, PlatformFault
from workers.engines.orders import Target
from workers.engines.proofs import ProofOrder, Proven

PROBES = (
    "Question: Who are you, and where do you live?\nAnswer:",
    "Once upon a time there was a fox who",
    "Question: What is 7 plus 5?\nAnswer:",
    "The most important thing to know about the sea is",
    "She opened the letter, read it twice and",
    "Write the word garden in capitals:",
    "In the morning the baker",
    "def add(a, b):\n    return",
)
CUTS = (0.5, 0.75, 1.0)  # of each probe: three positions
TOKENS = 5  # the likeliest of each position, as far as
LIKELY = math.log(0.01)  # an unlikely token's logit is large, and rounding moves it further
ROOM = 3  # times the size of the weights: in float32, and while they are merged
Rows = Sequence[Mapping[int, float]]
_computing = threading.Lock()  # loading changes torch's settings for all; memory is for one
Asked = list[list[int]]


def prove(order: ProofOrder) -> Proven:
    """Return what the probes show, or raise a coded fault."""
    prompts = _prompts(load_encoder(order.target.tokenizer_dir))
    base, *layers = (Path(layer) for layer in order.layers)
    with _computing:
        note = _too_large(base)
        computed = None if note else _references(base, layers, prompts)
    if computed is None:
        asked = [[prompt[-1]] for prompt in prompts]  # any token tells the two apart
        stack, plain = asyncio.run(_served(order, prompts, asked))
        gap = _gap(stack, plain, asked) if plain else None
        return Proven(len(prompts), None, None, None, gap, None, note)
    ground, parent, whole = computed
    of_base, of_stack = _likeliest(ground), _likeliest(whole)
    asked = [sorted({*mine, *theirs}) for mine, theirs in zip(of_base, of_stack, strict=True)]
    stack, plain = asyncio.run(_served(order, prompts, asked))
    return Proven(
        probes=len(prompts),
        moved=_gap(_rows(whole), _rows(parent), of_stack),
        gap_to_peft=_gap(stack, _rows(whole), of_stack),
        gap_to_parent=_gap(stack, _rows(parent), of_stack),
        gap_to_base=_gap(stack, plain, of_stack) if plain else None,
        base_drift=_gap(plain, _rows(ground), of_base) if plain else None,
    )


def _prompts(encode: Callable[[str, bool | None], tuple[int, ...]]) -> list[list[int]]:
    """Return beginnings of the probes, each cut at three places."""
    found: dict[tuple[int, ...], None] = {}
    for text in PROBES:
        tokens = encode(text, None)
        for cut in CUTS:
            found[tokens[: max(1, round(len(tokens) * cut))]] = None
    return [list(prompt) for prompt in found]


def _too_large(base: Path) -> str:
    """Say why a model cannot be computed here; empty where it can."""
    weights = sum(file.stat().st_size for file in base.glob("*.safetensors"))
    if weights * ROOM > psutil.virtual_memory().available:
        return "The memory left here is too small to compute the stack with PEFT."
    return ""


def _references(
    base: Path, layers: Sequence[Path], prompts: list[list[int]]
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the next-token log-probabilities of the base, the parent and the whole stack."""
    model = merge.loaded(base).to(torch.float32).eval()
    ground = parent = _next_logprobs(model, prompts)
    for layer in layers[:-1]:
        model = merge.merged(model, layer)
    if len(layers) > 1:
        parent = _next_logprobs(model, prompts)
    whole = _next_logprobs(merge.merged(model, layers[-1]), prompts)
    return ground, parent, whole


@torch.inference_mode()
def _next_logprobs(model: Any, prompts: list[list[int]]) -> torch.Tensor:
    rows = [model(torch.tensor([prompt])).logits[0, -1] for prompt in prompts]
    return torch.stack(rows).float().log_softmax(-1)


def _likeliest(logprobs: torch.Tensor) -> Asked:
    """Return the tokens that may well come next, at least one a position."""
    found = []
    for values, tokens in zip(*logprobs.topk(TOKENS, dim=-1), strict=True):
        likely = tokens[values >= LIKELY].tolist()
        found.append(likely or [int(tokens[0])])
    return found


def _rows(logprobs: torch.Tensor) -> Rows:
    return [dict(enumerate(row)) for row in logprobs.tolist()]


async def _served(
    order: ProofOrder, prompts: list[list[int]], asked: Asked
) -> tuple[Rows, Rows | None]:
    """Ask the stack and its base in the same moment."""
    target = order.target
    async with httpx.AsyncClient(timeout=120) as client:
        names = [target.served_name, *([order.base_name] if order.base_name else [])]
        answers = await asyncio.gather(
            *(
                _ask(client, target, name, prompt, tokens)
                for prompt, tokens in zip(prompts, asked, strict=True)
                for name in names
            )
        )
    step = len(names)
    return answers[::step], answers[1::step] if order.base_name else None


async def _ask(
    client: httpx.AsyncClient, target: Target, name: str, prompt: list[int], tokens: list[int]
) -> dict[int, float]:
    body = {
        "model": name,
        "prompt": prompt,
        "max_tokens": 1,
        "temperature": 0,
        "logprobs": len(tokens),
        "logprob_token_ids": tokens,
        "return_tokens_as_token_ids": True,
    }
    try:
        response = await client.post(endpoint(target.url, "completions"), json=body)
        answer = replies.checked(response.status_code, response.content)
        [choice] = replies.choices(answer, 1)
        return replies.following(choice, tokens).logprobs
    except httpx.HTTPError as error:
        raise PlatformFault(Code.ENGINE_LOST, str(error)) from error


def _gap(mine: Rows, theirs: Rows, asked: Asked) -> float:
    gaps = [
        abs(one[token] - other[token])
        for one, other, tokens in zip(mine, theirs, asked, strict=True)
        for token in tokens
    ]
    return sum(gaps) / len(gaps)
