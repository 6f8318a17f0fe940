"""The reference that engines are compared with: lm-eval's own `hf` backend on PEFT's merge.

`python -m tests.engines.reference BASE TASK,TASK LIMIT [LAYER...]` prints one JSON line with the
metrics, the log-probabilities, the texts and the prompts; "chat:TASK" asks in the model's own
template, few-shot examples as turns. A process of its own, as torch is large.
"""

import contextlib
import json
import sys
from pathlib import Path
from typing import Any

import torch
from lm_eval.evaluator import evaluate
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager
from transformers import AutoTokenizer

from workers.children.merge import merge


def main(base: str, tasks: str, limit: str, *layers: str) -> dict[str, Any]:
    """Evaluate tasks, one after the other."""
    torch.set_num_threads(1)
    model = merge(Path(base), [Path(layer) for layer in layers]).to(torch.float32)
    lm = HFLM(pretrained=model, tokenizer=AutoTokenizer.from_pretrained(base), batch_size=8)
    manager = TaskManager(include_path="zoo/tasks")
    return {asked: _found(lm, asked, manager, int(limit)) for asked in tasks.split(",")}


def _found(lm: HFLM, asked: str, manager: TaskManager, limit: int) -> dict[str, Any]:
    task, is_chat = asked.removeprefix("chat:"), asked.startswith("chat:")
    loaded = manager.load([task])
    for each in loaded["tasks"].values():
        each.set_fewshot_seed(seed=1234)
    results = evaluate(
        lm=lm,
        task_dict=loaded,
        limit=limit,
        bootstrap_iters=0,
        apply_chat_template=is_chat,
        fewshot_as_multiturn=is_chat,
    )
    responses = [response for sample in results["samples"][task] for response in sample["resps"]]
    metrics = {k: float(v) for k, v in results["results"][task].items() if isinstance(v, float)}
    prompts = [sample["arguments"][0][0] for sample in results["samples"][task]]
    firsts = [response[0] for response in responses]
    return {"metrics": metrics, "responses": firsts, "prompts": prompts}


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):
        found = main(*sys.argv[1:])
    print(json.dumps(found))
