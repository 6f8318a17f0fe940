"""What the page of one battle shows: before the vote two answers, afterwards who wrote them.

Before the vote nothing here reads a contender, so no byte of the page can depend on one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.safestring import SafeString

from arena import exclusions, ratings, rendering
from arena.models import Battle, Rating, Response, Side, Vote
from leaderboard.reveal import Card, cards

RATINGS_FOLLOW = timedelta(seconds=20)  # how long after the vote the page asks for new ratings


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One side of one turn. Without text it is still being written."""

    side: str
    html: SafeString | None
    is_truncated: bool


@dataclass(frozen=True, slots=True)
class Exchange:
    """One prompt with its two answers."""

    number: int
    prompt: str
    answers: tuple[AnswerView, AnswerView]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The vote as its voter sees it, with who was who."""

    choice: str
    label: str
    excluded_because: str  # "" when it counts
    cards: tuple[Card, Card]
    is_rated: bool  # the published ratings include this vote
    is_awaited: bool  # they will soon: the page asks again


@dataclass(frozen=True, slots=True)
class BattlePage:
    """Everything the template needs."""

    id: str
    state: str
    exchanges: tuple[Exchange, ...]
    verdict: Verdict | None

    @property
    def is_answering(self) -> bool:
        """Say whether the answers are still being written."""
        return self.state == Battle.State.ANSWERING

    @property
    def is_ready(self) -> bool:
        """Say whether a vote can be cast."""
        return self.state == Battle.State.READY

    @property
    def is_failed(self) -> bool:
        """Say whether there will be no answers."""
        return self.state == Battle.State.FAILED


def read(battle: Battle, *, now: datetime) -> BattlePage:
    """Return what the page of this battle shows right now."""
    turns = battle.turns.order_by("number").prefetch_related("responses")
    return BattlePage(
        id=str(battle.pk),
        state=battle.state,
        exchanges=tuple(
            Exchange(turn.number, turn.prompt, _answers(list(turn.responses.all())))
            for turn in turns
        ),
        verdict=_verdict(battle, now) if battle.state == Battle.State.VOTED else None,
    )


def _answers(responses: list[Response]) -> tuple[AnswerView, AnswerView]:
    by_side = {each.side: each for each in responses}
    a, b = (_answer(side, by_side.get(side)) for side in Side.values)
    return a, b


def _answer(side: str, response: Response | None) -> AnswerView:
    if response is None:
        return AnswerView(side, None, is_truncated=False)
    return AnswerView(side, rendering.as_html(response.text), response.is_truncated)


def _verdict(battle: Battle, now: datetime) -> Verdict:
    vote = Vote.objects.get(battle=battle)
    snapshot = ratings.current()
    is_rated = snapshot is not None and snapshot.last_vote >= vote.pk
    published = Rating.objects.filter(snapshot=snapshot) if is_rated else Rating.objects.none()
    awaited = not is_rated and not vote.exclusion and now - vote.cast_at < RATINGS_FOLLOW
    return Verdict(
        choice=vote.choice,
        label=vote.get_choice_display(),
        excluded_because=exclusions.because(vote.exclusion),
        cards=cards(battle, published, minimum=settings.RATING_MIN_VOTES),
        is_rated=is_rated,
        is_awaited=awaited,
    )
