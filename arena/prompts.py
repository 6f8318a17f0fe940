"""Prompt sets: read from JSON lines, suggested on the page, answered ahead as prepared battles."""

import json
from pathlib import Path

from django.db import transaction

from arena import wording
from arena.models import Prompt, PromptSet

LONGEST_THEME = 40


class BadPromptFile(Exception):
    """A line that is no prompt; the message names it."""


def load(*, path: Path, key: str, title: str) -> int:
    """Add the prompts of a file of {"theme", "text"} lines to a set; return how many were new.

    Nothing is added from a file with a bad line. Prompts that are there already stay as they are.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    read = [_read(line, number) for number, line in enumerate(lines, 1) if line.strip()]
    with transaction.atomic():
        prompt_set, _ = PromptSet.objects.get_or_create(key=key, defaults={"title": title})
        known = set(prompt_set.prompts.values_list("text", flat=True))
        fresh = {text: theme for theme, text in read if text not in known}
        Prompt.objects.bulk_create(
            Prompt(prompt_set=prompt_set, theme=theme, text=text) for text, theme in fresh.items()
        )
    return len(fresh)


def _read(line: str, number: int) -> tuple[str, str]:
    """Return the theme and the text of one line."""
    try:
        fields = json.loads(line)
        theme, text = str(fields["theme"]), wording.checked(str(fields["text"]))
    except (ValueError, LookupError, TypeError) as error:
        raise BadPromptFile(f'Line {number} is not {{"theme": …, "text": …}}.') from error
    except wording.BadPrompt as error:
        raise BadPromptFile(f"Line {number}: {error}") from error
    if not theme or len(theme) > LONGEST_THEME:
        raise BadPromptFile(f"Line {number}: a theme has 1 to {LONGEST_THEME} characters.")
    return theme, text
