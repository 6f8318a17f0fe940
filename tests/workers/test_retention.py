"""What is too old goes, kind by kind; what anything rests on stays."""

import io
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from arena.models import Turn
from evals.models import EvalRun, Notice, Score, Submission
from tests import factories
from tests.conftest import NOON
from workers import retention

pytestmark = pytest.mark.django_db

YEAR = timedelta(days=365)


@pytest.fixture
def var(settings: Settings, tmp_path: Path) -> Path:
    """Keep files in a folder of the test's own."""
    settings.VAR_DIR, settings.SAMPLES_DIR = tmp_path, tmp_path / "samples"
    return tmp_path


def file(path: Path, *, age: timedelta = YEAR) -> Path:
    """Write a file that was last touched so long ago, with its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    moment = (timezone.now() - age).timestamp()
    for each in (path, path.parent):
        os.utime(each, (moment, moment))
    return path


def gone(*, is_dry: bool = False, now: datetime | None = None) -> dict[str, int]:
    """Apply it; return how many of each kind went."""
    parts = retention.apply(now=now or timezone.now(), is_dry=is_dry)
    return {part.name: part.count for part in parts}


class TestConversations:
    def test_are_kept_for_ever_unless_a_number_is_set(self, var: Path, settings: Settings) -> None:
        battle = factories.battle(voter="ada", state="ABANDONED")

        before = gone(now=NOON + 10 * YEAR)["conversations"]
        settings.CONVERSATIONS_KEPT_DAYS = 365

        assert before == 0
        assert gone(now=NOON + YEAR + timedelta(days=1))["conversations"] == 1
        assert Turn.objects.get(battle=battle).prompt == ""


class TestNotices:
    def test_go_once_they_were_sent(self, var: Path) -> None:
        run = factories.run(factories.model(), factories.suite())
        submission = Submission.objects.create(
            contender=run.contender, run=run, created_at=NOON, submitter_key="x"
        )
        fields = {"submission": submission, "kind": "EMAIL", "payload": {}, "created_at": NOON}
        Notice.objects.create(address="a@x.org", state="SENT", sent_at=NOON, due_at=NOON, **fields)
        waiting = Notice.objects.create(address="b@x.org", due_at=NOON, **fields)

        assert gone(now=NOON + timedelta(days=29))["notices"] == 0
        assert gone(now=NOON + timedelta(days=31))["notices"] == 1
        assert Notice.objects.get() == waiting


class TestLogs:
    def test_go_when_nobody_writes_to_them(self, var: Path) -> None:
        old = file(var / "logs" / "server-8101.log")
        new = file(var / "logs" / "web.log", age=timedelta(hours=1))

        assert gone()["logs"] == 1
        assert not old.exists()
        assert new.exists()


class TestSamples:
    def scored(self, var: Path, run: EvalRun) -> Score:
        kept = file(var / "samples" / f"run-{run.pk}-1" / "sums.parquet")
        path = kept.relative_to(var).as_posix()
        score = factories.score(run, run.suite.benchmarks.order_by("pk")[0], samples_path=path)
        assert isinstance(score, Score)
        return score

    def test_of_a_run_that_was_replaced_go(self, var: Path, settings: Settings) -> None:
        settings.SAMPLES_KEPT_DAYS = 30
        heron, suite = factories.model(), factories.suite()
        old, new = (self.scored(var, factories.run(heron, suite)) for _ in range(2))

        assert gone(now=timezone.now() + YEAR)["samples"] == 1

        old.refresh_from_db()
        assert old.samples_path == ""
        assert (var / new.samples_path).exists()

    def test_that_no_score_refers_to_go(self, var: Path) -> None:
        stray = file(var / "samples" / "run-999-1" / "sums.parquet")
        kept = self.scored(var, factories.run(factories.model(), factories.suite()))

        assert gone()["left-over files"] == 1
        assert not stray.exists()
        assert (var / kept.samples_path).exists()

    def test_of_a_run_under_way_stay(self, var: Path) -> None:
        run = factories.run(factories.model(), factories.suite(), state=EvalRun.State.QUEUED)
        stray = file(var / "samples" / f"run-{run.pk}-1" / "sums.parquet")

        gone()

        assert stray.exists()


class TestDownloads:
    def test_go_unless_a_server_holds_them(self, var: Path) -> None:
        held = factories.model(source="HUB", locator="lab/heron")
        factories.deployment(held)
        stays = file(var / "hub" / "models--lab--heron" / "model.safetensors")
        goes = file(var / "hub" / "models--lab--wren" / "model.safetensors")

        assert gone()["downloads"] == 1
        assert stays.exists()
        assert not goes.exists()

    def test_that_were_read_lately_stay(self, var: Path) -> None:
        file(var / "hub" / "models--lab--wren" / "config.json")
        file(var / "hub" / "models--lab--wren" / "model.safetensors", age=timedelta(days=1))

        assert gone()["downloads"] == 0


class TestDryRun:
    def test_says_what_would_go_and_changes_nothing(self, var: Path) -> None:
        old, out = file(var / "logs" / "old.log"), io.StringIO()

        call_command("apply_retention", "--dry-run", stdout=out)

        assert "logs: 1 would go, kept for 30 days" in out.getvalue()
        assert "conversations: 0 would go, kept for ever" in out.getvalue()
        assert old.exists()
