"""A text as a determined reader sees it: one case, no marks, no invisible characters.

`text` keeps its script; the skeletons are as long and have every look-alike letter replaced by
the Latin one it imitates, so a position in one is a position in all. Pure.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

MARKS = "*`~|"
QUOTES = {"“": "”", "„": "“", "«": "»", "「": "」"}
ALIKE = (
    "аa вb еe ёe кk мm нh оo рp сc тt уy хx іi їi јj ѕs ԛq ԝw һh ӏl ԁd ɡg пn "  # Cyrillic
    "αa βb εe ιi κk νv οo ρp τt υu χx ωw ηn γy ϲc "  # Greek
    "օo ոn սu ցg զq հh "  # Armenian
    "ıi łl øo ɑa ɩi ᴀa ʙb ᴄc ᴅd ᴇe ɢg ʜh ɪi ᴊj ᴋk ʟl ᴍm ɴn ᴏo ᴘp ʀr ꜱs ᴛt ᴜu ᴠv ᴡw ʏy ᴢz"
)
TABLE = str.maketrans({pair[0]: pair[1] for pair in ALIKE.split()})
FLAG_A = 0x1F1E6  # the regional indicator letters, which flags are made of
DIGIT_IN_WORD = re.compile(r"(?<=[a-z])[01345@$](?=[a-z])")
LEET = dict(zip("01345@$", "oleasas", strict=True))


@dataclass(frozen=True)
class Plain:
    """A normalised text."""

    text: str

    @classmethod
    def of(cls, raw: str) -> "Plain":
        """Normalise a text."""
        text = raw if raw.isascii() else _readable(raw)
        text = text.translate(dict.fromkeys(map(ord, MARKS))).replace("’", "'").lower()
        text = re.sub(r"[^\S\n]+", " ", text)
        return cls(text)

    @cached_property
    def skeletons(self) -> tuple[str, ...]:
        """Return the text in Latin letters; a second one where digits stand for letters."""
        latin = self.text if self.text.isascii() else "".join(map(_latin, self.text))
        if DIGIT_IN_WORD.search(latin) is None:
            return (latin,)
        return latin, DIGIT_IN_WORD.sub(lambda match: LEET[match[0]], latin)

    def is_quoted(self, position: int) -> bool:
        """Say whether a position stands in quotation marks that do not open the whole text."""
        start = self.text.rfind("\n", 0, position) + 1
        before = self.text[start:position]
        if before.count('"') % 2:
            return start + before.index('"') > 2
        return any(before.rfind(left) > before.rfind(right) for left, right in QUOTES.items())


def _readable(raw: str) -> str:
    """Return compatibility characters as ordinary ones, and nothing that has no ink."""
    ordinary = unicodedata.normalize("NFKC", raw)
    return "".join(
        chr(ord(each) - FLAG_A + ord("a")) if FLAG_A <= ord(each) < FLAG_A + 26 else each
        for each in ordinary
        if unicodedata.category(each) not in ("Cf", "Me")
    )


def _latin(character: str) -> str:
    """Return the Latin letter that a character is or looks like, or the character."""
    if character.isascii():
        return character
    base = unicodedata.normalize("NFD", character)[0] if character.isalpha() else character
    return base.translate(TABLE)
