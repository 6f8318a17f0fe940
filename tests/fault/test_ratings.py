"""F41: a rating job that is killed or runs twice never shows half a snapshot."""

import signal
import subprocess
import sys
import threading

import pytest
from django.db import connections
from django.utils import timezone

from arena import ratings
from arena.models import Rating, RatingSnapshot
from leaderboard.operations import backups
from tests import factories
from tests.fault.processes import Place
from tests.tree import ROOT

pytestmark = pytest.mark.django_db(transaction=True)

REFRESH = """
import django; django.setup()
from django.utils import timezone
from arena import ratings
ratings.refresh(now=timezone.now())
"""


def vote(count: int) -> None:
    a, b = factories.model(), factories.model()
    for _ in range(count):
        factories.vote(factories.battle(a, b))


@pytest.mark.fault("F41", "rating job killed while it writes")
def test_a_refresh_that_is_killed_leaves_the_earlier_snapshot_whole(place: Place) -> None:
    vote(3)
    ratings.refresh(now=timezone.now())
    before = ratings.current()
    vote(2)

    variables = {
        "FAILPOINTS": "ratings-half-written=kill", "DJANGO_SETTINGS_MODULE": "leaderboard.settings"
    }  # fmt: skip
    killed = subprocess.run(
        [sys.executable, "-c", REFRESH], cwd=ROOT, env=place.variables(**variables), check=False
    )

    assert killed.returncode == -signal.SIGKILL
    assert ratings.current() == before
    assert not Rating.objects.exclude(snapshot=before).exists()
    ratings.refresh(now=timezone.now())
    backups.verify_ratings()


@pytest.mark.fault("F41", "rating jobs twice at once")
def test_two_refreshes_at_once_publish_whole_snapshots() -> None:
    vote(5)
    errors: list[Exception] = []

    def refresh() -> None:
        try:
            ratings.refresh(now=timezone.now())
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=refresh) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert RatingSnapshot.objects.count() >= 1
    for snapshot in RatingSnapshot.objects.all():
        assert snapshot.ratings.count() == 2
    backups.verify_ratings()
