"""A finished run can be had again: lm-eval's command and file say exactly how it was asked."""

import json
import shlex

import pytest

from evals import importing, reproduction
from evals.models import Benchmark, Contender
from evals.submissions import Submitter
from tests import factories
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


class TestCommands:
    def test_ask_each_way_once_at_the_pinned_revision(self) -> None:
        suite = factories.suite(benchmarks=3)
        Benchmark.objects.filter(suite=suite, position=2).update(shots=5, limit=20, is_chat=True)
        heron = factories.model(
            source="HUB", locator="acme/heron", revision="a" * 40, config={"dtype": "bfloat16"}
        )
        sums = factories.adapter(parent=heron, source="HUB", locator="acme/sums")

        plain, chat = reproduction.commands(factories.run(sums, suite))

        words = shlex.split(plain)
        told = f"pretrained=acme/heron,revision={'a' * 40},peft=acme/sums,dtype=bfloat16"
        assert words[:5] == ["lm_eval", "--model", "hf", "--model_args", told]
        assert words[words.index("--tasks") + 1] == "zoo_task_0,zoo_task_1"
        assert "--apply_chat_template" in chat
        assert "--limit 20" in chat
        assert "--num_fewshot 5" in chat

    def test_name_files_as_they_lie_from_the_projects_directory(self) -> None:
        suite = factories.suite(benchmarks=1)
        heron = factories.model(source="DIRECTORY", locator="models/heron")

        (command,) = reproduction.commands(factories.run(heron, suite))

        assert "pretrained=zoo/models/heron," in command

    def test_of_an_api_leave_out_what_it_cannot_be_asked(self) -> None:
        suite = factories.suite(benchmarks=2)
        Benchmark.objects.filter(suite=suite, position=1).update(output_type="generate_until")

        (command,) = reproduction.commands(factories.run(factories.baseline(), suite))

        assert "zoo_task_1" in command
        assert "zoo_task_0" not in command

    def test_say_that_lm_eval_takes_no_stack(self) -> None:
        stack = factories.adapter(parent=factories.adapter())

        assert "merge" in reproduction.remark(factories.run(stack, factories.suite()))


class TestAsLmEval:
    def test_is_what_the_import_reads(self) -> None:
        suite = factories.suite()
        run = factories.run(factories.model(), suite)
        for number, each in enumerate(suite.benchmarks.order_by("position")):
            factories.score(run, each, 0.25 + number / 2, stderr=None if number else 0.02)
        other = Contender.objects.get(pk=factories.model().pk)

        content = json.dumps(reproduction.as_lm_eval(run)).encode()
        imported = importing.keep(
            content=content, contender=other, suite=suite, by=Submitter(None, "ada"), now=NOON
        )

        wanted = list(run.scores.order_by("pk").values_list("value", "stderr", "samples"))
        kept = imported.submission.run.scores.order_by("pk")
        assert list(kept.values_list("value", "stderr", "samples")) == wanted
