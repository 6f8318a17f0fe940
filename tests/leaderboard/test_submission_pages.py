"""Submitting by the form, and following it: every refusal at its field, every state in words."""

from pathlib import Path
from unittest.mock import Mock

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from evals import submissions
from evals.models import Checkpoint, Contender, EvalRun, Submission
from evals.problems import Problem
from evals.submissions import Accepted, Order, Refused
from tests import factories
from tests.conftest import NOON
from workers import tasks

pytestmark = pytest.mark.django_db

NEW = reverse("submission-new")


def submission(contender: Contender | None = None, **fields: object) -> Submission:
    """Return a submission whose run is in the given state."""
    contender = contender or factories.model("Heron")
    run = factories.run(contender, factories.suite("zoo"), **fields)
    return Submission.objects.create(contender=contender, run=run, created_at=NOON)


def page_of(client: Client, shown: Submission, **headers: str) -> str:
    """Return the page of a submission."""
    address = reverse("submission-detail", args=[shown.pk])
    return client.get(address, headers=headers).content.decode()


@pytest.fixture
def submit(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Return what stands for the operation: it looks at real files, which have their own tests."""
    operation = Mock(spec=submissions.submit)
    monkeypatch.setattr(submissions, "submit", operation)
    return operation


@pytest.fixture
def bell(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Return what stands for the workers' doorbell."""
    rung = Mock()
    monkeypatch.setattr(tasks, "ring_runs", rung)
    return rung


class TestNew:
    @pytest.mark.parametrize(
        ("kind", "shown", "absent"),
        [
            ("model", "id_locator", "id_parent_slug"),
            ("adapter", "id_parent_slug", "id_api_model"),
            ("baseline", "id_api_model", "id_source"),
            ("nonsense", "id_source", "id_api_model"),
        ],
    )
    def test_shows_the_fields_of_a_kind(
        self, client: Client, kind: str, shown: str, absent: str
    ) -> None:
        page = client.get(NEW, {"kind": kind}).content.decode()

        assert shown in page
        assert absent not in page

    def test_offers_parents_as_a_tree_and_no_baseline(self, client: Client) -> None:
        factories.adapter("Heron Instruct", parent=factories.model("Heron"))
        factories.baseline("Condor")

        page = client.get(NEW, {"kind": "adapter"}).content.decode()

        assert "↳ Heron Instruct" in page
        assert "Condor" not in page

    def test_fills_in_what_a_link_says(self, client: Client) -> None:
        heron = factories.model("Heron")

        page = client.get(NEW, {"kind": "adapter", "parent": heron.slug}).content.decode()

        assert f'<option value="{heron.slug}" selected>' in page

    def test_knows_a_directory_of_this_machine(
        self, client: Client, tmp_path: Path, settings: Settings
    ) -> None:
        settings.MODEL_ROOT = [tmp_path]
        (tmp_path / "heron").mkdir()
        (tmp_path / "heron" / "config.json").touch()

        page = client.get(NEW, {"locator": "heron"}).content.decode()

        assert '<option value="DIRECTORY" selected>' in page
        assert '<option value="heron">' in page

    def test_hands_over_exactly_what_was_asked(
        self,
        client: Client,
        submit: Mock,
        bell: Mock,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        submit.return_value = Accepted(made := submission(), True)
        given = {
            "parent_slug": "heron",
            "source": "HUB",
            "locator": " acme/sums ",
            "training_cost_usd": "0.5",
            "cost_evidence": "DECLARED",
        }

        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(f"{NEW}?kind=adapter", given)

        assert answer.headers["Location"] == reverse("submission-detail", args=[made.pk])
        order: Order = submit.call_args.kwargs["order"]
        assert (order.kind, order.parent_slug, order.locator) == ("ADAPTER", "heron", "acme/sums")
        assert (str(order.training_cost_usd), order.cost_evidence) == ("0.5", "DECLARED")
        assert submit.call_args.kwargs["submitter_key"]
        bell.assert_called_once_with()

    def test_shows_a_refusal_at_its_field_and_keeps_what_was_typed(
        self, client: Client, submit: Mock, bell: Mock
    ) -> None:
        sentence = "The repository has no safetensors: convert it first."
        submit.side_effect = Refused(Problem("locator", "PICKLE_ONLY", sentence))

        answer = client.post(NEW, {"source": "HUB", "locator": "acme/heron"})

        page = answer.content.decode()
        assert answer.status_code == 400
        assert 'id="id_locator_error"' in page
        assert sentence in page
        assert 'value="acme/heron"' in page
        bell.assert_not_called()

    def test_shows_a_refusal_without_a_field_above_the_form(
        self, client: Client, submit: Mock
    ) -> None:
        problem = Problem("kind", "TOO_MANY_SUBMISSIONS", "That was the last one for today.")
        submit.side_effect = Refused(problem, status=429)

        answer = client.post(NEW, {"source": "HUB", "locator": "acme/heron"})

        assert answer.status_code == 429
        assert problem.sentence in answer.content.decode()

    def test_asks_nothing_of_the_domain_while_a_field_is_empty(
        self, client: Client, submit: Mock
    ) -> None:
        answer = client.post(NEW, {"source": "HUB", "locator": ""})

        assert answer.status_code == 400
        submit.assert_not_called()

    def test_says_when_it_was_submitted_before(self, client: Client, submit: Mock) -> None:
        submit.return_value = Accepted(submission(), False)

        answer = client.post(NEW, {"source": "HUB", "locator": "acme/heron"}, follow=True)

        assert "It was submitted before" in answer.content.decode()

    def test_refuses_a_form_without_its_token(self, submit: Mock) -> None:
        answer = Client(enforce_csrf_checks=True).post(NEW, {"source": "HUB", "locator": "a/b"})

        assert answer.status_code == 403
        assert "That form has expired" in answer.content.decode()
        submit.assert_not_called()


class TestDetail:
    def test_says_how_long_the_queue_is(self, client: Client) -> None:
        waiting = submission(state="QUEUED", started_at=None, finished_at=None)

        page = page_of(client, waiting)

        assert '<span id="queue-position">1</span> <small class="muted">of 1</small>' in page
        assert "Waiting for a worker." in page
        assert 'hx-trigger="every 1s"' in page

    def test_shows_each_score_as_it_comes(self, client: Client) -> None:
        shown = submission(state="RUNNING", lease_until=NOON, stage="Measuring Benchmark 1.")
        first, second = shown.run.checkpoints.order_by("benchmark__position")
        Checkpoint.objects.filter(pk=first.pk).update(state=Checkpoint.State.DONE)
        Checkpoint.objects.filter(pk=second.pk).update(
            state=Checkpoint.State.RUNNING, requests_done=50, requests_total=200
        )
        factories.score(shown.run, first.benchmark, 0.624)

        page = page_of(client, shown)

        assert "<strong>62.4</strong> <small>±3.0</small>" in page
        assert "50 of 200" in page
        assert "Measuring Benchmark 1." in page

    def test_gives_htmx_the_moving_part_alone(self, client: Client) -> None:
        shown = submission(state="QUEUED", started_at=None, finished_at=None)

        fragment = page_of(client, shown, **{"HX-Request": "true"})

        assert "<html" not in fragment
        assert 'id="progress"' in fragment

    @pytest.mark.parametrize("state", ["SUCCEEDED", "CANCELLED"])
    def test_stops_asking_once_it_has_ended(self, client: Client, state: str) -> None:
        assert "hx-trigger" not in page_of(client, submission(state=state))

    def test_shows_why_it_failed_and_what_to_do(self, client: Client) -> None:
        sentence = "The weights are corrupt: upload them again."
        failed = submission(state="FAILED", error_code="CORRUPT_WEIGHTS", error_sentence=sentence)

        page = page_of(client, failed)

        assert "CORRUPT_WEIGHTS" in page
        assert sentence in page
        assert "Submit it again" in page
        assert "hx-trigger" not in page

    def test_answers_404_for_an_unknown_one(self, client: Client) -> None:
        unknown = "00000000-0000-4000-8000-000000000000"

        assert client.get(reverse("submission-detail", args=[unknown])).status_code == 404


class TestCancel:
    def test_stops_the_run_of_its_owner(self, client: Client) -> None:
        owner = User.objects.create_user("ada")
        client.force_login(owner)
        mine = submission(state="QUEUED", started_at=None, finished_at=None)
        Submission.objects.filter(pk=mine.pk).update(submitter=owner)

        assert "Stop this run" in page_of(client, mine)
        client.post(reverse("submission-cancel", args=[mine.pk]))

        assert EvalRun.objects.get().state == EvalRun.State.CANCELLED

    def test_is_refused_to_anyone_else(self, client: Client) -> None:
        theirs = submission(state="QUEUED", started_at=None, finished_at=None)
        Submission.objects.filter(pk=theirs.pk).update(submitter_key="somebody")

        assert "Stop this run" not in page_of(client, theirs)
        answer = client.post(reverse("submission-cancel", args=[theirs.pk]), follow=True)

        assert "Only who submitted it" in answer.content.decode()
        assert EvalRun.objects.get().state == EvalRun.State.QUEUED

    def test_says_when_it_came_too_late(self, client: Client) -> None:
        ended = submission()

        answer = client.post(reverse("submission-cancel", args=[ended.pk]), follow=True)

        assert "It had finished" in answer.content.decode()

    def test_is_never_a_get(self, client: Client) -> None:
        shown = submission(state="QUEUED", started_at=None, finished_at=None)

        assert client.get(reverse("submission-cancel", args=[shown.pk])).status_code == 405


class TestIndex:
    def test_shows_what_has_ended_and_leads_to_the_queue(self, client: Client) -> None:
        suite = factories.suite("zoo")
        for name, state in (("Waiting", "QUEUED"), ("Ended", "SUCCEEDED")):
            run = factories.run(contender := factories.model(name), suite, state=state)
            Submission.objects.create(contender=contender, run=run, created_at=NOON)

        page = client.get(reverse("submission-list")).content.decode()

        assert ">Ended</a>" in page
        assert ">Waiting</a>" not in page
        assert "1 waiting" in page

    def test_keeps_failures_in_the_history(self, client: Client) -> None:
        submission(state="FAILED", error_code="X", error_sentence="The disk was full.")

        assert "The disk was full." in client.get(reverse("submission-list")).content.decode()

    def test_says_that_nothing_waits(self, client: Client) -> None:
        assert "Nothing waits" in client.get(reverse("submission-list")).content.decode()
