"""Hub repositories, against a stand-in hub on loopback: resolved, read, refused, downloaded."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from evals import downloads, files, hub, inspection, submissions
from evals.models import Contender, EvalRun, Suite
from evals.problems import Refused, Unavailable
from evals.submissions import Accepted, Order
from tests import standin_hub
from tests.conftest import NOON
from tests.evals import trees
from tests.standin_hub import Hub

REPO = "acme/heron"


@pytest.fixture
def standin(settings: Settings, tmp_path: Path) -> Iterator[Hub]:
    with standin_hub.serve() as hub:
        settings.HUB_URL = hub.url
        settings.VAR_DIR = tmp_path
        yield hub


def submit(**fields: Any) -> Accepted:
    order = replace(Order(kind="MODEL", source="HUB", locator=REPO), **fields)
    return submissions.submit(order=order, submitter=None, submitter_key="ada", now=NOON)


def code_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.problems[0].code


class TestLookUp:
    @pytest.mark.parametrize("revision", ["", "main", "v1", "feature/a"])
    def test_pins_a_name_to_its_commit(self, standin: Hub, revision: str) -> None:
        sha = standin.commit(REPO, trees.model_files(), branch=revision or "main")

        repository = hub.look_up(REPO, revision=revision)

        assert repository.revision == sha
        assert repository.licence == "apache-2.0"

    def test_reads_headers_only_and_by_range(self, standin: Hub) -> None:
        standin.commit(REPO, trees.model_files())

        facts = inspection.model(hub.look_up(REPO, revision=""))

        assert facts.parameters == trees.PARAMETERS

    def test_reads_right_from_a_server_without_ranges(self, standin: Hub) -> None:
        standin.commit(REPO, {"a.txt": b"0123456789"})
        standin.has_ranges = False

        assert hub.look_up(REPO, revision="").read("a.txt", 2, 3) == b"234"

    @pytest.mark.parametrize(
        ("status", "code"),
        [(401, "NOT_FOUND"), (403, "GATED"), (429, "HUB_UNREACHABLE"), (500, "HUB_UNREACHABLE")],
    )
    def test_says_what_the_hub_answered(self, standin: Hub, status: int, code: str) -> None:
        standin.status = status

        with pytest.raises(Refused) as refused:
            hub.look_up(REPO, revision="")

        assert code_of(refused) == code

    def test_says_that_a_hub_is_away(self, settings: Settings) -> None:
        settings.HUB_URL = "http://127.0.0.1:9"

        with pytest.raises(Refused) as refused:
            hub.look_up(REPO, revision="")

        assert (code_of(refused), refused.value.status) == ("HUB_UNREACHABLE", 503)


@pytest.mark.django_db
class TestSubmit:
    def test_runs_the_commit_that_the_branch_named_then(self, standin: Hub, suite: Suite) -> None:
        first = standin.commit(REPO, trees.model_files())
        accepted = submit(revision="main")

        standin.commit(REPO, trees.model_files(vocab_size=16))

        accepted.submission.contender.refresh_from_db()
        assert accepted.submission.contender.revision == first

    def test_returns_the_same_contender_for_the_same_commit(
        self, standin: Hub, suite: Suite
    ) -> None:
        sha = standin.commit(REPO, trees.model_files())

        once, again = submit(revision="main"), submit(revision=sha)

        assert (once.is_new, again.is_new) == (True, False)
        assert again.submission == once.submission

    def test_stacks_an_adapter_on_a_model_of_the_hub(self, standin: Hub, suite: Suite) -> None:
        standin.commit(REPO, trees.model_files())
        standin.commit("acme/sums", trees.adapter_files())
        parent = submit().submission.contender

        accepted = submit(kind="ADAPTER", locator="acme/sums", parent_slug=parent.slug)

        assert accepted.submission.contender.name == "heron + sums"
        assert accepted.submission.contender.serving == Contender.Serving.CONCATENATED

    @pytest.mark.parametrize(
        ("revision", "code", "field"),
        [
            ("nowhere", "REVISION_NOT_FOUND", "revision"),
            ("a" * 40, "REVISION_NOT_FOUND", "revision"),
        ],
    )
    def test_names_a_revision_that_is_not_there(
        self, standin: Hub, suite: Suite, revision: str, code: str, field: str
    ) -> None:
        standin.commit(REPO, trees.model_files())

        with pytest.raises(Refused) as refused:
            submit(revision=revision)

        problem = refused.value.problems[0]
        assert (problem.code, problem.field) == (code, field)
        assert revision in problem.sentence
        assert not EvalRun.objects.exists()

    def test_tells_how_to_open_a_gated_repository(self, standin: Hub, suite: Suite) -> None:
        standin.commit(REPO, trees.model_files())
        standin.repos[REPO].is_gated = True

        with pytest.raises(Refused) as refused:
            submit()

        assert code_of(refused) == "GATED"
        assert "accept its terms" in str(refused.value)

    @pytest.mark.parametrize("locator", ["acme/nothing", REPO])
    def test_treats_a_private_repository_like_a_missing_one(
        self, standin: Hub, suite: Suite, locator: str
    ) -> None:
        standin.commit(REPO, trees.model_files())
        standin.repos[REPO].is_private = True

        with pytest.raises(Refused) as refused:
            submit(locator=locator)

        assert code_of(refused) == "NOT_FOUND"


@pytest.mark.django_db
class TestFetch:
    def test_brings_weights_and_never_code_or_pickles(self, standin: Hub, suite: Suite) -> None:
        extra = {"modeling_x.py": b"boom()", "pytorch_model.bin": b"pickle", "onnx/a.json": b"{}"}
        standin.commit(REPO, trees.model_files() | extra)
        contender = submit().submission.contender

        folder = files.fetch(contender)

        assert {path.name for path in folder.rglob("*")} == set(trees.model_files())

    def test_says_that_a_repository_has_gone(self, standin: Hub, suite: Suite) -> None:
        standin.commit(REPO, trees.model_files())
        contender = submit().submission.contender
        del standin.repos[REPO]

        with pytest.raises(Unavailable) as missing:
            files.fetch(contender)

        assert (missing.value.code, missing.value.is_transient) == ("NOT_FOUND", False)

    def test_says_that_a_hub_is_away_for_now(self, standin: Hub, suite: Suite) -> None:
        standin.commit(REPO, trees.model_files())
        contender = submit().submission.contender
        standin.status = 500

        with pytest.raises(Unavailable) as missing:
            files.fetch(contender)

        assert (missing.value.code, missing.value.is_transient) == ("HUB_UNREACHABLE", True)


class TestCut:
    def test_goes_on_where_the_connection_ended(self, standin: Hub) -> None:
        weights = trees.model_files()["model.safetensors"]
        sha = standin.commit(REPO, {"model.safetensors": weights})
        arrived = len(weights) // 2
        standin.cuts = [arrived]

        whole = hub.download(REPO, revision=sha) / "model.safetensors"

        assert set(standin.ranges) == {f"bytes={arrived}-"}
        assert whole.read_bytes() == weights

    def test_goes_on_with_what_another_worker_has_left(
        self, standin: Hub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        weights = trees.model_files()["model.safetensors"]
        sha = standin.commit(REPO, {"model.safetensors": weights})
        arrived = len(weights) // 2
        standin.cuts = [arrived]
        monkeypatch.setattr(downloads, "sleep", give_up)

        with pytest.raises(KeyboardInterrupt):
            hub.download(REPO, revision=sha)
        half = hub.arrived_bytes(REPO, revision=sha)
        whole = hub.download(REPO, revision=sha) / "model.safetensors"

        assert half == arrived
        assert set(standin.ranges) == {f"bytes={arrived}-"}
        assert whole.read_bytes() == weights

    def test_begins_anew_where_the_hub_knows_no_ranges(self, standin: Hub) -> None:
        weights = trees.model_files()["model.safetensors"]
        sha = standin.commit(REPO, {"model.safetensors": weights})
        standin.cuts, standin.has_ranges = [len(weights) // 2], False

        whole = hub.download(REPO, revision=sha) / "model.safetensors"

        assert whole.read_bytes() == weights

    def test_is_given_up_where_nothing_arrives_any_more(
        self, standin: Hub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(downloads, "PAUSE_S", 0)
        sha = standin.commit(REPO, {"model.safetensors": b"weights"})
        standin.cuts = [0] * 50

        with pytest.raises(Unavailable) as away:
            hub.download(REPO, revision=sha)

        assert (away.value.code, away.value.is_transient) == ("HUB_UNREACHABLE", True)


def give_up(seconds: float) -> None:
    """End as a worker that is killed while it waits."""
    raise KeyboardInterrupt(seconds)


class TestDamage:
    @pytest.mark.parametrize("damaged", [b"short", trees.weights(trees.MODEL)[:-8]])
    def test_is_thrown_away_and_fetched_again(
        self, standin: Hub, tmp_path: Path, damaged: bytes
    ) -> None:
        sha = standin.commit(REPO, trees.model_files())
        standin.damage = {"model.safetensors": damaged}

        with pytest.raises(Unavailable) as corrupt:
            hub.download(REPO, revision=sha)
        is_kept = any((tmp_path / "hub").rglob("model.safetensors"))
        standin.damage = {}
        whole = hub.download(REPO, revision=sha) / "model.safetensors"

        assert (corrupt.value.code, corrupt.value.is_transient) == ("CORRUPT_WEIGHTS", True)
        assert not is_kept
        assert whole.read_bytes() == trees.model_files()["model.safetensors"]

    @pytest.mark.parametrize("status", [429, 500, 503])
    def test_of_the_hub_itself_is_worth_another_try(self, standin: Hub, status: int) -> None:
        sha = standin.commit(REPO, trees.model_files())
        standin.status = status

        with pytest.raises(Unavailable) as away:
            hub.download(REPO, revision=sha)

        assert (away.value.code, away.value.is_transient) == ("HUB_UNREACHABLE", True)
