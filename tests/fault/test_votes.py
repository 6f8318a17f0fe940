"""An acknowledged vote is a row, and a battle has one, whatever is killed or away meanwhile."""

import random
import threading
import time
from collections import Counter
from contextlib import suppress

import httpx
import psutil
import pytest
from django.utils import timezone

from arena import ratings
from arena.models import Vote
from evals.models import Contender
from leaderboard.operations import backups
from tests import factories
from tests.fault import voting
from tests.fault.processes import Web, eventually

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 16


def ready(count: int) -> list[str]:
    a, b = factories.model(), factories.model()
    return voting.prepare(count, voter="ada", a=a, b=b)


def kill_one(site: Web) -> float:
    """Kill a random web process; return when."""
    with suppress(psutil.NoSuchProcess):
        random.choice(site.children()).kill()
    return time.monotonic()


@pytest.mark.fault("F01", "web process killed while 16 people vote")
def test_every_acknowledged_vote_is_one_row_though_web_processes_are_killed(
    site: Web, rounds: int, recovery: dict[str, float]
) -> None:
    voters = voting.voters(site.url, WRITERS, battles=40 * rounds, pause_s=0.05)
    slowest = 0.0

    with voting.working(voters):
        for _ in range(rounds):
            assert eventually(voting.go_on(voters))
            killed_at = kill_one(site)
            assert eventually(lambda: site.is_up() and len(site.children()) == 2)
            slowest = max(slowest, time.monotonic() - killed_at)
        assert eventually(voting.go_on(voters))

    acknowledged = voting.acknowledged(voters)
    stored = Counter(str(pk) for pk in Vote.objects.values_list("battle", flat=True))
    assert len(acknowledged) > WRITERS
    assert acknowledged <= set(stored)
    assert set(stored.values()) == {1}
    assert 500 not in voting.statuses(voters)
    ratings.refresh(now=timezone.now())
    backups.verify_ratings()
    recovery |= {"seconds": round(slowest, 1), "rounds": rounds}


@pytest.mark.fault("F04", "100 votes at once on one battle")
def test_of_a_hundred_votes_at_once_one_wins(site: Web) -> None:
    [battle] = ready(1)
    barrier = threading.Barrier(100)
    answers: list[tuple[str, int]] = []

    def cast(url: str, choice: str) -> None:
        with httpx.Client(headers=voting.token("ada"), timeout=60) as client:
            barrier.wait()
            answer = client.post(f"{url}/api/v1/battles/{battle}/vote", json={"choice": choice})
        answers.append((choice, answer.status_code))

    threads = [
        threading.Thread(target=cast, args=(site.url, choice), daemon=True)
        for choice in ["A", "B", "TIE", "BOTH_BAD"] * 25
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    winners = [choice for choice, status in answers if status == 201]
    assert len(answers) == 100
    assert [Vote.objects.get(battle__pk=battle).choice] == winners
    assert {status for choice, status in answers if choice == winners[0]} == {200, 201}
    assert {status for choice, status in answers if choice != winners[0]} == {409}


@pytest.mark.fault("F12", "Valkey is away")
def test_without_valkey_pages_votes_and_battles_go_on(site: Web) -> None:
    battles = ready(10)
    for contender in Contender.objects.all():
        factories.deployment(contender)
    with httpx.Client(base_url=f"{site.url}/api/v1", timeout=10) as client:
        read = [client.get(f"/{page}").status_code for page in ("board", "ratings", "contenders")]
        cast = [
            client.post(
                f"/battles/{battle}/vote", json={"choice": "B"}, headers=voting.token("ada")
            ).status_code
            for battle in battles
        ]
        started = client.post("/battles", json={"prompt": "Hello?"})

    assert read == [200] * 3
    assert cast == [201] * 10
    assert started.status_code == 201
