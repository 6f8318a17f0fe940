"""Prompt sets: read from JSON lines, suggested on the page, answered ahead as prepared battles.

A file is taken whole or not at all; what is wrong with it is said line by line. Fields are called
as ours are (theme, text) or as other sets have them (category, prompt, turns).
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from arena import screening, wording
from arena.models import Prompt, PromptSet

LONGEST_THEME = 40
LONGEST_TITLE = 120
MAX_BYTES = 5_000_000
MAX_LINES = 20_000
PROBLEMS_MAX = 20  # of one file that are told
KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
BUILT_IN = "zoo"
THEMES, TEXTS = ("theme", "category", "cluster"), ("text", "prompt", "turns")
BATCH = 500


@dataclass(frozen=True, slots=True)
class Problem:
    """One line that is no prompt, and why."""

    line: int  # 0: it is about the file, the key or the title
    sentence: str

    def __str__(self) -> str:
        return _("Line {number}: {why}").format(number=self.line, why=self.sentence)


class BadPromptFile(Exception):
    """Nothing was added; `problems` says why, line by line."""

    code, status = "BAD_PROMPT_FILE", 400

    def __init__(self, problems: list[Problem], *, more: int = 0) -> None:
        self.problems, self.more = problems, more
        told = [each.sentence if not each.line else str(each) for each in problems]
        if more:
            told.append(_("{count} more lines are wrong.").format(count=more))
        super().__init__("\n".join(told))

    @property
    def sentence(self) -> str:
        """Return what to tell the person."""
        return str(self)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What an import did."""

    prompt_set: PromptSet
    added: int
    known: int  # were in the set before, or stood in the file twice


def load(*, source: bytes, key: str, title: str, by: User | None = None) -> Loaded:
    """Add the prompts of a file to a set, which is made if need be, or raise BadPromptFile.

    What a member of staff does is in the audit log; at the command line there is none.
    """
    if len(source) > MAX_BYTES:
        raise _refused(_("A file has at most {size} MB.").format(size=MAX_BYTES // 1_000_000))
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(_("The file is not UTF-8 text.")) from error
    return add(lines=text.split("\n"), key=key, title=title, by=by)


def add(*, lines: Iterable[str], key: str, title: str, by: User | None = None) -> Loaded:
    """Add the prompts of JSON lines to a set, or raise BadPromptFile."""
    key, title = _checked(key, title)
    read = _read_all(lines)
    with transaction.atomic():
        prompt_set, _is_new = PromptSet.objects.get_or_create(key=key, defaults={"title": title})
        known = set(Prompt.objects.filter(prompt_set=prompt_set).values_list("text", flat=True))
        fresh = {text: theme for theme, text in read if text not in known}
        Prompt.objects.bulk_create(
            (
                Prompt(prompt_set=prompt_set, theme=theme, text=text)
                for text, theme in fresh.items()
            ),
            batch_size=BATCH,
        )
        if by is not None:
            audit.note(by=by, row=prompt_set, sentence=f"Added {len(fresh)} prompts.")
    return Loaded(prompt_set, added=len(fresh), known=len(read) - len(fresh))


def offer(*, prompt_set: PromptSet, is_offered: bool, by: User | None = None) -> None:
    """Suggest the prompts of a set and prepare battles of them, or keep them back."""
    with transaction.atomic():
        PromptSet.objects.filter(pk=prompt_set.pk).update(is_offered=is_offered)
        if by is not None:
            audit.note(by=by, row=prompt_set, sentence=f"Offered: {is_offered}.")


def _checked(key: str, title: str) -> tuple[str, str]:
    if not KEY.fullmatch(key):
        raise _refused(_("A key has small letters, digits, - and _, 60 at most."))
    title = " ".join(title.split()) or key
    if len(title) > LONGEST_TITLE or not title.isprintable():
        raise _refused(_("A title is one line of at most {count}.").format(count=LONGEST_TITLE))
    return key, title


def _read_all(lines: Iterable[str]) -> list[tuple[str, str]]:
    """Return theme and text of every line, or raise with all that is wrong."""
    read: list[tuple[str, str]] = []
    problems: list[Problem] = []
    for number, line in enumerate(lines, 1):
        if number > MAX_LINES:
            raise _refused(_("A file has at most {count} lines.").format(count=MAX_LINES))
        if not line.strip():
            continue
        try:
            read.append(_read(line))
        except ValueError as error:
            problems.append(Problem(number, str(error)))
    if problems:
        more = max(0, len(problems) - PROBLEMS_MAX)
        raise BadPromptFile(problems[:PROBLEMS_MAX], more=more)
    if not read:
        raise _refused(_("The file holds no prompts."))
    return read


def _read(line: str) -> tuple[str, str]:
    """Return the theme and the text of one line; ValueError says what is wrong with it."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(_("This is not JSON.")) from error
    if not isinstance(fields, dict):
        raise ValueError(_("This is no JSON object."))
    theme, said = _first(fields, THEMES, "theme"), _first(fields, TEXTS, "text")
    if not 1 <= len(theme.strip()) <= LONGEST_THEME or not theme.isprintable():
        raise ValueError(_("A theme has 1 to {count} characters.").format(count=LONGEST_THEME))
    try:
        return theme.strip(), screening.passed(said, is_of_a_set=True)
    except wording.BadPrompt as bad:
        raise ValueError(str(bad)) from bad


def _first(fields: dict[str, Any], names: tuple[str, ...], called: str) -> str:
    """Return the text under the first of the names that is there."""
    found = next((fields[name] for name in names if name in fields), None)
    if isinstance(found, list) and found:  # the first turn of a conversation
        found = found[0].get("content") if isinstance(found[0], dict) else found[0]
    if not isinstance(found, str):
        raise ValueError(_("There is no {field}, or it is not text.").format(field=called))
    return found


def _refused(sentence: str) -> BadPromptFile:
    return BadPromptFile([Problem(0, sentence)])
