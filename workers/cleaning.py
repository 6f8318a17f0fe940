"""Text of an answer without what would name its model family: control tokens and characters.

The same for every contender, and the same whether the text comes at once or in pieces.
"""

import re

from arena import wording

TOKEN = re.compile(
    r"<\|[^<>|\n]{1,40}\|>"
    r"|</?s>|<(?:pad|unk|eos|bos|mask|start_of_turn|end_of_turn)>"
    r"|\[/?INST\]|<</?SYS>>"
)
UNFINISHED = re.compile(r"[<\[][^>\]\n]{0,43}\Z")  # as long as the longest token


class Cleaner:
    """Cleans one answer as it comes; holds back what might become a control token."""

    def __init__(self) -> None:
        self._held = ""
        self._has_begun = False

    def feed(self, piece: str) -> str:
        """Return what of the text so far is surely to be shown."""
        text = TOKEN.sub("", self._held + piece)
        unfinished = UNFINISHED.search(text)
        end = unfinished.start() if unfinished else len(text)
        self._held = text[end:]
        return self._begun(text[:end])

    def finish(self) -> str:
        """Return the rest."""
        rest, self._held = self._held, ""
        return self._begun(rest)

    def _begun(self, text: str) -> str:
        """Drop what is no text, and the blanks before the first word."""
        shown = "".join(filter(wording.is_text, text))
        if not self._has_begun:
            shown = shown.lstrip()
            self._has_begun = bool(shown)
        return shown
