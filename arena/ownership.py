"""Whose battles and votes are whose: a browser's become a person's, a person's become nobody's.

Verdicts stay as they are; only the key beside them changes, in one transaction.
"""

from django.db import transaction

from arena import ledger
from arena.models import Battle, Report, Ruling, Suspicion, Vote


def adopt(*, voter: str, by: str) -> int:
    """Give a person what their browser judged before they signed in; return how many votes.

    A voter under suspicion stays who they were, and a block comes along: signing in is no way
    out of either.
    """
    if not voter or voter == by or Suspicion.objects.holding().filter(voter=voter).exists():
        return 0
    return _hand_over(voter, by)


def forget(*, voter: str, to: str) -> int:
    """Leave verdicts to a key that means nobody; return how many."""
    if not voter:
        return 0
    with transaction.atomic():
        Suspicion.objects.filter(voter=voter).update(voter=to)
        Report.objects.filter(reporter=voter).update(reporter=to)
        return _hand_over(voter, to)


def _hand_over(voter: str, to: str) -> int:
    with transaction.atomic():
        ledger.hand_over(voter=voter, to=to)
        Ruling.objects.filter(voter=voter).update(voter=to)
        Battle.objects.of_voter(voter).update(voter=to)
        return Vote.objects.of_voter(voter).update(voter=to)
