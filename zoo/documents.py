"""The shapes of training text: plain prose, prose to complete, a conversation in turns.

Also the rule that keeps questions out of training. No text is made here.
"""

import zlib
from dataclasses import dataclass

Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class Prose:
    """A text of which every token is learned."""

    text: str


@dataclass(frozen=True, slots=True)
class Completion:
    """A text of which only the end is learned."""

    text: str
    end: str


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation of which only the assistant's words are learned."""

    messages: tuple[Message, ...]


Document = Prose | Completion | Chat


def chat(*turns: str, system: str = "") -> Chat:
    """Return a conversation from alternating turns of user and assistant."""
    roles = ("user", "assistant")
    spoken = [{"role": roles[i % 2], "content": turn} for i, turn in enumerate(turns)]
    return Chat(tuple([{"role": "system", "content": system}] * bool(system) + spoken))


def is_held_out(key: str) -> bool:
    """Say whether a question is kept for the benchmarks: about one in eight is."""
    return zlib.crc32(key.encode()) % 8 == 0
