"""Phrases that are not put to contenders: a file that the operator edits, found in any disguise.

What a line of the file means is written at its head. A text is read as `arena.plain_text` reads
it; besides, letters may be doubled, a digit may stand for the letter it looks like, and a word may
be s p e l l e d out. Every line means something, so the file has no syntax to get wrong.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from arena.plain_text import Plain

HEAD = re.compile(r"\[(\w+)\]\s*(.*)")
NO_SENTENCE = "This site does not put that to contenders. Ask something else."
NO_CODE = "OTHER"
GAP = "..."
BETWEEN = r"(?:[^\w\s]|_){0,2}"  # what may stand between two letters of a word
APART = r"[\W_]*"  # between two words; nothing, where the text is spelled out
SPACE = r"(?:[^\w\n.!?;:]|_)+"  # a gap ends with the sentence
ANY_WORDS = rf"(?:(?:{SPACE}[^\W_]+){{0,2}}?{SPACE})?"
LOOKS = {
    "a": "a4@", "b": "b8", "e": "e3", "i": "i1!l", "l": "l1", "o": "o0", "s": "s5$", "t": "t7+",
}  # fmt: skip
THRICE = re.compile(r"(.)\1{2,}")
SPELLED = re.compile(r"(?<!\w)(?:[^\W_][ .,\-_/]{1,2}){3,}[^\W_](?!\w)")
NO_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Section:
    """Phrases that are refused for one reason."""

    code: str
    sentence: str  # what the person is told
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class BlockList:
    """The file as it was read last."""

    sections: tuple[Section, ...]
    harmless: re.Pattern[str] | None


def find(text: str) -> Section | None:
    """Return the first section with a phrase that stands in the text, or None."""
    path = settings.BLOCK_LIST
    if not path:
        return None
    listed = _read(path, Path(path).stat().st_mtime_ns)
    readable = skeleton(text)
    if listed.harmless:
        readable = listed.harmless.sub(" . ", readable)
    return next((each for each in listed.sections if each.pattern.search(readable)), None)


def parse(source: str) -> BlockList:
    """Return what the lines of a file stand for."""
    heads: dict[str, str] = {}
    phrases: dict[str, list[str]] = {}
    harmless, code = [], NO_CODE
    for line in map(str.strip, source.splitlines()):
        if head := HEAD.fullmatch(line):
            code = head[1]
            heads[code] = head[2]
        elif line.startswith("- "):
            harmless.append(_phrase(line[2:]))
        elif line and not line.startswith("#"):
            phrases.setdefault(code, []).append(_phrase(line))
    sections = (
        Section(code, heads.get(code) or NO_SENTENCE, _any_of(found))
        for code, found in phrases.items()
    )
    return BlockList(tuple(sections), _any_of(harmless) if harmless else None)


def skeleton(text: str) -> str:
    """Return a text in plain letters, nothing three times in a row, spelled words put together."""
    plain = THRICE.sub(r"\1\1", Plain.of(text).skeletons[0])
    return SPELLED.sub(lambda match: NO_LETTER.sub("", match[0]), plain)


@lru_cache(maxsize=4)
def _read(path: str | Path, _changed_ns: int) -> BlockList:
    return parse(Path(path).read_text(encoding="utf-8"))


def _any_of(phrases: list[str]) -> re.Pattern[str]:
    """Return what finds any of the phrases, where a word begins and where it ends."""
    return re.compile(rf"(?<![a-z0-9])(?:{'|'.join(phrases)})(?![a-z0-9])")


def _phrase(line: str) -> str:
    """Return the pattern of one line."""
    parts = [ANY_WORDS if token == GAP else _either(token) for token in line.split()]
    return APART.join(parts).replace(f"{APART}{ANY_WORDS}{APART}", ANY_WORDS)


def _either(token: str) -> str:
    choices = [APART.join(map(_word, choice.split("_"))) for choice in token.split("|") if choice]
    return f"(?:{'|'.join(choices)})"


def _word(word: str) -> str:
    """Return what finds a word, its letters doubled or not, look-alikes included."""
    letters = re.sub(r"(.)\1+", r"\1", Plain.of(word).skeletons[0])
    return BETWEEN.join(f"[{re.escape(LOOKS.get(each, each))}]{{1,2}}" for each in letters)
