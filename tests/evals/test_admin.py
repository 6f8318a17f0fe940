"""The operator's pages answer, and offer no way to rewrite history."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from evals.models import EvalRun, Suite
from tests import factories

pytestmark = pytest.mark.django_db
NAMES = ("contender", "evalrun", "suite", "submission", "deployment")


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Settings) -> None:
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


class TestAdmin:
    @pytest.mark.parametrize("name", NAMES)
    def test_lists_and_never_adds(self, admin_client: Client, name: str) -> None:
        factories.run(factories.model(), factories.suite())

        listed = admin_client.get(reverse(f"admin:evals_{name}_changelist"))
        added = admin_client.get(reverse(f"admin:evals_{name}_add"))

        assert (listed.status_code, added.status_code) == (200, 200 if name == "suite" else 403)

    def test_loads_a_suite_from_yaml_as_a_new_version(self, admin_client: Client) -> None:
        entry = "{key: facts, title: F, task: t, output_type: multiple_choice, metric: acc}"
        texts = [f"key: mine\nbenchmarks: [{entry}]", "key: mine\nbenchmarks: []"]

        codes = [
            admin_client.post(reverse("admin:evals_suite_add"), {"yaml": text}).status_code
            for text in texts
        ]

        assert codes == [302, 200]
        assert [suite.version for suite in Suite.objects.filter(key="mine")] == [1]

    def test_shows_a_run_with_its_scores(self, admin_client: Client) -> None:
        suite = factories.suite()
        run = factories.run(factories.model(), suite)
        factories.score(run, suite.benchmarks.get(position=0), 0.875)

        page = admin_client.get(reverse("admin:evals_evalrun_change", args=[run.pk]))

        assert "0.875" in page.content.decode()

    @pytest.mark.parametrize(
        ("action", "states"),
        [("cancel", ["CANCELLED"]), ("run_again", ["QUEUED"])],
    )
    def test_cancels_and_repeats(
        self, admin_client: Client, action: str, states: list[str]
    ) -> None:
        run = factories.run(
            factories.model(), factories.suite(), state="QUEUED", finished_at=None, attempt=0
        )

        admin_client.post(
            reverse("admin:evals_evalrun_changelist"),
            {"action": action, "_selected_action": [run.pk]},
        )

        assert [each.state for each in EvalRun.objects.order_by("pk")] == states

    def test_keeps_the_identity_of_a_contender(self, admin_client: Client) -> None:
        heron = factories.model("Heron")
        page = reverse("admin:evals_contender_change", args=[heron.pk])

        admin_client.post(page, {"name": "Stork", "cost_evidence": "UNKNOWN", "slug": "x"})

        slug = heron.slug
        heron.refresh_from_db()
        assert (heron.name, heron.slug) == ("Stork", slug)
