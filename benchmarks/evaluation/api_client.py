"""The peer as a child: lm-eval's `local-completions`, one benchmark a line of standard input."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

from lm_eval.evaluator import evaluate
from lm_eval.models.openai_completions import LocalCompletionsAPI
from lm_eval.tasks import TaskManager

IN_FLIGHT = 16
CONTEXT = 512


def main() -> None:
    """Serve until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    tasks = TaskManager(include_path=sys.argv[1])
    built: dict[str, Any] = {}
    for line in sys.stdin:
        order = json.loads(line)
        task = order["spec"]["task"]
        if task not in built:
            built[task] = tasks.load([task])
        print(json.dumps(_measured(order, built[task])), file=answers)


def _measured(order: dict[str, Any], loaded: Any) -> dict[str, Any]:
    spec, lm = order["spec"], _client(order)
    for task in loaded["tasks"].values():
        task.set_config(key="num_fewshot", value=spec["shots"])
        task.set_fewshot_seed(seed=spec["seed"])
    began = time.monotonic()
    results = evaluate(
        lm=lm, task_dict=loaded, limit=spec["limit"], bootstrap_iters=0, log_samples=True
    )
    seconds = time.monotonic() - began
    measured = results["results"][spec["task"]]
    stderr = measured.get(f"{spec['metric']}_stderr,{spec['filter']}")
    return {
        "seconds": seconds,
        "value": measured[f"{spec['metric']},{spec['filter']}"],
        "stderr": stderr if isinstance(stderr, float) else None,
        "answers": {
            f"{spec['task']}/{sample['doc_id']}": _answer(sample)
            for sample in results["samples"][spec["task"]]
            if sample["filter"] == spec["filter"]
        },
    }


def _client(order: dict[str, Any]) -> LocalCompletionsAPI:
    return LocalCompletionsAPI(
        base_url=f"{order['url']}/v1/completions",
        model=order["name"],
        tokenizer=order["tokenizer"],
        tokenizer_backend="huggingface",
        num_concurrent=IN_FLIGHT,
        batch_size=order["batch"],
        max_length=CONTEXT,
    )


def _answer(sample: dict[str, Any]) -> Any:
    """Return the log-probabilities of the choices, or the text."""
    firsts = [responses[0] for responses in sample["resps"]]
    if isinstance(firsts[0], str):
        return firsts[0]
    return [each[0] if isinstance(each, tuple | list) else each for each in firsts]


if __name__ == "__main__":
    main()
