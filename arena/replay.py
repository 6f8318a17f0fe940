"""Computes everything published again from the votes, and compares it bit for bit.

The ledger is held against the votes, each groundwork and each snapshot against the prefix of the
ledger that it names. Nothing here repairs: a difference is told, and a new fit can be published.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from arena import groundwork, ledger, ratings, tally
from arena.models import Groundwork, LedgerEntry, Rating, RatingSnapshot, Vote
from arena.rules import VERSION

COMPARED = (
    "contender_id",
    "value",
    "lower",
    "upper",
    "elo",
    "votes",
    "wins",
    "rank_lower",
    "rank_pairwise",
    "chance_best",
    "group",
)
FAULTS_MAX = 20


@dataclass(slots=True)
class Report:
    """What was computed again, and what differed."""

    entries: int = 0
    groundworks: int = 0
    snapshots: int = 0
    older: int = 0  # snapshots that other arithmetic made, or none that names a ledger
    faults: list[str] = field(default_factory=list)


def check() -> Report:
    """Compare all of it."""
    report = Report()
    report.faults += _ledger_faults(report)
    for row in Groundwork.objects.filter(rules__version=VERSION).order_by("length", "pk"):
        report.groundworks += 1
        report.faults += _groundwork_faults(row)
    counted = tally.Tally()
    snapshots = RatingSnapshot.objects.filter(groundwork__rules__version=VERSION)
    report.older = RatingSnapshot.objects.count() - snapshots.count()
    snapshots = snapshots.select_related("groundwork")
    for snapshot in snapshots.order_by("length", "pk"):
        report.snapshots += 1
        counted.add(ledger.read(after=counted.length, upto=snapshot.length))
        counted.length = max(counted.length, snapshot.length)
        report.faults += _snapshot_faults(snapshot, counted.of())
    return report


def _ledger_faults(report: Report) -> Iterator[str]:
    """Tell where the ledger does not say what the votes say."""
    net: dict[int, int] = {}
    strangers: set[int] = set()  # votes that stand under another key than their voter's
    rows = LedgerEntry.objects.order_by("position").values_list(
        "position", "sign", "a", "b", "choice", "voter", "vote_id",
        "vote__choice", "vote__voter", "vote__battle__contender_a", "vote__battle__contender_b",
    )  # fmt: skip
    for position, sign, a, b, choice, voter, vote, *said in rows.iterator(chunk_size=10_000):
        report.entries += 1
        if position != report.entries:
            yield f"The ledger has no entry {report.entries}."
            return
        net[vote] = net.get(vote, 0) + sign
        if [choice, a, b] != [said[0], *said[2:]]:
            yield f"Entry {position} does not say what vote {vote} says."
        if voter == ledger.voter_number(str(said[1])):
            strangers.discard(vote)
        else:  # an earlier key, unless no later entry says otherwise
            strangers.add(vote)
        if net[vote] not in (0, 1):
            yield f"Entry {position} counts vote {vote} twice."
    for vote in sorted(each for each in strangers if net[each])[:FAULTS_MAX]:
        yield f"Vote {vote} and the ledger disagree about whose it is."
    entered = set(Vote.objects.filter(entered=1).values_list("pk", flat=True))
    for vote in sorted(entered ^ {vote for vote, times in net.items() if times})[:FAULTS_MAX]:
        yield f"Vote {vote} and the ledger disagree about whether it is entered."


def _groundwork_faults(row: Groundwork) -> Iterator[str]:
    rules = groundwork.rules_of(row)
    made = groundwork.compute(ledger.read(upto=row.length), rules)
    name = f"Groundwork {row.pk} of {row.length} entries"
    if made.elo != row.elo:
        yield f"{name}: Elo differs."
    if made.widening != row.widening:
        yield f"{name}: the widening of the intervals differs."
    for style in row.styles.all():
        if groundwork.packed(made.styles[style.category][1]) != bytes(style.arrays):
            yield f"{name}: style control of {style.category} differs."


def _snapshot_faults(snapshot: RatingSnapshot, counted: tally.Tallied) -> Iterator[str]:
    ground = snapshot.groundwork
    assert ground is not None  # noqa: S101 - the query asks for no others
    since = ledger.read(after=ground.length, upto=snapshot.length)
    again, _covariance = ratings.rate(counted, ground, since)
    rows = Rating.objects.filter(snapshot=snapshot).order_by("contender_id")
    kept = [tuple(getattr(row, name) for name in COMPARED) for row in rows]
    found = [tuple(getattr(row, name) for name in COMPARED) for row in again]
    if snapshot.votes != counted.votes:
        yield f"Snapshot {snapshot.pk} says {snapshot.votes} votes, the ledger {counted.votes}."
    if kept != found:
        differing = sum(one != other for one, other in zip(kept, found, strict=False))
        differing += abs(len(kept) - len(found))
        yield f"Snapshot {snapshot.pk}: {differing} of {len(kept)} ratings differ."
