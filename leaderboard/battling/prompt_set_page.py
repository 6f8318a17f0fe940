"""What staff see of prompt sets: each with its prompts and battles; and a form for one more."""

from dataclasses import dataclass

from django.db.models import Count

from arena.models import Battle, Prompt, PromptSet
from arena.models.battles import BattleQuerySet
from arena.prompts import BUILT_IN, BadPromptFile


@dataclass(frozen=True, slots=True)
class SetLine:
    """One set."""

    prompt_set: PromptSet
    prompts: int
    themes: int
    prepared: int  # answered battles over its prompts that wait for a judge
    battles: int  # over its prompts in all
    is_built_in: bool


@dataclass(frozen=True, slots=True)
class PromptSetPage:
    """Everything the template needs."""

    sets: tuple[SetLine, ...]
    key: str
    title: str
    problems: tuple[str, ...]  # of the file that was refused
    more: int


def read(*, key: str = "", title: str = "", refused: BadPromptFile | None = None) -> PromptSetPage:
    """Return all sets, and the form as it was filled in."""
    problems = refused.problems if refused else []
    return PromptSetPage(
        sets=tuple(lines()),
        key=key[:60],
        title=title[:120],
        problems=tuple(str(each) if each.line else each.sentence for each in problems),
        more=refused.more if refused else 0,
    )


def lines() -> list[SetLine]:
    """Return every set, in a fixed number of queries."""
    counted = Prompt.objects.order_by().values_list("prompt_set")
    sizes = {
        each: (prompts, themes)
        for each, prompts, themes in counted.annotate(
            prompts=Count("pk"), themes=Count("theme", distinct=True)
        )
    }
    prepared, battles = _battles(Battle.objects.prepared()), _battles(Battle.objects.blind())
    return [
        SetLine(
            prompt_set=each,
            prompts=sizes.get(each.pk, (0, 0))[0],
            themes=sizes.get(each.pk, (0, 0))[1],
            prepared=prepared.get(each.pk, 0),
            battles=battles.get(each.pk, 0),
            is_built_in=each.key == BUILT_IN,
        )
        for each in PromptSet.objects.order_by("key")
    ]


def _battles(found: BattleQuerySet) -> dict[int, int]:
    of_set = found.filter(turns__number=1, turns__source__isnull=False).order_by()
    counted = of_set.values_list("turns__source__prompt_set").annotate(count=Count("pk"))
    return dict(counted)
