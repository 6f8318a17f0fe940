"""Does an answer tell who wrote it? Pure: text in, the first leak or None out.

A name alone is no leak: models write about herons and about Google. It is one where the text
speaks of itself ("I am Qwen", "ich wurde von OpenAI trainiert", "私はQwenです"), or where a name
that nobody writes by chance ("wren-instruct") stands at all. A name that the prompt brought in
tells nothing. Seen through: letter case, spacing, markdown, look-alike and invisible characters.
"""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from arena import leak_words as words
from arena.plain_text import Plain

WINDOW = 140  # characters before a name in which the sentence about oneself must begin
AFTER = 60  # characters after a name in which evidence counts
HELP_WITHIN = 160
MAX_NAMES = 200  # a text that names more is a list, and must not take long
GAP = r"[\s,;:_—–\-\"'«„“(\[]*"
SENTENCE_END = re.compile(r"[.!?…]\s|[。！？।؟\n]")
ARTICLE = re.compile(r"\b(?:an?|un|une|una|ein|eine|een|um|uma)\s+(?:\w+\s+)?$")
SPEAKER = re.compile(
    r"(?:^|\n)\s*(?!answer|assistant|ai\b|response|reply|model|system|note)\w+:[^\n]*$"
)
LABEL = re.compile(r"^[\W_]*$|(?:^|\n)\W*(?:model|assistant|name|ai)(?: name)?\s*:\s*\W*$")
ENDS = r"(?:(?<=')|(?!\w))"  # a word is over; "qu'" and "d'" lean on the next
INFLECTED = r"(?:s|em|iem|owi|a|u|om|un|in|im|ın)?"


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """One name that would tell; a distinct one is written by nobody else."""

    text: str  # lower-case
    is_distinct: bool


@dataclass(frozen=True, slots=True)
class Leak:
    """A name that was told, and the words around it."""

    name: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class _Hit:
    """A name found in a text."""

    name: str  # letters and digits only
    start: int
    end: int


def find(text: str, *, prompt: str = "", names: Iterable[Name] = ()) -> Leak | None:
    """Return how an answer gives its writer away; `names` are those of the two at hand."""
    plain, wanted = Plain.of(text), tuple(sorted(names))
    own = {_key(each.text): each.is_distinct for each in wanted}
    asked: set[str] | None = None
    for hit in itertools.islice(_hits(plain, wanted), MAX_NAMES):
        is_at_hand_and_distinct = own.get(hit.name, False)
        if not (is_at_hand_and_distinct or _is_told(plain, hit)):
            continue
        if asked is None:
            asked = {each.name for each in _hits(Plain.of(prompt), wanted)}
        if hit.name not in asked:
            excerpt = plain.text[max(0, hit.start - 40) : hit.end + 20].strip()
            return Leak(hit.name, excerpt)
    return None


def _hits(plain: Plain, names: tuple[Name, ...]) -> Iterator[_Hit]:
    for skeleton in plain.skeletons:
        if _may_name(skeleton, names):
            for match in _pattern(names).finditer(skeleton):
                yield _Hit(_key(match[1]), match.start(1), match.end())
    for match in _OTHER_SCRIPTS.finditer(plain.text):
        yield _Hit(match[0], match.start(), match.end())


def _may_name(skeleton: str, names: tuple[Name, ...]) -> bool:
    """Say whether any name can be found: most texts have none, and each pair's pattern is its own.

    Never False where `_pattern(names)` finds something: its own names stand there letter by letter.
    """
    if _pattern(()).search(skeleton):
        return True
    letters = _key(skeleton)
    return any(_key(each.text) in letters for each in names)


def _key(name: str) -> str:
    return re.sub(r"[\W_]+", "", name)


@lru_cache(maxsize=1024)
def _pattern(names: tuple[Name, ...]) -> re.Pattern[str]:
    """Return what finds all names, the longest first, also when s p e l l e d out."""
    told = {each.text for each in names}
    spelled = {each for each in (*words.DISTINCT, *told) if len(each) >= 4 and each.isalpha()}
    every = sorted({*words.DISTINCT, *words.ORDINARY, *told}, key=lambda each: (-len(each), each))
    loose = [r"[ .\-_]".join(each) for each in sorted(spelled)]
    either = "|".join([*map(_flexible, every), *loose])
    return re.compile(rf"(?<![a-z0-9])({either}){INFLECTED}(?![a-z])")


