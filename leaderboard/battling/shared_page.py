"""A judged battle as anyone with its address sees it: what was said, by whom, the verdict."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from arena.models import Rating, SharedBattle, Vote
from leaderboard.battling.battle_page import Exchange, exchanges
from leaderboard.battling.reveal import Card, cards


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
    report_url: str


def read(shared: SharedBattle, *, address: str) -> SharedPage:
    """Return what the page shows; nothing of who voted."""
    battle = shared.battle
    turns = battle.exchanges()
    vote = Vote.objects.get(battle=battle)
    a, b = battle.contender_a.name, battle.contender_b.name
    titles = {
        Vote.Choice.A.value: _("%(first)s beats %(second)s") % {"first": a, "second": b},
        Vote.Choice.B.value: _("%(first)s beats %(second)s") % {"first": b, "second": a},
        Vote.Choice.TIE.value: _("%(first)s and %(second)s drew") % {"first": a, "second": b},
    }
    return SharedPage(
        address=address,
        title=titles.get(
            vote.choice, _("Neither %(first)s nor %(second)s") % {"first": a, "second": b}
        ),
        summary=_("A blind battle over: %(prompt)s")
        % {"prompt": Truncator(turns[0].prompt).chars(140)},
        label=vote.get_choice_display(),
        choice=vote.choice,
        exchanges=exchanges(battle, turns),
        cards=cards(battle, Rating.objects.none(), minimum=settings.RATING_MIN_VOTES),
        report_url=reverse("shared-report", args=[shared.key]),
    )
