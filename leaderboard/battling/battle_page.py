"""What the page of one battle shows: before the vote two answers, afterwards who wrote them.

Before the vote nothing here reads a contender, so no byte of the page can depend on one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString

from arena import exclusions, ratings, rendering, sharing
from arena.battles import STOPPED
from arena.models import Battle, Feedback, Rating, Response, Turn, Vote
from leaderboard.battling.reveal import Card, cards

RATINGS_FOLLOW = timedelta(seconds=20)  # how long after the vote the page asks for new ratings


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One side of one turn. Without text it is still being written."""

    side: str
    html: SafeString | None
    is_truncated: bool


@dataclass(frozen=True, slots=True)
class Exchange:
    """One prompt with its answers; two, or one in a direct chat."""

    number: int
    prompt: str
    answers: tuple[AnswerView, ...]
    is_stopped: bool = False  # its person pressed stop, which cut all sides alike
    is_void: bool = False  # no answers came: it does not count and nobody remembers it


@dataclass(frozen=True, slots=True)
class ReasonView:
    """One reason that can be given, and the sides it was given for."""

    code: str
    label: str
    is_for_a: bool
    is_for_b: bool


@dataclass(frozen=True, slots=True)
class NameView:
    """Who answers on a side of a conversation that hides nobody."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The vote as its voter sees it, with who was who."""

    choice: str
    label: str
    excluded_because: str  # "" when it counts
    cards: tuple[Card, Card]
    is_rated: bool  # the published ratings include this vote
    is_awaited: bool  # they will soon: the page asks again
    reasons: tuple[ReasonView, ...]
    comment: str
    is_explained: bool  # reasons or a comment were given
    shared_key: str  # of its public address; "" while it is not shared


@dataclass(frozen=True, slots=True)
class BattlePage:
    """Everything the template needs."""

    id: str
    state: str
    exchanges: tuple[Exchange, ...]
    verdict: Verdict | None
    mode: str
    names: dict[str, NameView]  # by side; empty while they are hidden
    error_code: str
    limit: int  # characters of a prompt
    turns_left: int
    report_url: str

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

    @property
    def is_left(self) -> bool:
        """Say whether its voter left it without a verdict."""
        return self.state == Battle.State.ABANDONED

    @property
    def is_stopped(self) -> bool:
        """Say whether it was stopped before the first word."""
        return self.error_code == STOPPED

    @property
    def is_blind(self) -> bool:
        """Say whether it is a battle, not a conversation by name."""
        return self.mode == Battle.Mode.BATTLE

    @property
    def is_chat(self) -> bool:
        """Say whether only one contender answers."""
        return self.mode == Battle.Mode.CHAT

    @property
    def is_erased(self) -> bool:
        """Say whether its person, or time, has deleted what was said."""
        return not any(each.prompt for each in self.exchanges)

    @property
    def can_erase(self) -> bool:
        """Say whether there is something to delete and nothing left to wait for or to judge."""
        return self.state not in (Battle.State.ANSWERING, Battle.State.READY) and not self.is_erased

    @property
    def can_ask(self) -> bool:
        """Say whether another prompt can follow now."""
        is_resting = self.state in (Battle.State.READY, Battle.State.ANSWERED)
        return is_resting and self.turns_left > 0 and not self.is_erased


def read(battle: Battle, *, now: datetime) -> BattlePage:
    """Return what the page of this battle shows right now."""
    turns = battle.exchanges()
    return BattlePage(
        id=str(battle.pk),
        state=battle.state,
        exchanges=exchanges(battle, turns),
        verdict=_verdict(battle, now) if battle.state == Battle.State.VOTED else None,
        mode=battle.mode,
        names={} if battle.is_blind else _names(battle),
        error_code=battle.error_code,
        limit=settings.MAX_PROMPT_CHARACTERS,
        turns_left=settings.MAX_TURNS - len(turns),
        report_url=reverse("battle-report", args=[battle.pk]),
    )


def exchanges(battle: Battle, turns: Sequence[Turn]) -> tuple[Exchange, ...]:
    """Return what was said, prompt by prompt."""
    return tuple(
        Exchange(
            number=turn.number,
            prompt=turn.prompt,
            answers=_answers(battle, list(turn.responses.all())),
            is_stopped=turn.stopped_at is not None,
            is_void=bool(turn.error_code),
        )
        for turn in turns
    )


def _names(battle: Battle) -> dict[str, NameView]:
    pair = zip(battle.sides, (battle.contender_a, battle.contender_b), strict=False)
    return {
        str(side): NameView(each.name, reverse("contender-detail", args=[each.slug]))
        for side, each in pair
    }


def _answers(battle: Battle, responses: list[Response]) -> tuple[AnswerView, ...]:
    by_side = {each.side: each for each in responses}
    return tuple(_answer(str(side), by_side.get(side)) for side in battle.sides)


def _answer(side: str, response: Response | None) -> AnswerView:
    if response is None:
        return AnswerView(side, None, is_truncated=False)
    return AnswerView(side, rendering.as_html(response.text), response.is_truncated)


def _verdict(battle: Battle, now: datetime) -> Verdict:
    vote = Vote.objects.get(battle=battle)
    snapshot = ratings.current()
    is_rated = snapshot is not None and snapshot.last_vote >= vote.pk
    published = Rating.objects.filter(snapshot=snapshot) if is_rated else Rating.objects.none()
    told = Feedback.objects.filter(vote=vote).first()
    awaited = not is_rated and not vote.exclusion and now - vote.cast_at < RATINGS_FOLLOW
    return Verdict(
        choice=vote.choice,
        label=vote.get_choice_display(),
        excluded_because=exclusions.because(vote.exclusion),
        cards=cards(battle, published, minimum=settings.RATING_MIN_VOTES),
        is_rated=is_rated,
        is_awaited=awaited,
        reasons=_reasons(told),
        comment=told.comment if told else "",
        is_explained=told is not None,
        shared_key=sharing.address_of(battle),
    )


def _reasons(told: Feedback | None) -> tuple[ReasonView, ...]:
    a, b = (told.reasons_a, told.reasons_b) if told else ([], [])
    return tuple(
        ReasonView(code, str(label), code in a, code in b)
        for code, label in Feedback.Reason.choices
    )