def _flexible(name: str) -> str:
    return r"[\W_]{0,3}".join(map(re.escape, re.findall(r"[^\W_]+", name)))


def _is_told(plain: Plain, hit: _Hit) -> bool:
    """Say whether the text speaks of itself with this name."""
    if plain.is_quoted(hit.start):
        return False
    return any(_speaks_of(text, hit) for text in {plain.text, plain.skeletons[0]})


def _speaks_of(text: str, hit: _Hit) -> bool:
    before = _sentence_before(text, hit.start)
    after = text[hit.end : hit.end + HELP_WITHIN]
    if hit.name in _DISTINCT:
        is_claimed = _CLAIMED.search(before) is not None and after.startswith(",")
        return is_claimed or _gap(before) is not None or _follows(text, hit)
    gap = _gap(before)
    if gap is None:
        return _CREATED_ME.match(after) is not None
    has_evidence = _EVIDENCE.search(f"{gap} {after[:AFTER]}") is not None
    if ARTICLE.search(before):
        return _EVIDENCE.search(after[:25]) is not None
    return has_evidence or _HELP.search(after) is not None


def _sentence_before(text: str, position: int) -> str:
    """Return what stands before a position in the same sentence."""
    begin = max(0, position - WINDOW)
    for match in SENTENCE_END.finditer(text, begin, position):
        begin = match.end()
    return text[begin:position]


def _gap(before: str) -> str | None:
    """Return the opening "I am" and all up to the name; None where nothing opens."""
    if SPEAKER.search(before):
        return None
    for opening in _SELVES:
        if match := opening.search(before):
            if _HYPOTHETICAL.search(before[: match.start()]):
                return None
            return match[0]
    for claim in _CLAIMS:
        if (match := claim.match(before)) and _EVIDENCE.search(match["gap"]):
            return match[0]
    if match := _OPENING.search(before):
        return match[0]
    return None


def _follows(text: str, hit: _Hit) -> bool:
    """Say whether the name introduces, signs or owns the text."""
    after = text[hit.end : hit.end + HELP_WITHIN]
    line = text[max(0, hit.start - WINDOW) : hit.start]
    if _CREATED_ME.match(after) or _SIGNED.match(after):
        return True
    if _SIGNATURE.search(line) and re.match(r"[\w.\- ]{0,20}(?:\n|$)", after):
        return True
    is_first = hit.start < WINDOW and LABEL.search(line) is not None
    return is_first and re.match(r"[\w.\-]{0,20}[\])]?\s*(?::|\n|$)", after) is not None


def _opening(selves: str, between: str) -> re.Pattern[str]:
    fill = rf"(?:(?:{between}|{words.SIZE}){ENDS}{GAP})*"
    return re.compile(rf"(?<!\w)(?:{selves})(?!\w)(?P<gap>{GAP}{fill})$")


def _claim(claims: str, between: str) -> re.Pattern[str]:
    fill = rf"(?:(?:{between}|{words.SIZE}){ENDS}{GAP})*"
    return re.compile(rf"\W*(?:{claims}){ENDS}(?P<gap>{GAP}{fill})$")


_DISTINCT = {_key(each) for each in (*words.DISTINCT, *words.OTHER_SCRIPTS)}
_SELVES = [_opening(selves, between) for selves, between, _ in words.SELVES]
_CLAIMS = [_claim(claims, between) for _, between, claims in words.SELVES if claims]
_CLAIMED = re.compile(rf"^\W*(?:{'|'.join(claims for _, _, claims in words.SELVES if claims)})\W*$")
_OPENING = re.compile("|".join(words.OPENINGS))
_OTHER_SCRIPTS = re.compile("|".join(sorted(words.OTHER_SCRIPTS, key=len, reverse=True)))
_EVIDENCE = re.compile(words.EVIDENCE)
_HELP = re.compile(words.HELP)
_CREATED_ME = re.compile(words.CREATED_ME)
_SIGNED = re.compile(words.SIGNED)
_SIGNATURE = re.compile(words.SIGNATURE)
_HYPOTHETICAL = re.compile(words.HYPOTHETICAL)
