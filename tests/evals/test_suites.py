"""Suites from YAML: loaded once, a new version on any change, never a rewritten score."""

import importlib.util
import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from evals import suites
from evals.models import Benchmark, Suite

pytestmark = pytest.mark.django_db

SUITE = """
key: tiny
title: Tiny
benchmarks:
  - {key: facts, title: Facts, task: tiny_facts, output_type: multiple_choice, metric: acc,
     chance: 0.25, shots: 2}
  - {key: text, title: Text, task: tiny_text, output_type: loglikelihood_rolling,
     metric: bits_per_byte, higher_is_better: false, chance: 2.5, best: 0, percent: false}
"""
TASK = "task: tiny_facts\ndataset_kwargs:\n  data_files:\n    test: tasks/facts.jsonl\n"


@pytest.fixture
def path(tmp_path: Path, settings: Settings) -> Path:
    settings.BASE_DIR = tmp_path
    settings.TASKS_DIR = tmp_path / "tasks"
    settings.TASKS_DIR.mkdir()
    (settings.TASKS_DIR / "facts.yaml").write_text(TASK)
    (settings.TASKS_DIR / "facts.jsonl").write_text("{}")
    path = tmp_path / "tiny.yaml"
    path.write_text(SUITE)
    return path


FOLDERS = {
    "default", "arc", "hellaswag", "truthfulqa", "winogrande", "gsm8k", "piqa", "sciq",
    "lambada", "tasks",
}  # fmt: skip


class TestLoad:
    def test_makes_benchmarks_in_their_order(self, path: Path) -> None:
        suite = suites.load(path)

        facts, text = suite.benchmarks.order_by("position")
        assert (facts.key, facts.shots, facts.chance_level) == ("facts", 2, 0.25)
        assert (text.is_higher_better, text.is_percent) == (False, False)
        assert facts.needs_logprobs

    def test_returns_the_same_version_while_nothing_changes(self, path: Path) -> None:
        assert suites.load(path) == suites.load(path)

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("tiny.yaml", SUITE.replace("shots: 2", "shots: 3")),
            ("tasks/facts.yaml", TASK + "num_fewshot: 1\n"),
            ("tasks/facts.jsonl", "{}\n{}"),
        ],
        ids=["the suite", "a task", "the questions"],
    )
    def test_makes_a_new_version_of_what_changed(self, path: Path, name: str, content: str) -> None:
        first = suites.load(path)

        (path.parent / name).write_text(content)
        second = suites.load(path)

        assert (first.version, second.version) == (1, 2)
        assert Suite.objects.current().get() == second
        assert Benchmark.objects.count() == 4

    @pytest.mark.parametrize(
        ("old", "new", "complaint"),
        [
            ("tiny_facts", "humaneval", "code that models write"),
            ("tiny_facts", "tiny_fact", "did you mean tiny_facts"),
            ("tiny_facts", "/tmp/x.yaml", "must be a name"),
            ("shots: 2", "shots: -1", "shots must be"),
            ("shots: 2", "shots: .nan", "shots must be"),
            ("shots: 2", "shots: true", "shots must be"),
            ("shots: 2", "shots: 1000000000", "shots must be"),
            ("shots: 2", "limit: 0", "limit must be"),
            ("shots: 2", "limit: 0.5", "limit must be"),
            ("shots: 2", "colour: red", "unexpected keyword"),
            ("chance: 0.25", "chance: 1.0", "must differ"),
            ("key: text", "key: facts", "same key"),
            ("key: tiny", "key: ''", "needs a key"),
            ("key: tiny", "key: !!python/name:os.system", "safely"),
            ("multiple_choice", "essay", "output_type"),
        ],
    )
    def test_refuses_what_cannot_be_measured(
        self, path: Path, old: str, new: str, complaint: str
    ) -> None:
        path.write_text(SUITE.replace(old, new))

        with pytest.raises(suites.SuiteInvalid, match=complaint):
            suites.load(path)

        assert not Suite.objects.exists()

    def test_reads_the_suites_that_the_project_ships(self) -> None:
        call_command("load_suites")

        assert suites.default().benchmarks.count() == 6

    def test_tells_the_command_line_what_is_wrong(self, path: Path) -> None:
        path.write_text("[")

        with pytest.raises(CommandError):
            call_command("load_suites", str(path))


LM_EVAL = Path(str(importlib.util.find_spec("lm_eval").origin)).parent / "tasks"  # type: ignore[union-attr]
NAMED = re.compile(r"^(?:task|group): *['\"]?([\w.-]+)", re.MULTILINE)


class TestShippedSuites:
    @pytest.mark.parametrize("key", ["zoo", "small", "open-llm-v1", "open-llm-v2"])
    def test_name_tasks_that_exist(self, key: str, settings: Settings) -> None:
        suite = suites.load(settings.SUITES_DIR / f"{key}.yaml")

        wanted = {each.task for each in suite.benchmarks.all()}
        wanted |= {part for each in suite.benchmarks.all() for part in each.parts}
        files = [*LM_EVAL.rglob("*.yaml"), *settings.TASKS_DIR.glob("*.yaml")]
        found = {
            name
            for path in files
            if path.parts[-3:-1][-1] in FOLDERS or "leaderboard" in path.parts
            for name in NAMED.findall(path.read_text(encoding="utf-8"))
        }
        assert wanted - found == set()

    def test_give_fractions_as_chance_levels(self, settings: Settings) -> None:
        suite = suites.load(settings.SUITES_DIR / "open-llm-v2.yaml")

        bbh = suite.benchmarks.get(key="bbh")

        assert bbh.parts["leaderboard_bbh_date_understanding"] == pytest.approx(1 / 6)
        assert len(bbh.parts) == 24


class TestCodeTasks:
    def test_are_allowed_by_the_operator_alone(self, path: Path, settings: Settings) -> None:
        text = path.read_text().replace("tiny_facts", "humaneval")
        settings.ALLOW_CODE_TASKS = True

        assert suites.load_text(text, name="it").benchmarks.get(key="facts").task == "humaneval"


class TestNamed:
    def test_is_the_default_without_a_name_and_refuses_one_nobody_loaded(
        self, path: Path, settings: Settings
    ) -> None:
        settings.DEFAULT_SUITE = "tiny"
        suite = suites.load(path)

        assert suites.named("") == suites.named("tiny") == suite
        with pytest.raises(suites.SuiteMissing, match="did you mean tiny"):
            suites.named("tinny")
