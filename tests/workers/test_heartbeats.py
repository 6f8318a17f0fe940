"""Who is at work says so, and is forgotten when it has long gone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.conftest import NOON
from workers import heartbeats
from workers.heartbeats import Reporter
from workers.models import Heartbeat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_at_work(db: None) -> None:
    """Forget what a site of another test wrote into the same database."""
    Heartbeat.objects.all().delete()


class TestReport:
    def test_is_one_row_however_often(self) -> None:
        heartbeats.report(role="runs")
        heartbeats.report(role="runs")

        beat = Heartbeat.objects.get()
        assert beat.role == "runs"
        assert beat.beat_at > beat.started_at

    def test_forgets_those_that_are_long_gone(self) -> None:
        heartbeats.write(role="runs", name="old", now=timezone.now() - timedelta(hours=2))

        heartbeats.report(role="answers")

        assert Heartbeat.objects.get().role == "answers"

    def test_is_trusted_for_a_minute(self) -> None:
        heartbeats.write(role="runs", name="one", now=NOON)

        assert Heartbeat.objects.alive(now=NOON + timedelta(seconds=59)).exists()
        assert not Heartbeat.objects.alive(now=NOON + timedelta(seconds=61)).exists()


class TestReporter:
    def test_writes_no_more_often_than_is_worth_it(self) -> None:
        reporter = Reporter("engines")

        reporter.when_due()
        first = Heartbeat.objects.get().beat_at
        reporter.when_due()

        assert Heartbeat.objects.get().beat_at == first
