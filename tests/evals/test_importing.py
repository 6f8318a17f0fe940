"""Results that somebody has already: kept as reported where they were asked the same way."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from evals import importing
from evals.models import Checkpoint, Contender, EvalRun, Suite
from evals.problems import Refused
from evals.submissions import Submitter
from leaderboard.boards import board
from leaderboard.boards.arrangement import arrange
from leaderboard.boards.viewing import View
from tests import factories
from tests.conftest import NOON
from tests.leaderboard.conftest import plain_static_files  # noqa: F401 - applies itself

pytestmark = pytest.mark.django_db
ADA = Submitter(None, "ada")


def report(**changed: Any) -> dict[str, Any]:
    tasks = ("zoo_task_0", "zoo_task_1")
    told: dict[str, Any] = {
        "results": {task: {"acc,none": 0.9, "acc_stderr,none": 0.01} for task in tasks},
        "n-shot": dict.fromkeys(tasks, 0),
        "n-samples": {task: {"original": 500, "effective": 500} for task in tasks},
        "config": {"limit": None},
        "lm_eval_version": "0.4.13",
        "model_name": "acme/heron",
    }
    return told | changed


def keep(told: Any, suite: Suite, contender: Contender) -> importing.Imported:
    content = told if isinstance(told, bytes) else json.dumps(told).encode()
    return importing.keep(content=content, contender=contender, suite=suite, by=ADA, now=NOON)


class TestKeep:
    def test_makes_a_reported_run(self) -> None:
        suite, heron = factories.suite(), factories.model()

        imported = keep(report(), suite, heron)

        run = imported.submission.run
        assert (run.state, run.evidence) == (EvalRun.State.SUCCEEDED, "REPORTED")
        assert list(run.scores.values_list("value", "stderr", "samples")) == [(0.9, 0.01, 500)] * 2
        assert run.versions == {"lm_eval": "0.4.13", "model": "acme/heron"}

    @pytest.mark.parametrize(
        ("changed", "reason"),
        [
            ({"n-shot": {"zoo_task_0": 0, "zoo_task_1": 5}}, "5 shots, not 0"),
            ({"n-samples": {"zoo_task_0": {"effective": 500}}}, "how many questions"),
            ({"results": {"zoo_task_0": {"acc,none": 0.5}}}, "no task zoo_task_1"),
        ],
    )
    def test_passes_over_what_was_asked_another_way(
        self, changed: dict[str, Any], reason: str
    ) -> None:
        imported = keep(report(**changed), factories.suite(), factories.model())

        assert imported.scores == 1
        assert reason in imported.passed_over[0]
        states = imported.submission.run.checkpoints.order_by("pk").values_list("state", flat=True)
        assert list(states) == [Checkpoint.State.DONE, Checkpoint.State.WAITING]

    @pytest.mark.parametrize(
        ("told", "code"),
        [
            (b"", "FILE_UNREADABLE"),
            (b"[" * 100_000, "FILE_UNREADABLE"),
            (b"[]", "NOT_LM_EVAL"),
            (report(results={}), "NOTHING_MATCHES"),
            (report(config={"limit": 10}), "NOTHING_MATCHES"),
            (report(chat_template_sha="ab"), "NOTHING_MATCHES"),
            (report(results={"zoo_task_0": {"acc,none": float("nan")}}), "NOTHING_MATCHES"),
            (report(results={"zoo_task_0": {"acc,none": 90}}), "NOTHING_MATCHES"),
        ],
        ids=["empty", "deep", "list", "nothing", "limited", "chat", "NaN", "per cent"],
    )
    def test_refuses(self, told: Any, code: str) -> None:
        with pytest.raises(Refused) as refused:
            keep(told, factories.suite(), factories.model())

        assert refused.value.problems[0].code == code
        assert not EvalRun.objects.exists()


class TestBoard:
    def test_never_ranks_it_above_what_was_measured(self) -> None:
        suite = factories.suite()
        measured, reported = factories.model("Measured"), factories.model("Reported")
        run = factories.run(measured, suite)
        for each in suite.benchmarks.all():
            factories.score(run, each, 0.4)
        keep(report(), suite, reported)

        lines = arrange(board.read(suite=suite), View())

        assert [(line.row.name, line.place) for line in lines] == [
            ("Measured", 1),
            ("Reported", None),
        ]
        assert lines[1].row.is_reported

    def test_shows_what_was_measured_where_there_is_both(self) -> None:
        suite, heron = factories.suite(), factories.model()
        run = factories.run(heron, suite)
        for each in suite.benchmarks.all():
            factories.score(run, each, 0.4)
        keep(report(), suite, heron)

        row = board.read(suite=suite).rows[0]

        assert not row.is_reported
        assert {cell.value for cell in row.scores.values()} == {0.4}


class TestWays:
    def test_are_the_page_and_the_command(
        self, client: Client, tmp_path: Path, settings: Settings
    ) -> None:
        settings.DEFAULT_SUITE = factories.suite("tiny").key
        heron = factories.model()
        address = reverse("result-import", args=[heron.slug])
        file = SimpleUploadedFile("results.json", json.dumps(report()).encode())

        asked = client.get(address)
        answer = client.post(address, {"file": file})
        path = tmp_path / "results.json"
        path.write_text(json.dumps(report()))
        call_command("import_results", str(path), "--of", heron.slug)

        assert (asked.status_code, answer.status_code) == (200, 302)
        assert heron.runs.filter(evidence="REPORTED").count() == 2

    def test_refuse_with_the_reason(self, client: Client, settings: Settings) -> None:
        settings.DEFAULT_SUITE = factories.suite("tiny").key
        heron = factories.model()

        page = client.post(reverse("result-import", args=[heron.slug]), {})

        assert page.status_code == 400
        assert "FILE_UNREADABLE" in page.content.decode()
        with pytest.raises(CommandError, match="No contender"):
            call_command("import_results", __file__, "--of", "nobody")
