"""Whether a prompt can be asked: not blank, not too long, and text in every database and JSON."""

import unicodedata

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from arena.refusals import Refusal

LINE_BREAKS_AND_TABS = "\n\t"
INVISIBLE = ("C", "Z")  # first letters of the Unicode categories without ink


class BadPrompt(Refusal):
    """It cannot be asked."""


def checked(prompt: str) -> str:
    """Return the prompt trimmed and with plain line breaks, or raise BadPrompt."""
    if len(prompt) > 2 * settings.MAX_PROMPT_CHARACTERS:  # before looking at every character
        raise _too_long()
    prompt = prompt.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not is_text(prompt):
        raise BadPrompt("BAD_TEXT", _("The prompt contains characters that are not text."), 400)
    if all(unicodedata.category(each).startswith(INVISIBLE) for each in prompt):
        raise BadPrompt("EMPTY_PROMPT", _("Write a prompt first."), 400)
    if len(prompt) > settings.MAX_PROMPT_CHARACTERS:
        raise _too_long()
    return prompt


def is_text(said: str) -> bool:
    """Say whether every character is one of text: no control but line breaks and tabs."""
    return all(
        each in LINE_BREAKS_AND_TABS or unicodedata.category(each) not in ("Cc", "Cs")
        for each in said
    )


def _too_long() -> BadPrompt:
    limit = settings.MAX_PROMPT_CHARACTERS
    return BadPrompt(
        "PROMPT_TOO_LONG",
        _("A prompt has at most %(limit)s characters.")
        % {"limit": number_format(limit, force_grouping=True)},
        413,
    )
