"""Whether a vote counts: decided by rules when it is cast, changed later in one place only.

`judge` is asked once, at the vote. `exclude` and `restore` are the only way to change the answer
afterwards, and each writes a row of the public changelog in the same transaction. Nothing here
deletes a vote. A flag is a note for whoever reviews; a flagged vote counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from arena import changelog, identities, leaks
from arena.models import Battle, PublicEvent, Suspicion, Turn, Vote

DAY = timedelta(days=1)
HASTY_S = 2.0
ALIKE_PER_DAY = 2  # votes on one prompt and one pair that count
NO_REASON = gettext_noop("the rules leave it out.")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules say of a vote that is about to be cast."""

    exclusion: str = ""
    flags: list[str] = field(default_factory=list)
    dwell_s: float | None = None
    prompt_digest: str = ""


def because(exclusion: str) -> str:
    """Return why a vote does not count, as the end of a sentence; "" when it does."""
    if not exclusion:
        return ""
    known = exclusion in Vote.Exclusion.values
    return str(Vote.Exclusion(exclusion).label) if known else _(NO_REASON)


def judge(*, battle: Battle, voter: str, now: datetime) -> Judgement:
    """Say whether this voter's verdict on this battle counts, and what is noted about it."""
    turns = battle.exchanges()
    dwell_s = _dwell_s(battle, turns, now)
    today = Vote.objects.of_voter(voter).filter(cast_at__gte=now - DAY)
    cap = settings.VOTES_COUNTED_PER_DAY
    known = list(today.values_list("exclusion", flat=True)[: max(1, cap)])  # fewer: those are all
    is_own_prompt = bool(turns) and turns[0].source_id is None
    repeats = _repeats(today, turns[0].prompt) if is_own_prompt and known else []
    flags = []
    if dwell_s is not None and dwell_s < HASTY_S:
        flags.append(Vote.Flag.HASTY.value)
    if repeats:
        flags.append(Vote.Flag.REPEATED_PROMPT.value)
    pair = {battle.contender_a_id, battle.contender_b_id}
    is_duplicate = sum(set(each) == pair for each in repeats) >= ALIKE_PER_DAY
    digest = prompt_digest(turns[0].prompt) if is_own_prompt else ""
    refused = {
        Vote.Exclusion.DUPLICATE: is_duplicate,
        Vote.Exclusion.COMMON_PROMPT: _is_common(digest),
        Vote.Exclusion.DAILY_CAP: 0 < cap <= len(known) and today.counted().count() >= cap,
    }
    reasons = [reason for reason, holds in refused.items() if holds]
    return Judgement(_exclusion(battle, voter, turns, reasons), flags, dwell_s, digest)


def prompt_digest(prompt: str) -> str:
    """Return what stands for a prompt, whatever its case and spacing; it cannot be turned back."""
    text = " ".join(prompt.casefold().split())
    return salted_hmac("arena.exclusions", text, algorithm="sha256").hexdigest()[:32]


def exclude(*, votes: QuerySet[Vote], reason: str, sentence: str, now: datetime) -> int:
    """Have counted votes count no longer; say so in public; return how many they were."""
    with transaction.atomic():
        count = votes.filter(exclusion="").update(exclusion=reason)
        _publish(PublicEvent.Kind.EXCLUSION, count, reason=reason, sentence=sentence, now=now)
    return count


def restore(*, votes: QuerySet[Vote], reason: str, sentence: str, now: datetime) -> int:
    """Have votes that were left out for this reason count again; say so in public."""
    with transaction.atomic():
        count = votes.filter(exclusion=reason).update(exclusion="")
        _publish(PublicEvent.Kind.RESTORATION, count, reason=reason, sentence=sentence, now=now)
    return count


def _publish(kind: str, count: int, *, reason: str, sentence: str, now: datetime) -> None:
    """Tell the public changelog how many votes were changed, if any were."""
    if count:
        changelog.append(kind=kind, reason=reason, count=count, sentence=sentence, now=now)


def _repeats(votes: QuerySet[Vote], prompt: str) -> list[tuple[int, int]]:
    """Return the pairs of those votes whose battle began with the same prompt."""
    same = votes.filter(battle__turns__number=1, battle__turns__prompt=prompt)
    return list(same.values_list("battle__contender_a", "battle__contender_b"))


def _is_common(digest: str) -> bool:
    """Say whether enough votes count in which people sent this prompt."""
    limit = settings.VOTES_COUNTED_PER_PROMPT
    if not digest or not limit:
        return False
    return Vote.objects.counted().filter(prompt_digest=digest)[limit - 1 :].exists()


def _exclusion(battle: Battle, voter: str, turns: Sequence[Turn], reasons: Sequence[str]) -> str:
    """Return the first rule that leaves the vote out; "" when none does."""
    if _leaks(battle, turns):
        return Vote.Exclusion.IDENTITY_LEAK
    if not (battle.contender_a.is_listed and battle.contender_b.is_listed):
        return Vote.Exclusion.UNPUBLISHED
    if reasons:
        return reasons[0]
    if Suspicion.objects.holding().filter(voter=voter).exists():
        return Vote.Exclusion.ANOMALOUS
    return ""


def _leaks(battle: Battle, turns: Sequence[Turn]) -> bool:
    """Say whether any answer gave away who wrote it; what the prompts named gives nothing away."""
    names = identities.at_hand(battle.contender_a, battle.contender_b)
    asked = "\n".join(turn.prompt for turn in turns)
    return any(
        leaks.find(response.text, prompt=asked, names=names)
        for turn in turns
        for response in turn.responses.all()
    )


def _dwell_s(battle: Battle, turns: Sequence[Turn], now: datetime) -> float | None:
    """Return how long the voter had both answers before judging; None if that is not known."""
    finished = [each.finished_at for each in turns[-1].responses.all()] if turns else []
    since = max([*finished, battle.taken_at or battle.created_at])
    return max(0.0, (now - since).total_seconds())
