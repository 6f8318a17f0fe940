"""What the arena's first page shows: who can answer now, what one might ask, what is prepared."""

from dataclasses import dataclass
from datetime import datetime
from random import SystemRandom

from django.conf import settings
from django.db.models import F

from arena import battles
from arena.models import Battle, Prompt
from evals.models import Deployment

THEMES = 4
PROMPTS_A_THEME = 2
PROMPTS_READ = 400  # of many thousands, spread over all

random = SystemRandom()


@dataclass(frozen=True, slots=True)
class Theme:
    """A few prompts of one kind."""

    title: str
    prompts: tuple[Prompt, ...]


@dataclass(frozen=True, slots=True)
class ArenaPage:
    """Everything the template needs."""

    themes: tuple[Theme, ...]
    opponents: int  # contenders that can answer right now
    starting: int  # servers on their way up
    prepared: int  # battles that wait, answered
    limit: int
    prompt: str
    problem: str

    @property
    def can_answer(self) -> bool:
        """Say whether a new battle can begin."""
        return self.opponents >= 2

    @property
    def is_waiting(self) -> bool:
        """Say whether the page will change by itself when engines have started."""
        return not self.can_answer


def read(*, now: datetime, prompt: str = "", problem: str = "") -> ArenaPage:
    """Return what the page shows right now; `prompt` is what was refused, with its problem."""
    return ArenaPage(
        themes=_themes(),
        opponents=len(battles.opponents(now=now)),
        starting=Deployment.objects.filter(state=Deployment.State.STARTING).count(),
        prepared=Battle.objects.prepared().count(),
        limit=settings.MAX_PROMPT_CHARACTERS,
        prompt=prompt[: 2 * settings.MAX_PROMPT_CHARACTERS],
        problem=problem,
    )


def _themes() -> tuple[Theme, ...]:
    """Return a few themes with a few prompts each, other ones each time."""
    by_theme: dict[str, list[Prompt]] = {}
    offered = Prompt.objects.offered()
    step = offered.count() // PROMPTS_READ + 1
    spread = offered.annotate(place=F("pk") % step).filter(place=random.randrange(step))
    for prompt in spread.order_by("pk"):
        by_theme.setdefault(prompt.theme, []).append(prompt)
    titles = sorted(random.sample(sorted(by_theme), min(THEMES, len(by_theme))))
    return tuple(Theme(title, _some(by_theme[title])) for title in titles)


def _some(prompts: list[Prompt]) -> tuple[Prompt, ...]:
    return tuple(random.sample(prompts, min(PROMPTS_A_THEME, len(prompts))))
