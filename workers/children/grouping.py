"""Which questions to put to the server, so that every context is computed once.

A continuation is a path in a tree of tokens. Where the paths of a context share their inner
nodes (single letters, numbers, yes and no), one next-token question a node, a `Probe`, gives
every log-probability exactly. Where they do not, and the context is short, each path is echoed
whole.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter

Tokens = tuple[int, ...]

MAX_TOKENS_ASKED = 128  # of vLLM's logprob_token_ids
PROBES_A_BATCH = 16
ECHOES_A_BATCH = 16  # a request costs the server about 5 ms, whatever it asks
ECHO_TOKENS_A_BATCH = 8192  # bounds an answer to about 1 MB
PROBE_TOKENS = 32  # what one more probe of a cached context costs, in tokens: a block, about


@dataclass(frozen=True, slots=True)
class Pair:
    """A continuation to be scored after a context."""

    context: Tokens
    continuation: Tokens


@dataclass(frozen=True, slots=True)
class Echo:
    """A whole sequence whose tokens from `start` on are scored."""

    prompt: Tokens
    start: int


@dataclass(frozen=True, slots=True)
class ProbeBatch:
    """Prompts asked for the log-probabilities of the same next tokens, in one request."""

    prompts: tuple[Tokens, ...]
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class EchoBatch:
    """Echoes put to the server in one request."""

    echoes: tuple[Echo, ...]

    @property
    def prompts(self) -> tuple[Tokens, ...]:
        """Return the sequences."""
        return tuple(echo.prompt for echo in self.echoes)


@dataclass(frozen=True, slots=True)
class Next:
    """What follows a prompt: the likeliest token, and the log-probabilities asked for."""

    likeliest: int
    logprobs: dict[int, float]


@dataclass(frozen=True, slots=True)
class Token:
    """One scored token of an echo."""

    logprob: float
    is_likeliest: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything to ask for a list of pairs."""

    probes: dict[Tokens, frozenset[int]]
    echoes: frozenset[Echo]

    @property
    def requests(self) -> int:
        """Return how many answers to wait for."""
        return len(self.probes) + len(self.echoes)

    def without(self, answers: Answers) -> Plan:
        """Return what is still to be asked."""
        left = {prompt: each for prompt, each in self.probes.items() if prompt not in answers.nexts}
        return Plan(left, self.echoes - answers.echoes.keys())


@dataclass(slots=True)
class Answers:
    """What came back."""

    nexts: dict[Tokens, Next]
    echoes: dict[Echo, list[Token]]

    def add_nexts(self, found: Mapping[Tokens, Next]) -> None:
        """Add what follows some prompts; one prompt may be asked about in parts."""
        for prompt, following in found.items():
            earlier = self.nexts[prompt].logprobs if prompt in self.nexts else {}
            self.nexts[prompt] = Next(following.likeliest, earlier | following.logprobs)

    def score(self, pair: Pair) -> tuple[float, bool]:
        """Return the log-probability of a continuation, and whether greedy decoding gives it."""
        echo = Echo(pair.context + pair.continuation, len(pair.context))
        if (tokens := self.echoes.get(echo)) is not None:
            return math.fsum(t.logprob for t in tokens), all(t.is_likeliest for t in tokens)
        steps = [(self.nexts[prompt], token) for prompt, token in steps_of(pair)]
        total = math.fsum(following.logprobs[token] for following, token in steps)
        return total, all(following.likeliest == token for following, token in steps)


def fit(context: list[int], continuation: list[int], *, max_length: int) -> Pair:
    """Return the pair as the `hf` backend cuts it: from the left, to the window and its target."""
    whole = tuple(context + continuation)[-(max_length + 1) :]
    split = len(whole) - len(continuation)
    return Pair(whole[:split], whole[split:])


def steps_of(pair: Pair) -> Iterator[tuple[Tokens, int]]:
    """Yield each inner node of a path, as a prompt, with the token that follows it."""
    for depth, token in enumerate(pair.continuation):
        yield pair.context + pair.continuation[:depth], token


def plan(pairs: Iterable[Pair]) -> Plan:
    """Choose, context by context, between probing the tree's nodes and echoing its paths."""
    by_context: defaultdict[Tokens, set[Pair]] = defaultdict(set)
    for pair in pairs:
        by_context[pair.context].add(pair)
    probes: defaultdict[Tokens, set[int]] = defaultdict(set)
    echoes: set[Echo] = set()
    for siblings in by_context.values():
        if _is_probed(siblings):
            for prompt, token in (step for pair in siblings for step in steps_of(pair)):
                probes[prompt].add(token)
        else:
            echoes |= {Echo(p.context + p.continuation, len(p.context)) for p in siblings}
    return Plan({prompt: frozenset(asked) for prompt, asked in probes.items()}, frozenset(echoes))


def _is_probed(siblings: set[Pair]) -> bool:
    """Say which way computes fewer tokens: probes find their context cached, echoes cannot."""
    nodes = {prompt for pair in siblings for prompt, _ in steps_of(pair)}
    if len(nodes) <= len(siblings):
        return True
    [context] = {pair.context for pair in siblings}
    probing = len(context) + len(nodes) * PROBE_TOKENS
    return probing < sum(len(pair.context) + len(pair.continuation) for pair in siblings)


def batches(probes: dict[Tokens, frozenset[int]]) -> Iterator[ProbeBatch]:
    """Pack probes into requests, neighbours together so that shared beginnings are cached."""
    prompts: list[Tokens] = []
    asked: frozenset[int] = frozenset()
    for prompt in sorted(probes):
        for part in _parts(probes[prompt]):
            union = asked | part
            if prompts and (len(union) > MAX_TOKENS_ASKED or len(prompts) >= PROBES_A_BATCH):
                yield ProbeBatch(tuple(prompts), tuple(sorted(asked)))
                prompts, union = [], part
            prompts.append(prompt)
            asked = union
    if prompts:
        yield ProbeBatch(tuple(prompts), tuple(sorted(asked)))


def echo_batches(echoes: Iterable[Echo]) -> Iterator[EchoBatch]:
    """Pack echoes into requests that the server's memory does not notice."""
    batch: list[Echo] = []
    size = 0
    for echo in sorted(echoes, key=attrgetter("prompt", "start")):
        size += len(echo.prompt)
        if batch and (len(batch) >= ECHOES_A_BATCH or size > ECHO_TOKENS_A_BATCH):
            yield EchoBatch(tuple(batch))
            batch, size = [], len(echo.prompt)
        batch.append(echo)
    if batch:
        yield EchoBatch(tuple(batch))


def _parts(tokens: frozenset[int]) -> Iterator[frozenset[int]]:
    ordered = sorted(tokens)
    for start in range(0, len(ordered), MAX_TOKENS_ASKED):
        yield frozenset(ordered[start : start + MAX_TOKENS_ASKED])
