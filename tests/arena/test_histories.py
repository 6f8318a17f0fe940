"""History gets thinner with age, and never loses its newest."""

from datetime import UTC, datetime, timedelta

import pytest

from arena import histories
from arena.models import RatingSnapshot
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


def kept() -> list[datetime]:
    return list(RatingSnapshot.objects.order_by("created_at").values_list("created_at", flat=True))


class TestThin:
    def test_keeps_all_of_the_last_hour(self) -> None:
        for minute in range(50):
            factories.snapshot(created_at=NOW - timedelta(minutes=minute))

        assert histories.thin(now=NOW) == 0

    def test_keeps_the_last_of_an_hour_and_then_of_a_day(self) -> None:
        day, hour = timedelta(days=1), timedelta(hours=1)
        old = (NOW - 40 * day).replace(hour=3)
        yesterday = (NOW - day).replace(hour=3)
        moments = [old, old + hour, old + 2 * hour, yesterday, yesterday + hour / 2, NOW]
        for moment in moments:
            factories.snapshot(created_at=moment)

        assert histories.thin(now=NOW) == 3

        assert kept() == [old + 2 * hour, yesterday + hour / 2, NOW]

    def test_never_takes_the_newest(self) -> None:
        factories.snapshot(created_at=NOW - timedelta(days=50))
        factories.snapshot(created_at=NOW - timedelta(days=60))

        histories.thin(now=NOW)

        assert NOW - timedelta(days=60) in kept()
