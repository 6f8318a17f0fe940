"""The one verdict of a battle, given before anything is revealed.

A vote is one transaction: the battle moves from READY to VOTED by a conditional UPDATE, and the
vote is one row under a unique constraint. The same choice again is the same vote. Nothing needs
Redis. Whether the vote counts is decided by `arena.exclusions`; either way it is kept.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from arena import elo, exclusions, ratings, rulings, writing
from arena.models import Battle, Vote, VoteEffect
from evals.failpoints import failpoint

ACCOUNT = "user-"  # how the keys of voters with an account begin


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote to be written, with what it does to both Elo ratings."""

    vote: Vote
    effect: VoteEffect


class VoteRejected(Exception):
    """No vote was recorded: a code, a sentence for the person, and the HTTP status it means."""

    code = "VOTE_REJECTED"
    status = 409

    @property
    def sentence(self) -> str:
        """Return what to tell the person."""
        return str(self)


class BadChoice(VoteRejected):
    """Not one of the four verdicts."""

    code, status = "BAD_CHOICE", 400


class NotYourBattle(VoteRejected):
    """Unknown to this voter, which is told like one that does not exist."""

    code, status = "NOT_FOUND", 404


class SignInRequired(VoteRejected):
    """This site takes votes from people with an account only."""

    code, status = "SIGN_IN_REQUIRED", 403


class VoterBlocked(VoteRejected):
    """Staff keep this voter away for a while; the text says until when and why."""

    code, status = "VOTER_BLOCKED", 403


class BattleNotReady(VoteRejected):
    """An answer is still missing."""

    code = "NOT_READY"


class BattleFailed(VoteRejected):
    """There will be no answers."""

    code = "BATTLE_FAILED"


class NothingToJudge(VoteRejected):
    """A conversation whose contenders were named, or a battle that its voter left."""

    code = "NOTHING_TO_JUDGE"


class AlreadyVoted(VoteRejected):
    """Another verdict stands."""

    code = "ALREADY_VOTED"


def cast(*, battle: Battle, voter: str, choice: str, now: datetime) -> Vote:
    """Record the one verdict of a battle, or raise a VoteRejected that says why not."""
    if choice not in Vote.Choice.values:
        raise BadChoice(_("Choose A, B, a tie, or both bad."))
    if not voter or battle.voter != voter:
        raise NotYourBattle(_("There is no such battle."))
    if settings.SIGN_IN_TO_VOTE and not voter.startswith(ACCOUNT):
        raise SignInRequired(_("Sign in to vote: this site counts one account as one voter."))
    if sentence := rulings.block_of(voter, now=now):
        raise VoterBlocked(sentence)
    judgement = exclusions.judge(battle=battle, voter=voter, now=now)
    vote = Vote(
        battle=battle,
        voter=voter,
        choice=choice,
        exclusion=judgement.exclusion,
        flags=judgement.flags,
        dwell_s=judgement.dwell_s,
        prompt_digest=judgement.prompt_digest,
        cast_at=now,
    )
    ballot = Ballot(vote, _effect(battle, Vote.Choice(choice)))
    return vote if writing.together(_write, ballot) else _standing(battle, choice)


def _write(ballots: Sequence[Ballot]) -> list[bool]:
    """Write the verdicts of battles that wait for one; say of each whether it was written."""
    judged = [_is_judged_now(ballot.vote) for ballot in ballots]
    written = list(itertools.compress(ballots, judged))
    for ballot in written:
        ballot.vote.pk = ballot.effect.pk = None  # of a try that was not kept
    VoteEffect.objects.bulk_create(ballot.effect for ballot in written)
    failpoint("vote-half-written")
    Vote.objects.bulk_create(ballot.vote for ballot in written)
    return judged


def _is_judged_now(vote: Vote) -> bool:
    """Move the battle on, and say whether this was what moved it."""
    ready = Battle.objects.filter(pk=vote.battle_id, voter=vote.voter, state=Battle.State.READY)
    return bool(ready.update(state=Battle.State.VOTED))


def _standing(battle: Battle, choice: str) -> Vote:
    """Return the vote that stands if it says the same, or raise why none can be cast."""
    battle.refresh_from_db()  # with nothing left of the vote that was not written
    if battle.state == Battle.State.ANSWERING:
        raise BattleNotReady(_("Wait until both answers are complete."))
    if battle.state == Battle.State.FAILED:
        raise BattleFailed(_("This battle failed, so there is nothing to judge."))
    if battle.state != Battle.State.VOTED:
        raise NothingToJudge(_("There is no vote here: its contenders were named, or you left it."))
    vote = Vote.objects.get(battle=battle)
    if vote.choice != choice:
        raise AlreadyVoted(_("You have judged this battle already."))
    return vote


def _effect(battle: Battle, choice: Vote.Choice) -> VoteEffect:
    """Tell what this verdict does to both Elo ratings, from the newest published ones."""
    before_a, before_b = ratings.elo_of(battle.contender_a_id, battle.contender_b_id)
    after_a, after_b = elo.update(
        before_a, before_b, ratings.SCORES[choice], k=settings.ELO_K, scale=settings.ELO_SCALE
    )
    return VoteEffect(
        battle=battle,
        elo_a_before=before_a,
        elo_a_after=after_a,
        elo_b_before=before_b,
        elo_b_after=after_b,
    )
