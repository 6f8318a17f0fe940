"""Two hundred submissions of ten people, drained in turn while pages answer."""

from collections import Counter
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from evals import submissions
from evals.models import Attempt, EvalRun, Suite
from evals.submissions import Order
from tests import factories
from tests.conftest import NOON
from tests.evals import trees
from tests.workers import fake_engines
from tests.workers.fake_engines import FakeHarness
from workers.engines.orders import Measurement
from workers.engines.orders import Order as HarnessOrder

PEOPLE = [f"person-{number}" for number in range(10)]
CONTENDERS = [f"models/heron-{number}" for number in range(20)]
LOOKS = 20  # how often the pages are looked at meanwhile

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def suites(tmp_path: Path, settings: Settings) -> list[Suite]:
    """Return a suite for each person, beside the directories of all contenders."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    settings.MODEL_ROOT = [tmp_path / "root"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    for number, locator in enumerate(CONTENDERS):
        files = trees.model_files(max_position_embeddings=128 + number)
        trees.write(tmp_path / "root" / locator, files)
    return [factories.suite(f"suite-of-{person}", benchmarks=1) for person in PEOPLE]


def submit_all(suites: list[Suite]) -> None:
    """Submit everything of one person after another: the worst order for the last of them."""
    for person, suite in zip(PEOPLE, suites, strict=True):
        for locator in CONTENDERS:
            order = Order(kind="MODEL", source="DIRECTORY", locator=locator)
            submissions.submit(
                order=order, submitter=None, submitter_key=person, now=NOON, suite=suite
            )
    for run in EvalRun.objects.filter(suite=suites[0]).select_related("contender"):
        fake_engines.deployment(run.contender)


class TestLongQueue:
    def test_is_drained_in_turn_while_pages_answer(
        self, suites: list[Suite], client: Client
    ) -> None:
        submit_all(suites)
        client.get(reverse("queue"))  # starts the site here, and not in a worker's thread
        statuses: Counter[int] = Counter()

        def look(order: HarnessOrder, is_cancelled: object) -> Measurement:
            for name in ("queue", "submission-list"):
                statuses[client.get(reverse(name)).status_code] += 1
            return fake_engines.measurement()

        harness = FakeHarness(replies={"zoo_task_0": [look] * LOOKS})

        assert fake_engines.execute(harness) == 200

        served = Attempt.objects.order_by("pk").values_list("run__owner", flat=True)
        assert statuses == {200: 2 * LOOKS}
        assert not EvalRun.objects.exclude(state=EvalRun.State.SUCCEEDED).exists()
        assert set(served[:10]) == set(PEOPLE)
        assert spread(list(served)) <= 2
        assert len(served) == 200


def spread(served: list[str]) -> int:
    """Return by how many services people were ever apart, until the first of them was done."""
    counted: Counter[str] = Counter(dict.fromkeys(PEOPLE, 0))
    widest = 0
    for person in served:
        counted[person] += 1
        if max(counted.values()) == len(CONTENDERS):
            break
        widest = max(widest, max(counted.values()) - min(counted.values()))
    return widest
