"""Questions are built once, and nobody finds another's answers on them."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from lm_eval.models.dummy import DummyLM

from workers.children import questions
from workers.children.benchmarks import Library, Outcome
from workers.engines import processes
from workers.engines.orders import BenchmarkSpec

TASKS = (str(processes.ROOT / "zoo" / "tasks"),)
FACTS = BenchmarkSpec("zoo_facts", "acc", shots=2, limit=8)


class Stubborn(DummyLM):  # type: ignore[misc]  # lm-eval ships no types
    """Finds one of the choices likeliest, whatever is asked."""

    def __init__(self, choice: int) -> None:
        super().__init__()
        self.choice = choice

    def loglikelihood(self, requests: list[Any], **_: Any) -> list[tuple[float, bool]]:
        """Return a log-probability for each choice of each question."""
        return [(0.0 if each.idx == self.choice else -1.0, False) for each in requests]


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what is built, as it is."""
    names: list[str] = []
    real = questions.build

    def build(loaded: Any, spec: BenchmarkSpec, lm: Any) -> None:
        names.append(spec.task)
        real(loaded, spec, lm)

    monkeypatch.setattr(questions, "build", build)
    return names


def answers(outcome: Outcome) -> set[int]:
    """Return which choices were found likeliest."""
    found = [[response[0][0] for response in each["resps"]] for each in outcome.samples]
    return {logprobs.index(max(logprobs)) for logprobs in found}


class TestLibrary:
    def test_builds_once_what_several_are_asked(self, built: list[str]) -> None:
        library = Library()
        library.prepare(FACTS, TASKS)

        with ThreadPoolExecutor() as threads:
            outcomes = list(
                threads.map(lambda n: library.evaluate(FACTS, Stubborn(n), TASKS), range(4))
            )

        assert built == ["zoo_facts"]
        assert [answers(each) for each in outcomes] == [{0}, {1}, {2}, {3}]
        assert sum(each.value for each in outcomes) == pytest.approx(1)
        assert {json.dumps(each.provenance, sort_keys=True) for each in outcomes} == {
            json.dumps(outcomes[0].provenance, sort_keys=True)
        }

    def test_builds_anew_what_is_asked_otherwise(self, built: list[str]) -> None:
        library = Library()

        for shots in (0, 2, 0):
            spec = BenchmarkSpec("zoo_facts", "acc", shots=shots, limit=3)
            outcome = library.evaluate(spec, Stubborn(0), TASKS)
            assert outcome.provenance["config"].get("num_fewshot", 0) == shots

        assert built == ["zoo_facts", "zoo_facts"]
