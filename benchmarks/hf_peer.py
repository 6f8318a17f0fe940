"""The peer: lm-eval's own `hf` backend over a stack merged layer by layer with PEFT.

Run as a program of its own: `python -m benchmarks.hf_peer ORDERS` reads a JSON file
{"layers": [base, adapter, …], "include_path", "benchmarks": [{key, task, shots, metric,
filter, chat, limit}]} and writes {key: {value, stderr, samples: {question: answers}}} at the end.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch
from lm_eval.evaluator import simple_evaluate
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer


def main() -> None:
    """Evaluate what the file asks for."""
    orders = json.loads(Path(sys.argv[1]).read_text())
    base, *adapters = orders["layers"]
    with tempfile.TemporaryDirectory() as merged:
        _merge(base, adapters, merged)
        model = HFLM(pretrained=merged, dtype="float32", device="cpu", batch_size=32)
        tasks = TaskManager(include_path=orders["include_path"])
        print(
            json.dumps({each["key"]: _measure(each, model, tasks) for each in orders["benchmarks"]})
        )


def _merge(base: str, adapters: list[str], out: str) -> None:
    """Save the base with every layer merged into it, in float32 until the end."""
    model: Any = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    for adapter in adapters:
        model = PeftModel.from_pretrained(model, adapter).merge_and_unload()
    model.save_pretrained(out)
    AutoTokenizer.from_pretrained(base).save_pretrained(out)


def _measure(benchmark: dict[str, Any], model: HFLM, tasks: TaskManager) -> dict[str, Any]:
    task, metric = benchmark["task"], f"{benchmark['metric']},{benchmark['filter']}"
    results = simple_evaluate(
        model=model,
        tasks=[task],
        task_manager=tasks,
        num_fewshot=benchmark["shots"],
        limit=benchmark["limit"],
        apply_chat_template=benchmark["chat"],
        fewshot_as_multiturn=benchmark["chat"],
        log_samples=True,
    )
    measured = results["results"][task]
    stderr = measured.get(metric.replace(",", "_stderr,"))
    return {
        "value": measured[metric],
        "stderr": stderr if isinstance(stderr, float) else None,
        "samples": {
            f"{task}/{sample['doc_id']}": _answers(sample, model)
            for sample in results["samples"][task]
            if sample["filter"] == benchmark["filter"]
        },
    }


def _answers(sample: dict[str, Any], model: HFLM) -> list[Any]:
    """Return [log-probability, tokens] of each choice, or the text that was generated."""
    firsts = [responses[0] for responses in sample["resps"]]
    return [
        each
        if isinstance(each, str)
        else [each[0] if isinstance(each, tuple | list) else each, _tokens(arguments[-1], model)]
        for each, arguments in zip(firsts, sample["arguments"], strict=True)
    ]


def _tokens(text: str, model: HFLM) -> int:
    return len(model.tok_encode(text, add_special_tokens=False))


if __name__ == "__main__":
    main()
