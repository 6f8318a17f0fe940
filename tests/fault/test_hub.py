"""A hub in trouble while a run wants its files: the right code, and another try where it helps."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from evals import hub, repeats, submissions
from evals.models import EvalRun, Submission
from evals.submissions import Order
from tests import factories, standin_hub
from tests.conftest import NOON
from tests.evals import trees
from tests.standin_hub import Hub
from tests.workers.fake_engines import FakeHarness, execute, fresh
from workers import execution

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("workplace")]

REPO = "acme/heron"
WEIGHTS = "model.safetensors"
WHOLE = trees.model_files()[WEIGHTS]
Trouble = Callable[[Hub], None]


def status(number: int) -> Trouble:
    return lambda hub: setattr(hub, "status", number)


def silence(hub: Hub) -> None:
    hub.delay_s = 2.0


def deletion(hub: Hub) -> None:
    del hub.repos[REPO]


TROUBLES = {
    "refuses with 401": (status(401), "FAILED", "NOT_FOUND"),
    "refuses with 403, gated": (status(403), "FAILED", "GATED"),
    "answers 404": (status(404), "FAILED", "NOT_FOUND"),
    "lost the repository after it was submitted": (deletion, "FAILED", "NOT_FOUND"),
    "answers 429": (status(429), "QUEUED", "HUB_UNREACHABLE"),
    "answers 500": (status(500), "QUEUED", "HUB_UNREACHABLE"),
    "is silent past the timeout": (silence, "QUEUED", "HUB_UNREACHABLE"),
}
DAMAGES = {
    "cut short": WHOLE[:-8],
    "with one bit flipped": WHOLE[:-1] + bytes([WHOLE[-1] ^ 1]),
    "that are something else": b"<html>Please sign in</html>".ljust(len(WHOLE)),
}


@pytest.fixture
def workplace(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.VAR_DIR = tmp_path
    settings.SAMPLES_DIR = tmp_path / "samples"
    settings.DEFAULT_SUITE = "tiny"
    settings.MAX_ATTEMPTS = 2
    monkeypatch.setattr(hub, "TIMEOUT_S", 0.5)
    monkeypatch.setattr(execution, "REST_S", 60.0)  # one try at a time
    execution.stopping.clear()


@pytest.fixture
def standin(settings: Settings) -> Iterator[Hub]:
    with standin_hub.serve() as serving:
        settings.HUB_URL = serving.url
        yield serving


@pytest.fixture
def submission(standin: Hub) -> Submission:
    """Return a submission of a repository, whose server answers already."""
    factories.suite("tiny")
    standin.commit(REPO, trees.model_files())
    order = Order(kind="MODEL", source="HUB", locator=REPO)
    accepted = submissions.submit(order=order, submitter=None, submitter_key="ada", now=NOON)
    contender = accepted.submission.contender
    factories.deployment(contender, answered_at=NOON)
    return accepted.submission


def tried(run: EvalRun) -> EvalRun:
    """Return a run after one more try."""
    execute(FakeHarness())
    return fresh(run)


def named(faults: dict[str, object], code: str, what: str) -> list[object]:
    marks = {each: pytest.mark.fault(code, what.format(each)) for each in faults}
    return [pytest.param(each, marks=marks[each]) for each in faults]


@pytest.mark.parametrize("name", named({**TROUBLES}, "F37", "the hub {}"))
def test_a_hub_in_trouble_is_told_by_its_code(
    standin: Hub, submission: Submission, client: Client, name: str
) -> None:
    cause, state, code = TROUBLES[name]
    cause(standin)

    ended = tried(submission.run)

    assert (ended.state, ended.error_code) == (state, code)
    page = client.get(f"/submissions/{submission.pk}/").content.decode()
    assert ended.error_sentence.split(":")[0] in page
    if state == "QUEUED":
        standin.status, standin.delay_s = None, 0.0
        assert tried(submission.run).state == "SUCCEEDED"


@pytest.mark.parametrize("name", named({**DAMAGES}, "F38", "weights arrive {}"))
def test_damaged_weights_are_purged_and_fetched_again(
    standin: Hub, submission: Submission, tmp_path: Path, name: str
) -> None:
    run = submission.run
    standin.damage = {WEIGHTS: DAMAGES[name]}

    first, second = tried(run), tried(run)

    assert (first.state, first.error_code) == ("QUEUED", "CORRUPT_WEIGHTS")
    assert (second.state, second.error_code) == ("FAILED", "CORRUPT_WEIGHTS")
    assert not list((tmp_path / "hub").rglob(WEIGHTS))
    standin.damage = {}
    repeats.resume(run=second, now=NOON + timedelta(minutes=1))
    assert tried(run).state == "SUCCEEDED"
