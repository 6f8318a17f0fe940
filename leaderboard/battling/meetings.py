"""How often contenders met in the arena and who won: counted votes only."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from django.db.models import Count

from arena.models import Vote
from evals.models import Contender


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two contenders' verdicts against each other."""

    first: Contender
    second: Contender
    first_wins: int
    second_wins: int
    ties: int
    both_bad: int

    @property
    def total(self) -> int:
        """Return how many counted votes there are."""
        return self.first_wins + self.second_wins + self.ties + self.both_bad


def between(contenders: Sequence[Contender]) -> list[Meeting]:
    """Return every pair's verdicts, in the order of the contenders; one query."""
    keys = [each.pk for each in contenders]
    told = (
        Vote.objects.counted()
        .filter(battle__contender_a__in=keys, battle__contender_b__in=keys)
        .values_list("battle__contender_a", "battle__contender_b", "choice")
        .annotate(votes=Count("pk"))
        .order_by()
    )
    counts: Counter[tuple[int, int, str]] = Counter()
    for a, b, choice, votes in told:
        counts[a, b, choice] += votes
    return [_meeting(first, second, counts) for first, second in combinations(contenders, 2)]


def _meeting(first: Contender, second: Contender, counts: Counter[tuple[int, int, str]]) -> Meeting:
    def told(choice: str, mirrored: str) -> int:
        return counts[first.pk, second.pk, choice] + counts[second.pk, first.pk, mirrored]

    return Meeting(
        first=first,
        second=second,
        first_wins=told(Vote.Choice.A, Vote.Choice.B),
        second_wins=told(Vote.Choice.B, Vote.Choice.A),
        ties=told(Vote.Choice.TIE, Vote.Choice.TIE),
        both_bad=told(Vote.Choice.BOTH_BAD, Vote.Choice.BOTH_BAD),
    )
