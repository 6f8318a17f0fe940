"""Whose turn is it: people take turns, each in the order of their own requests.

Round robin: whoever was served longest ago comes next, so a hundred requests of one person do not
stand before the first of another. Pure; the moments of service are any growing numbers from 0.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, zip_longest

NEVER = -1


@dataclass(frozen=True, slots=True)
class Request:
    """One run that waits."""

    run_id: int
    person: str
    queued_at: datetime
    base_id: int = 0  # the model whose server it needs


@dataclass(frozen=True, slots=True)
class Service:
    """When somebody was last served, and when before that."""

    latest: int
    before: int = NEVER


UNSERVED = Service(NEVER)
Served = Mapping[str, Service]


def rounds(waiting: Iterable[Request], served: Served) -> list[list[Request]]:
    """Return who is served, round by round: in each round everybody who waits, once."""
    own: dict[str, list[Request]] = defaultdict(list)
    for request in sorted(waiting, key=lambda each: (each.queued_at, each.run_id)):
        own[request.person].append(request)
    people = sorted(
        own,
        key=lambda person: (
            served.get(person, UNSERVED).latest,
            own[person][0].queued_at,
            own[person][0].run_id,
        ),
    )
    columns = zip_longest(*(own[person] for person in people))
    return [[each for each in column if each is not None] for column in columns]


def order(waiting: Iterable[Request], served: Served) -> list[Request]:
    """Return all requests as they will be served if nobody else comes."""
    return list(chain.from_iterable(rounds(waiting, served)))


def batch(waiting: Iterable[Request], served: Served) -> list[Request]:
    """Return the next request and those that may share its server.

    Sharing a server is cheap, but those who need another one stand still meanwhile: so each person
    rides along once, and only who has been served at most once since the first of the batch was.
    While somebody waits, nobody else is served more than twice.
    """
    turns = rounds(waiting, served)
    if not turns:
        return []
    first = turns[0][0]
    if len(turns[0]) == 1:
        return [each for each in chain.from_iterable(turns) if each.base_id == first.base_id]
    since = served.get(first.person, UNSERVED).latest
    return [
        each
        for each in turns[0]
        if each is first
        or (each.base_id == first.base_id and served.get(each.person, UNSERVED).before <= since)
    ]
