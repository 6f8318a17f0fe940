"""A judged battle as anyone with its address sees it: what was said, by whom, the verdict."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.text import Truncator

from arena.models import Rating, SharedBattle, Vote
from leaderboard.battle_page import Exchange, exchanges
from leaderboard.reveal import Card, cards


@dataclass(frozen=True, slots=True)
class SharedPage:
    """Everything the template needs."""

    address: str
    title: str
    summary: str
    label: str
    choice: str
    exchanges: tuple[Exchange, ...]
    cards: tuple[Card, Card]


def read(shared: SharedBattle, *, address: str) -> SharedPage:
    """Return what the page shows; nothing of who voted."""
    battle = shared.battle
    turns = battle.exchanges()
    vote = Vote.objects.get(battle=battle)
    a, b = battle.contender_a.name, battle.contender_b.name
    titles = {
        Vote.Choice.A.value: f"{a} beats {b}",
        Vote.Choice.B.value: f"{b} beats {a}",
        Vote.Choice.TIE.value: f"{a} and {b} drew",
    }
    return SharedPage(
        address=address,
        title=titles.get(vote.choice, f"Neither {a} nor {b}"),
        summary=f"A blind battle over: {Truncator(turns[0].prompt).chars(140)}",
        label=vote.get_choice_display(),
        choice=vote.choice,
        exchanges=exchanges(battle, turns),
        cards=cards(battle, Rating.objects.none(), minimum=settings.RATING_MIN_VOTES),
    )
