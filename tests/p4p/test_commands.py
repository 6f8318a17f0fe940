"""The command line against a real server: what a person types, and what they read."""

import json
import stat
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from typer.testing import CliRunner, Result

from accounts import tokens
from accounts.models import User
from arena.models import Battle, Response, Turn, Vote
from evals import submissions
from evals.models import Contender, EvalRun, Submission
from p4p import memory, voting
from p4p.app import app
from p4p.site import Refused
from tests import factories
from tests.conftest import NOON
from tests.evals import trees
from tests.evals.orders import DIRECTORY

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("valkey"),
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume async"),
]


@pytest.fixture(autouse=True)
def site(
    live_server: LiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> str:
    """Point the command at a running server, and at a memory of its own."""
    settings.ALLOWED_HOSTS = ["*"]
    monkeypatch.setenv("P4P_CONFIG", str(tmp_path / "site.json"))
    monkeypatch.setenv("P4P_URL", live_server.url)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("P4P_TOKEN", raising=False)
    return live_server.url


@pytest.fixture
def secret() -> str:
    """Return a token that may do everything."""
    ada = User.objects.create_user("ada")
    return tokens.issue(user=ada, name="t", scopes=["read", "submit", "vote"], now=NOON)[1]


def typed(*words: str, said: str = "") -> Result:
    """Return what a command did; a refusal is kept as its exception."""
    return CliRunner().invoke(app, list(words), input=said)


def ranked() -> Contender:
    suite = factories.suite("zoo", benchmarks=1)
    heron = factories.model("Heron")
    factories.score(factories.run(heron, suite), suite.benchmarks.get(), 0.625)
    return heron


def submitted(**run: Any) -> Submission:
    heron, suite = factories.model("Heron"), factories.suite("zoo", benchmarks=1)
    made = factories.run(heron, suite, **run)
    return Submission.objects.create(contender=heron, run=made, created_at=NOON)


class TestLogin:
    def test_keeps_a_token_that_works_to_its_owner(self, secret: str) -> None:
        done = typed("login", "--token", secret)

        assert done.exit_code == 0
        assert memory.load().token == secret
        assert stat.S_IMODE(memory.path().stat().st_mode) == 0o600

    def test_keeps_no_token_that_does_not(self) -> None:
        done = typed("login", "--token", "p4p_nonsense")

        assert isinstance(done.exception, Refused)
        assert "not valid, or was revoked" in str(done.exception)
        assert not memory.path().exists()


class TestUpload:
    def test_has_an_adapter_of_this_machine_ranked(
        self, secret: str, tmp_path: Path, settings: Settings
    ) -> None:
        settings.VAR_DIR, settings.MODEL_ROOT = tmp_path / "var", [tmp_path / "root"]
        settings.DEFAULT_SUITE = factories.suite("tiny").key
        trees.write(tmp_path / "root" / DIRECTORY.locator, trees.model_files())
        submissions.submit(order=DIRECTORY, submitter=None, submitter_key="bob", now=NOON)
        trees.write(tmp_path / "mine", trees.adapter_files())
        typed("login", "--token", secret)

        done = typed("upload", str(tmp_path / "mine"), "--parent", "heron", "--name", "Mine")

        assert done.exception is None
        assert "mine: queued" in done.output
        assert Contender.objects.get(name="Mine").source == Contender.Source.UPLOAD

    def test_says_what_a_folder_lacks(self, tmp_path: Path) -> None:
        done = typed("upload", str(tmp_path), "--parent", "heron")

        assert isinstance(done.exception, Refused)
        assert "no adapter_config.json" in str(done.exception)


class TestBoard:
    def test_shows_values_with_their_errors(self) -> None:
        ranked()

        done = typed("board")

        assert "Heron" in done.output
        assert "0.625 ±0.030" in done.output

    def test_prints_csv_for_other_programs(self) -> None:
        ranked()

        lines = typed("board", "--csv").output.splitlines()

        assert len(lines) == 2
        assert "Heron" in lines[1]

    def test_says_when_nobody_is_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("P4P_URL", "http://127.0.0.1:9")

        done = typed("board")

        assert isinstance(done.exception, Refused)
        assert "Nobody answers there" in str(done.exception)


class TestSubmit:
    def test_tells_every_problem_in_the_sites_words(self) -> None:
        factories.suite("zoo")

        done = typed("submit", "../../etc/passwd", "--directory")

        assert isinstance(done.exception, Refused)
        assert "BAD_PATH" in str(done.exception)

    def test_acts_as_the_tokens_owner(
        self, secret: str, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.SUBMIT_POLICY = "signed-in"
        monkeypatch.setenv("P4P_TOKEN", secret)

        done = typed("submit", "a/b/c")

        assert "SIGN_IN_REQUIRED" not in str(done.exception)


class TestImport:
    def report(self, path: Path, **changed: Any) -> str:
        told = {
            "results": {"zoo_task_0": {"acc,none": 0.9, "acc_stderr,none": 0.01}},
            "n-shot": {"zoo_task_0": 0},
            "n-samples": {"zoo_task_0": {"original": 500, "effective": 500}},
            "config": {"limit": None},
            "samples": {"zoo_task_0": ["large"]},
        }
        file = path / "results.json"
        file.write_text(json.dumps(told | changed))
        return str(file)

    def test_has_scores_shown_as_reported(self, tmp_path: Path) -> None:
        heron = submitted().contender

        done = typed("import", self.report(tmp_path), "--of", heron.slug)

        assert "1 scores are shown as reported." in done.output
        assert heron.runs.latest("pk").evidence == EvalRun.Evidence.REPORTED

    def test_says_what_was_asked_otherwise(self, tmp_path: Path) -> None:
        file = self.report(tmp_path, **{"n-shot": {"zoo_task_0": 5}})

        done = typed("import", file, "--of", submitted().contender.slug)

        assert "asked with 5 shots, not 0" in str(done.exception)

    def test_refuses_a_file_that_is_none(self, tmp_path: Path) -> None:
        (tmp_path / "x.json").write_text("[1")

        assert isinstance(typed("import", str(tmp_path / "x.json"), "--of", "x").exception, Refused)


class TestStatus:
    def test_shows_every_benchmark(self) -> None:
        done = typed("status", str(submitted().pk))

        assert ": succeeded" in done.output
        assert "benchmark-0" in done.output

    def test_follows_to_the_end_and_fails_with_the_run(self) -> None:
        failed = submitted(state="FAILED", error_code="TOO_BIG", error_sentence="It is too big.")

        done = typed("status", str(failed.pk), "--follow")

        assert done.exit_code == 1
        assert "It is too big. (TOO_BIG)" in done.output

    def test_does_not_know_what_nobody_submitted(self) -> None:
        done = typed("status", "00000000-0000-0000-0000-000000000000")

        assert "NOT_FOUND" in str(done.exception)


class TestVote:
    def answered(self) -> None:
        """Answer the next battle, as a worker would."""
        while not (turn := Turn.objects.first()):
            time.sleep(0.02)
        for side, text in (("A", "Four."), ("B", "Five.")):
            Response.objects.create(turn=turn, side=side, text=text, finished_at=NOON)
        Battle.objects.update(state=Battle.State.READY)

    def test_shows_both_answers_and_reveals_after_the_verdict(self) -> None:
        for name in ("Heron", "Wren"):
            factories.deployment(factories.model(name))
        worker = threading.Thread(target=self.answered)
        worker.start()

        done = typed("vote", "What is 2 plus 2?", said="q\na\n")
        worker.join()

        assert done.exception is None
        assert "Four." in done.output
        assert "A was" in done.output
        assert Vote.objects.get().choice == "A"

    def test_says_when_nobody_can_answer(self) -> None:
        assert isinstance(typed("vote", "Hello").exception, Refused)


class TestEvents:
    def test_are_read_until_the_end(self) -> None:
        sent = 'retry: 1\n\nid: 1\nevent: text\ndata: {"side": "A", "text": "x"}\n\n: alive\n\n'

        read = list(voting.events(iter((sent + "event: end\ndata: {}\n\n").split("\n"))))

        assert read == [("text", {"side": "A", "text": "x"})]
