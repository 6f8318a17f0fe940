"""The command line submits through the same checks as the page."""

from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from evals.models import Contender, EvalRun
from tests import factories
from tests.evals import trees

pytestmark = pytest.mark.django_db

ZOO = """
- {name: heron, kind: MODEL, path: models/heron, parent: null, training_cost_usd: 0.05,
   cost_evidence: CPU_HOURS, cpu_hours: 1.0, licence: mit, released_at: '2026-11-23'}
- {name: instruct, kind: ADAPTER, path: adapters/instruct, parent: heron, released_at: 2026-11-23}
- {name: big, kind: BASELINE, path: baseline/big, parent: null, released_at: '2026-11-23',
   price_usd_per_million_tokens: 0.5}
"""


@pytest.fixture(autouse=True)
def root(tmp_path: Path, settings: Settings) -> Path:
    trees.write(tmp_path / "models/heron", trees.model_files())
    trees.write(tmp_path / "adapters/instruct", trees.adapter_files())
    settings.MODEL_ROOT = [tmp_path]
    settings.DEFAULT_SUITE = factories.suite("tiny").key
    return tmp_path


def said(command: str, *arguments: str) -> str:
    output = StringIO()
    call_command(command, *arguments, stdout=output, stderr=output)
    return output.getvalue()


class TestSubmit:
    def test_takes_a_model_an_adapter_and_a_baseline(self) -> None:
        said("submit", "models/heron", "--name", "Grey Heron")
        said("submit", "adapters/instruct", "--parent", "grey-heron")
        said("submit", "http://127.0.0.1:8099/v1", "--api-model", "big")

        kinds = list(Contender.objects.order_by("pk").values_list("kind", flat=True))
        assert kinds == ["MODEL", "ADAPTER", "BASELINE"]
        assert EvalRun.objects.queued().count() == 3

    def test_prints_every_problem(self) -> None:
        output = StringIO()

        with pytest.raises(CommandError, match="Nothing was submitted"):
            call_command("submit", "models/crow", stdout=output, stderr=output)

        assert "[NOT_FOUND]" in output.getvalue()


class TestSubmitZoo:
    def test_submits_in_order_and_again_without_harm(self, root: Path) -> None:
        path = root / "zoo.yaml"
        path.write_text(ZOO)

        first, again = (said("submit_zoo", "--file", str(path)) for _ in range(2))

        assert first.count(": submitted") == 3
        assert again.count(": known already") == 3
        heron = Contender.objects.get(slug="heron")
        assert (heron.training_cost_usd, heron.cost_evidence) == (Decimal("0.05"), "GPU_HOURS")
        assert Contender.objects.get(slug="big").name == "Big"
        assert Contender.objects.get(slug="heron-instruct").parent == heron

    def test_submits_the_rest_where_one_is_refused(self, root: Path) -> None:
        path = root / "zoo.yaml"
        path.write_text(ZOO.replace("models/heron", "models/crow"))

        with pytest.raises(CommandError, match="2 of the zoo"):
            said("submit_zoo", "--file", str(path))

        assert Contender.objects.get().kind == Contender.Kind.BASELINE
