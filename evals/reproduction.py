"""How a finished run can be had again: lm-eval's own command, and its results in lm-eval's format.

Pure reading. What the command asks is what the run asked: revision, shots, seed, questions.
"""

import shlex
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from evals import directories, uploads
from evals.models import Benchmark, Contender, EvalRun, Score
from evals.problems import Refused

SEED = 1234
Way = tuple[int, bool, int | None]  # shots, chat template, limit


def commands(run: EvalRun) -> list[str]:
    """Return the commands that measure the same with lm-eval alone, one for each way of asking."""
    model = _model(run.contender)
    ways: dict[Way, list[Benchmark]] = defaultdict(list)
    for benchmark in run.suite.benchmarks.order_by("position", "pk"):
        if run.contender.source != Contender.Source.API or not benchmark.needs_logprobs:
            ways[benchmark.shots, benchmark.is_chat, benchmark.limit].append(benchmark)
    return [shlex.join([*model, *_arguments(way, asked)]) for way, asked in ways.items()]


def remark(run: EvalRun) -> str:
    """Return what the commands leave out, if anything."""
    if run.contender.depth > 1:
        return _(
            "lm_eval takes one adapter: merge the layers below into the base first, or use "
            "manage.py reproduce, which serves the stack as it was served."
        )
    return ""


def as_lm_eval(run: EvalRun) -> dict[str, Any]:
    """Return a finished run as the results file that lm-eval writes."""
    scores = list(run.scores.select_related("benchmark").order_by("benchmark__position", "pk"))
    limits = {score.benchmark.limit for score in scores}
    return {
        "results": {each.benchmark.task: _result(each) for each in scores},
        "group_subtasks": {each.benchmark.task: sorted(each.parts) for each in scores},
        "configs": {each.benchmark.task: each.provenance.get("config", {}) for each in scores},
        "versions": {each.benchmark.task: each.provenance.get("task_version") for each in scores},
        "n-shot": {each.benchmark.task: each.benchmark.shots for each in scores},
        "higher_is_better": {
            each.benchmark.task: {each.benchmark.metric: each.benchmark.is_higher_better}
            for each in scores
        },
        "n-samples": {
            each.benchmark.task: {"original": each.samples, "effective": each.samples}
            for each in scores
        },
        "config": {
            "model": "hf" if run.contender.source != Contender.Source.API else "openai-compatible",
            "model_args": _model_args(run.contender),
            "limit": limits.pop() if len(limits) == 1 else None,
            "random_seed": SEED,
            "fewshot_seed": SEED,
        },
        "date": run.finished_at.timestamp() if run.finished_at else None,
        "lm_eval_version": run.versions.get("lm_eval"),
        "transformers_version": run.versions.get("transformers"),
        "model_name": run.contender.locator,
        "pound_for_pound": _ours(run, scores),
    }


def differences(before: EvalRun, after: EvalRun) -> Iterator[tuple[Benchmark, Score, Score | None]]:
    """Yield each score of a run with that of its repetition, where there is one."""
    again = {each.benchmark_id: each for each in after.scores.all()}
    scores = before.scores.select_related("benchmark")
    for score in scores.order_by("benchmark__position", "pk"):
        yield score.benchmark, score, again.get(score.benchmark_id)


def changes(before: EvalRun, after: EvalRun) -> Iterator[tuple[str, str, str]]:
    """Yield what a repetition was measured with that the run was not, by name."""
    for name in sorted(before.versions.keys() | after.versions.keys()):
        then, now = str(before.versions.get(name, "")), str(after.versions.get(name, ""))
        if then != now:
            yield name, then or "not told", now or "not told"


def _ours(run: EvalRun, scores: list[Score]) -> dict[str, Any]:
    """Return what lm-eval's file has no place for."""
    return {
        "run": run.pk,
        "suite": f"{run.suite.key} v{run.suite.version}",
        "evidence": run.evidence,
        "versions": run.versions,
        "stack": [f"{each.locator}@{each.revision}" for each in run.contender.stack()],
        "fingerprints": {
            each.benchmark.task: {
                name: each.provenance.get(name) for name in ("documents", "prompts", "seed")
            }
            for each in scores
        },
    }


def _result(score: Score) -> dict[str, Any]:
    benchmark = score.benchmark
    return {
        "alias": benchmark.task,
        "sample_len": score.samples,
        f"{benchmark.metric},{benchmark.filter}": score.value,
        f"{benchmark.metric}_stderr,{benchmark.filter}": "N/A"
        if score.stderr is None
        else score.stderr,
    }


def _model(contender: Contender) -> list[str]:
    kind = "hf" if contender.source != Contender.Source.API else "local-chat-completions"
    return ["lm_eval", "--model", kind, "--model_args", _model_args(contender)]


def _model_args(contender: Contender) -> str:
    if contender.source == Contender.Source.API:
        return f"model={contender.api_model},base_url={contender.locator}/chat/completions"
    root = contender.root()
    told = [f"pretrained={_place(root)}"]
    if root.source == Contender.Source.HUB:
        told.append(f"revision={root.revision}")
    if contender.kind == Contender.Kind.ADAPTER:
        told.append(f"peft={_place(contender)}")
    return ",".join([*told, f"dtype={root.config.get('dtype') or 'auto'}"])


def _place(contender: Contender) -> str:
    """Return where lm-eval finds the files, as seen from the project's directory.

    A path that leads elsewhere on this machine is for its staff, so its own name stands there.
    """
    finders = {
        Contender.Source.UPLOAD: uploads.place,
        Contender.Source.DIRECTORY: directories.place,
    }
    find = finders.get(Contender.Source(contender.source))
    try:
        path = _shown(str(find(contender.locator))) if find else ""
    except Refused:  # gone meanwhile
        path = ""
    return path if path and not path.startswith("/") else contender.locator


def _arguments(way: Way, asked: list[Benchmark]) -> Iterator[str]:
    shots, is_chat, limit = way
    yield from ("--tasks", ",".join(each.task for each in asked))
    yield from ("--num_fewshot", str(shots), "--seed", str(SEED))
    if is_chat:
        yield from ("--apply_chat_template", "--fewshot_as_multiturn")
    if limit is not None:
        yield from ("--limit", str(limit))
    if any((settings.TASKS_DIR / f"{_file_of(each.task)}.yaml").exists() for each in asked):
        yield from ("--include_path", _shown(str(settings.TASKS_DIR)))
    yield from ("--log_samples", "--output_path", "results")


def _file_of(task: str) -> str:
    return task.partition("_")[2] or task


def _shown(path: str) -> str:
    return path.removeprefix(f"{settings.BASE_DIR}/")
