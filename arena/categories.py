"""What a battle was about: rules over its prompts, documented in docs/ratings.md.

A battle is in several categories at once. Each has one bit, kept with its vote in the ledger: a
new category takes the next bit, and no bit is ever used for something else. Nothing is learnt
and nothing is asked of a model, so anyone can check a case by hand.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

ALL = "all"
LONG_PROMPT = 1_000  # characters
SHORT_PROMPT = 60
CODE_MARKS = 2  # so many signs of code, or one block of it
COMMON_WORDS_MIN = 2
LANGUAGE_SAMPLE = 2_000  # characters that are looked at


@dataclass(frozen=True, slots=True)
class Category:
    """One board: its key in addresses, its bit, and the rule in a sentence."""

    key: str
    name: str  # in English, as the sentence is
    bit: int
    sentence: str

    @property
    def label(self) -> str:
        """Return its name in the reader's language."""
        return _(self.name)

    @property
    def rule(self) -> str:
        """Return the rule in the reader's language."""
        return _(self.sentence)


CATEGORIES = (
    Category(
        "english",
        gettext_noop("English"),
        1 << 0,
        gettext_noop("Mostly Latin letters, with common English words."),
    ),
    Category(
        "german",
        gettext_noop("German"),
        1 << 1,
        gettext_noop("Mostly Latin letters, with common German words."),
    ),
    Category(
        "french",
        gettext_noop("French"),
        1 << 2,
        gettext_noop("Mostly Latin letters, with common French words."),
    ),
    Category(
        "spanish",
        gettext_noop("Spanish"),
        1 << 3,
        gettext_noop("Mostly Latin letters, with common Spanish words."),
    ),
    Category(
        "chinese", gettext_noop("Chinese"), 1 << 4, gettext_noop("Han characters and no kana.")
    ),
    Category("japanese", gettext_noop("Japanese"), 1 << 5, gettext_noop("Hiragana or katakana.")),
    Category("korean", gettext_noop("Korean"), 1 << 6, gettext_noop("Hangul.")),
    Category("russian", gettext_noop("Russian"), 1 << 7, gettext_noop("Mostly Cyrillic letters.")),
    Category(
        "code",
        gettext_noop("Code"),
        1 << 8,
        gettext_noop("A block of code, or two signs of it: keywords, calls."),
    ),
    Category(
        "maths",
        gettext_noop("Maths"),
        1 << 9,
        gettext_noop("A formula, an equation, or words such as solve or prove."),
    ),
    Category(
        "instruction",
        gettext_noop("Instructions"),
        1 << 10,
        gettext_noop("Asks for a form: a list, a length, JSON, a table."),
    ),
    Category(
        "long",
        gettext_noop("Long prompt"),
        1 << 11,
        gettext_noop("The first prompt has 1,000 characters or more."),
    ),
    Category(
        "short",
        gettext_noop("Short prompt"),
        1 << 12,
        gettext_noop("It has at most 60 characters."),
    ),
    Category(
        "multi-turn",
        gettext_noop("Several turns"),
        1 << 13,
        gettext_noop("The verdict came after a second turn."),
    ),
)
BY_KEY: Mapping[str, Category] = MappingProxyType({each.key: each for each in CATEGORIES})


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


COMMON_WORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "english": _words("the of and to in is what how a for with you are write it"),
        "german": _words("der die das und ist ein eine wie was mit nicht ich zu den"),
        "french": _words("le la les des est une un et que pour dans avec je comment"),
        "spanish": _words("el los las es una un y que para con en por cómo qué de"),
    }
)
SCRIPTS = (
    ("japanese", re.compile(r"[\u3040-\u30ff]")),
    ("korean", re.compile(r"[\uac00-\ud7af]")),
    ("chinese", re.compile(r"[\u4e00-\u9fff]")),
    ("russian", re.compile(r"[\u0400-\u04ff]{2}")),
)
WORD = re.compile(r"[^\W\d_]+")
FENCE = re.compile(r"```|~~~")
CODE = re.compile(
    r"\b(?:def|class|function|import|return|const|print|SELECT|regex|python|javascript|java|rust"
    r"|c\+\+|sql|html|css|bash|code|program|script|bug|compile)\b|\w\(\)|[{};]\s*$|=>|::|==",
    re.MULTILINE | re.IGNORECASE,
)
MATHS = re.compile(
    r"\$[^$\n]+\$|\\(?:frac|sum|int|sqrt)\b|\d\s*[-+*/^\u00d7\u00f7=]\s*\d|[a-z]\s*[=^]\s*-?\d"
    r"|\b(?:solve|prove|equation|integral|derivative|probability|theorem|calculate|how much is"
    r"|percent|plus|minus|times|divided by|sum of|square root)\b",
    re.IGNORECASE,
)
INSTRUCTION = re.compile(
    r"\b(?:list (?:of )?(?:the )?(?:\d+|two|three|four|five|ten)|(?:exactly|at most|at least|under"
    r"|no more than|fewer than|in) (?:\d+|one|two|three|four|five|ten) (?:words?|sentences?|lines?"
    r"|paragraphs?|bullets?|points?|letters?)|json|yaml|csv|bullet points?|as a table|step by step"
    r"|in the style of|do not (?:use|include|mention)|only (?:answer|reply)|upper ?case"
    r"|lower ?case|rhym\w+)\b",
    re.IGNORECASE,
)


def of(prompts: Iterable[str]) -> int:
    """Return the bits of the categories that a conversation is in, by its prompts."""
    asked = list(prompts)
    first, whole = (asked[0] if asked else ""), "\n".join(asked)
    found = {
        _language(whole[:LANGUAGE_SAMPLE]): True,
        "code": bool(FENCE.search(whole)) or len(CODE.findall(whole)) >= CODE_MARKS,
        "maths": bool(MATHS.search(whole)),
        "instruction": bool(INSTRUCTION.search(whole)),
        "long": len(first) >= LONG_PROMPT,
        "short": len(first) <= SHORT_PROMPT,
        "multi-turn": len(asked) > 1,
    }
    return sum(BY_KEY[key].bit for key, is_so in found.items() if is_so and key in BY_KEY)


def keys(bits: int) -> list[str]:
    """Return the categories that bits stand for."""
    return [each.key for each in CATEGORIES if bits & each.bit]


def _language(text: str) -> str:
    """Return the category of the language; "" where the rules cannot tell."""
    letters = sum(map(len, WORD.findall(text)))
    for key, script in SCRIPTS:
        if 4 * sum(map(len, script.findall(text))) >= max(1, letters):
            return key
    words = [word.lower() for word in WORD.findall(text)]
    counts = {key: sum(word in common for word in words) for key, common in COMMON_WORDS.items()}
    best = max(counts, key=lambda key: counts[key])
    is_clear = sorted(counts.values())[-2] < counts[best] >= min(COMMON_WORDS_MIN, len(words))
    return best if is_clear else ""
