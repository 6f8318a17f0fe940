"""Benchmarks of several parts: by hand, and by lm-eval on a group of its own."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lm_eval.models.dummy import DummyLM

from workers.children import groups
from workers.children.benchmarks import Library
from workers.engines.orders import BenchmarkSpec

TASK = """
task: {name}
dataset_path: json
dataset_kwargs: {{data_files: {{test: {data}}}}}
test_split: test
output_type: multiple_choice
doc_to_text: "{{{{text}}}}"
doc_to_choice: {choices}
doc_to_target: "{{{{label}}}}"
metric_list: [{{metric: acc, aggregation: mean, higher_is_better: true}}]
metadata: {{version: 1}}
"""
GROUP = """
group: pair
task: [pair_two, pair_four]
aggregate_metric_list: [{metric: acc, weight_by_size: true}]
metadata: {version: 3}
"""
RESULTS: dict[str, dict[str, Any]] = {
    "whole": {"acc,none": 0.55, "acc_stderr,none": 0.01},
    "two": {"acc,none": 0.75, "acc_stderr,none": 0.03},
    "five": {"acc,none": 0.1, "acc_stderr,none": 0.04},
    "ifeval": {"p,none": 0.4, "p_stderr,none": 0.02, "i,none": 0.6, "i_stderr,none": "N/A"},
}


class TestValueOf:
    def test_of_a_group_is_lm_eval_s_own(self) -> None:
        spec = BenchmarkSpec(task="whole", metric="acc")

        assert groups.value_of(spec, RESULTS) == (0.55, 0.01)

    def test_counts_each_part_from_its_own_chance_and_none_below_it(self) -> None:
        spec = BenchmarkSpec(task="whole", metric="acc", parts={"two": 0.5, "five": 0.2})

        value, stderr = groups.value_of(spec, RESULTS)

        assert value == pytest.approx((0.5 + 0.0) / 2)
        assert stderr == pytest.approx((0.06**2 + 0.05**2) ** 0.5 / 2)

    def test_is_the_mean_of_two_metrics_with_no_error_where_one_has_none(self) -> None:
        spec = BenchmarkSpec(task="ifeval", metric="p+i")

        assert groups.value_of(spec, RESULTS) == (0.5, None)

    def test_is_nothing_where_a_part_is_missing(self) -> None:
        spec = BenchmarkSpec(task="whole", metric="acc", parts={"two": 0.5, "seven": 0.1})

        assert groups.value_of(spec, RESULTS) == (None, None)

    @given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 0.9)), min_size=1, max_size=30))
    def test_lies_between_guessing_and_knowing(self, pairs: list[tuple[float, float]]) -> None:
        results = {str(n): {"acc,none": value} for n, (value, _) in enumerate(pairs)}
        parts = {str(n): chance for n, (_, chance) in enumerate(pairs)}

        value, _ = groups.value_of(BenchmarkSpec("whole", "acc", parts=parts), results)

        assert value is not None
        assert 0 <= value <= 1 + 1e-9


class TestLibrary:
    def test_measures_a_group_with_each_part(self, tmp_path: Path) -> None:
        for name, choices, count in (("two", ["a", "b"], 40), ("four", ["a", "b", "c", "d"], 20)):
            data = tmp_path / f"{name}.jsonl"
            rows = [{"text": f"Question {n}:", "label": n % len(choices)} for n in range(count)]
            data.write_text("\n".join(map(json.dumps, rows)))
            task = TASK.format(name=f"pair_{name}", data=data, choices=json.dumps(choices))
            (tmp_path / f"{name}.yaml").write_text(task)
        (tmp_path / "group.yaml").write_text(GROUP)
        spec = BenchmarkSpec(task="pair", metric="acc", parts={"pair_two": 0.5, "pair_four": 0.25})

        outcome = Library().evaluate(spec, DummyLM(), (str(tmp_path),))

        parts = {name: part["value"] for name, part in outcome.parts.items()}
        expected = [
            max(0, (parts["pair_two"] - 0.5) / 0.5),
            max(0, (parts["pair_four"] - 0.25) / 0.75),
        ]
        assert outcome.value == pytest.approx(sum(expected) / 2)
        assert (len(outcome.samples), outcome.task_version) == (60, "3")
        assert len(outcome.provenance["documents"]) == 64
