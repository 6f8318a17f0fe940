"""What a battle looks like as JSON: no name, no number that tells a name, before the vote."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import ConfigDict

from arena import exclusions
from arena.models import Battle, Feedback, Response, Side, Turn, Vote, VoteEffect
from leaderboard.api.choices import one_of
from leaderboard.battling.reveal import elo_changes

REASONS = Feedback.Reason.values


class BattleIn(Schema):
    """What to ask."""

    model_config = ConfigDict(extra="forbid")

    prompt: str = Field(description="The prompt that both contenders answer.")


class VoteIn(Schema):
    """The verdict."""

    model_config = ConfigDict(extra="forbid")

    choice: Literal["A", "B", "TIE", "BOTH_BAD"] = Field(description="Which answer is better.")


class ConversationIn(Schema):
    """Whom to ask by name, and what."""

    model_config = ConfigDict(extra="forbid")

    prompt: str = Field(description="The prompt.")
    contenders: list[str] = Field(description="One slug for a chat, two for side by side.")


class FeedbackIn(Schema):
    """Why the verdict was what it was."""

    model_config = ConfigDict(extra="forbid")

    a: list[str] = Field(default=[], description=f"Reasons for A: {', '.join(REASONS)}.")
    b: list[str] = Field(default=[], description="Reasons for B, of the same list.")
    comment: str = Field(default="", description="At most 2,000 characters.")


class SharedOut(Schema):
    """Where anyone can read a shared battle."""

    url: str


class AnswerOut(Schema):
    """One finished answer."""

    text: str
    is_truncated: bool = Field(description="It met the length limit, equal for both sides.")


class TurnOut(Schema):
    """One prompt with its two answers."""

    number: int
    prompt: str
    answers: dict[Side, AnswerOut] = Field(description="By side; empty until both are complete.")
    is_stopped: bool = Field(description="Its person pressed stop, which cuts all sides alike.")
    is_void: bool = Field(description="No answers came: it does not count, nobody remembers it.")


class UnmaskedOut(Schema):
    """Who wrote one side."""

    slug: str
    name: str
    kind: str
    elo_before: float | None = Field(description="Online Elo before this vote.")
    elo_after: float | None = Field(description="Online Elo after this vote.")


class VerdictOut(Schema):
    """The vote, and what it told."""

    choice: str = Field(json_schema_extra=one_of(Vote.Choice))
    cast_at: datetime
    is_counted: bool
    exclusion: str = Field(description='Code of the rule that leaves it out; "" when it counts.')
    excluded_because: str = Field(description='Why it does not count; "" when it does.')
    contenders: dict[Side, UnmaskedOut]


class BattleOut(Schema):
    """A battle as its voter sees it."""

    id: UUID
    mode: str = Field(json_schema_extra=one_of(Battle.Mode))
    state: str = Field(json_schema_extra=one_of(Battle.State))
    turns: list[TurnOut]
    vote: VerdictOut | None = Field(description="Null until the vote is cast: no names before.")


class StartedOut(BattleOut):
    """A new battle, with the proof that it is the caller's."""

    token: str = Field(description="Send it as `Authorization: Bearer …` to read, vote, ask again.")


def battle_out(battle: Battle, vote: Vote | None = None) -> BattleOut:
    """Return what the voter of a battle may know right now."""
    return BattleOut(
        id=battle.pk,
        mode=battle.mode,
        state=battle.state,
        turns=[_turn(turn) for turn in battle.exchanges()],
        vote=_verdict(battle, vote) if battle.state == Battle.State.VOTED else None,
    )


def started_out(battle: Battle, *, token: str) -> StartedOut:
    """Return a battle that has just begun."""
    return StartedOut(token=token, **battle_out(battle).model_dump())


def _turn(turn: Turn) -> TurnOut:
    return TurnOut(
        number=turn.number,
        prompt=turn.prompt,
        answers={Side(each.side): _answer(each) for each in turn.responses.all()},
        is_stopped=turn.stopped_at is not None,
        is_void=bool(turn.error_code),
    )


def _answer(response: Response) -> AnswerOut:
    return AnswerOut(text=response.text, is_truncated=response.is_truncated)


def _verdict(battle: Battle, vote: Vote | None) -> VerdictOut:
    vote = vote or Vote.objects.get(battle=battle)
    effect: VoteEffect | None = getattr(battle, "effect", None)  # at hand if it was just cast
    changes = elo_changes(effect)
    pair = (battle.contender_a, battle.contender_b)
    return VerdictOut(
        choice=vote.choice,
        cast_at=vote.cast_at,
        is_counted=not vote.exclusion,
        exclusion=vote.exclusion,
        excluded_because=exclusions.because(vote.exclusion),
        contenders={
            side: UnmaskedOut(
                slug=contender.slug,
                name=contender.name,
                kind=contender.kind,
                elo_before=change.before if change else None,
                elo_after=change.after if change else None,
            )
            for side, contender, change in zip(Side, pair, changes, strict=True)
        },
    )
