"""Where a conversation by name begins: who can answer now, and who was chosen already.

An adapter opens against its own parent, because whether the layer helped is what people ask.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from arena import battles
from evals.models import Contender


@dataclass(frozen=True, slots=True)
class Choice:
    """One contender that can be chosen."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class NamedPage:
    """Everything the template needs."""

    is_chat: bool
    choices: tuple[Choice, ...]
    a: str  # slugs
    b: str
    limit: int
    prompt: str
    problem: str

    @property
    def can_answer(self) -> bool:
        """Say whether enough contenders can answer."""
        return len(self.choices) >= (1 if self.is_chat else 2)


def read(
    *, is_chat: bool, chosen: Mapping[str, str], now: datetime, prompt: str = "", problem: str = ""
) -> NamedPage:
    """Return what the page shows; `chosen` is what the address or a refused form says."""
    able = sorted(battles.opponents(now=now), key=lambda each: (each.name, each.pk))
    a = chosen.get("with" if is_chat else "a", "") or (able[0].slug if able else "")
    return NamedPage(
        is_chat=is_chat,
        choices=tuple(Choice(each.slug, each.name) for each in able),
        a=a,
        b="" if is_chat else chosen.get("b", "") or _rival(a, able),
        limit=settings.MAX_PROMPT_CHARACTERS,
        prompt=prompt[: 2 * settings.MAX_PROMPT_CHARACTERS],
        problem=problem,
    )


def _rival(slug: str, able: list[Contender]) -> str:
    """Return who stands on the other side by default: the parent, or whoever comes first."""
    others = [each for each in able if each.slug != slug]
    chosen = next((each for each in able if each.slug == slug), None)
    parent = next((each for each in others if chosen and each.pk == chosen.parent_id), None)
    rival = parent or next(iter(others), None)
    return rival.slug if rival else ""
