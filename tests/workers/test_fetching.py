"""A download that tells how far it is, and that a person can stop."""

import threading
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from evals import runs
from evals.models import EvalRun, RunLine, Suite
from tests import factories, standin_hub
from tests.conftest import NOON
from tests.evals import trees
from tests.standin_hub import Hub
from tests.workers.fake_engines import fresh
from workers import fetching
from workers.holding import Hold

REPO = "acme/heron"
PATIENCE_S = 20
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def standin(settings: Settings) -> Iterator[Hub]:
    with standin_hub.serve() as hub:
        settings.HUB_URL = hub.url
        yield hub


@pytest.fixture
def run(suite: Suite, standin: Hub, monkeypatch: pytest.MonkeyPatch) -> EvalRun:
    """Return a claimed run of a model whose weights arrive by half, and then not for a while."""
    monkeypatch.setattr(fetching, "LOOK_S", 0.05)
    weights = trees.model_files()["model.safetensors"]
    sha = standin.commit(REPO, {"model.safetensors": weights})
    standin.cuts, standin.pause_s = [len(weights) // 2], 1.5
    heron = factories.model(
        "Heron", source="HUB", locator=REPO, revision=sha, weight_bytes=len(weights)
    )
    queued = runs.enqueue(contender=heron, suite=suite, now=NOON)
    return runs.claim(run_id=queued.pk, owner="me", now=NOON)


class Watching(Hold):
    """A hold that writes down what the page shows whenever it is asked."""

    def __init__(self, run: EvalRun) -> None:
        super().__init__(run, stopping=threading.Event())
        self.run, self.seen = run, set[str]()

    def check(self) -> None:
        """Look at the page, then do what a hold does."""
        self.seen.add(fresh(self.run).stage)
        super().check()


class TestFetch:
    def test_shows_how_much_has_arrived_and_keeps_the_log_short(self, run: EvalRun) -> None:
        with Watching(run) as hold:
            fetching.fetch(run=run, layer=run.contender, hold=hold)

        assert any(stage.endswith(": 50 %") for stage in hold.seen)
        assert RunLine.objects.filter(run=run, text__contains="Fetching").count() == 1

    def test_stops_in_the_middle_when_somebody_wants_it(self, run: EvalRun) -> None:
        with Hold(run, stopping=threading.Event()) as hold:
            runs.request_cancel(run=run, now=NOON)

            with pytest.raises(runs.CancelRequested):
                fetching.fetch(run=run, layer=run.contender, hold=hold)
