"""Suites come from YAML files; a change to a file, a task or its questions makes a new version.

Nothing is ever rewritten: scores keep pointing at the version that they were measured on.
"""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from evals.models import Benchmark, Suite

KEY = re.compile(r"^[a-z0-9][a-z0-9_-]{0,59}$")
TASK = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,119}$")
TASK_LINE = re.compile(r"^task:\s*(\S+)", re.MULTILINE)
DATA_LINE = re.compile(r"^\s+\w+:\s*(\S+\.jsonl?)\s*$", re.MULTILINE)
RUNS_CODE = (  # lm-eval marks most of these as unsafe, and not all that are
    "humaneval", "mbpp", "cruxeval", "longproc_pseudo_to_code", "code2text", "livecodebench",
    "bigcodebench", "codexglue",
)  # fmt: skip
SHOTS_MAX = 100


class SuiteInvalid(Exception):
    """A suite's file says something that cannot be measured."""


class SuiteMissing(Exception):
    """No suite has been loaded under the name that settings give."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One benchmark as its file describes it."""

    key: str
    title: str
    task: str
    output_type: str
    metric: str
    description: str = ""
    shots: int = 0
    chat: bool = False
    filter: str = "none"
    limit: int | None = None
    higher_is_better: bool = True
    chance: float = 0.0
    best: float = 1.0
    percent: bool = True
    parts: dict[str, float] = field(default_factory=dict)


def load(path: Path) -> Suite:
    """Return the suite that a file describes; a new version where anything has changed."""
    return load_text(path.read_text(encoding="utf-8"), name=path.name)


def load_text(text: str, *, name: str) -> Suite:
    """Return the suite that a text describes; a new version where anything has changed."""
    described, entries = check_text(text, name=name)
    key = str(described["key"])
    fingerprint = _fingerprint(entries)
    with transaction.atomic():
        current = Suite.objects.select_for_update().filter(key=key, is_current=True).first()
        if current is not None and current.fingerprint == fingerprint:
            return current
        return _next_version(key, described, entries, fingerprint)


def check_text(text: str, *, name: str) -> tuple[dict[str, Any], list[Entry]]:
    """Return what a text describes, or raise SuiteInvalid."""
    described = _read(text, name)
    entries = [_entry(Path(name), each) for each in described.get("benchmarks") or []]
    if not KEY.match(str(described.get("key", ""))) or not entries:
        raise SuiteInvalid(
            _("%(name)s: a suite needs a key (a-z, 0-9, -) and benchmarks.") % {"name": name}
        )
    if len({entry.key for entry in entries}) < len(entries):
        raise SuiteInvalid(_("%(name)s: two benchmarks have the same key.") % {"name": name})
    return described, entries


def default() -> Suite:
    """Return the suite that submissions are measured on."""
    suite = Suite.objects.current().filter(key=settings.DEFAULT_SUITE).first()
    if suite is None:
        raise SuiteMissing(f"No suite {settings.DEFAULT_SUITE!r}: run manage.py load_suites.")
    return suite


def named(key: str) -> Suite:
    """Return the current version of a suite; without a key, of the default one."""
    if not key:
        return default()
    suite = Suite.objects.current().filter(key=key).first()
    if suite is None:
        near = get_close_matches(key, Suite.objects.current().values_list("key", flat=True), n=1)
        hint = (
            _("did you mean %(near)s?") % {"near": near[0]}
            if near
            else _("see the list on the board.")
        )
        raise SuiteMissing(
            _("There is no suite %(key)s: %(hint)s") % {"key": repr(key[:60]), "hint": hint}
        )
    return suite


def local_tasks() -> dict[str, Path]:
    """Return the tasks under TASKS_DIR and the file that describes each."""
    found = {}
    for path in sorted(settings.TASKS_DIR.glob("**/*.yaml")):
        if named := TASK_LINE.search(path.read_text(encoding="utf-8")):
            found[named[1]] = path
    return found


def _read(text: str, name: str) -> dict[str, Any]:
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise SuiteInvalid(f"{name} is not YAML that can be read safely.") from error
    if not isinstance(content, dict):
        raise SuiteInvalid(f"{name} must hold a mapping.")
    return content


def _levels(described: dict[str, Any]) -> dict[str, Any]:
    """Return an entry with its fractions, such as 1/6, as numbers."""
    levels = {name: _number(described[name]) for name in ("chance", "best") if name in described}
    parts = described.get("parts") or {}
    return described | levels | {"parts": {name: _number(each) for name, each in parts.items()}}


def _number(level: Any) -> float:
    return float(Fraction(level)) if isinstance(level, str) else float(level)


def _entry(path: Path, described: Any) -> Entry:
    try:
        entry = Entry(**_levels(described))
    except (TypeError, ValueError, ZeroDivisionError, AttributeError) as error:
        raise SuiteInvalid(f"{path.name}: {error}.") from error
    for holds, complaint in (
        (KEY.match(str(entry.key)), "its key may have a-z, 0-9 and -"),
        (TASK.match(str(entry.task)), "its task must be a name, not a path"),
        (entry.output_type in Benchmark.OutputType.values, "its output_type is unknown"),
        (type(entry.shots) is int and 0 <= entry.shots <= SHOTS_MAX, "shots must be 0 to 100"),
        (
            entry.limit is None or (type(entry.limit) is int and entry.limit > 0),
            "limit must be a number of questions",
        ),
        (entry.chance != entry.best, "chance and best must differ"),
        (
            all(TASK.match(str(name)) and 0 <= each < 1 for name, each in entry.parts.items()),
            "each part is a task's name with its chance level, from 0 to below 1",
        ),
    ):
        if not holds:
            raise SuiteInvalid(f"{path.name}: {entry.key}: {complaint}.")
    _check_task(path, str(entry.task))
    return entry


def _check_task(path: Path, task: str) -> None:
    """Refuse tasks that run code, and names close to a local one that are not one."""
    if task.startswith(RUNS_CODE) and not settings.ALLOW_CODE_TASKS:
        raise SuiteInvalid(
            f"{path.name}: {task} runs code that models write: only an operator may allow that "
            "(ALLOW_CODE_TASKS), on workers without secrets and without a network."
        )
    local = local_tasks()
    near = [] if task in local else get_close_matches(task, local, n=3, cutoff=0.8)
    if near:
        raise SuiteInvalid(f"{path.name}: no task {task!r}; did you mean {', '.join(near)}?")


def _fingerprint(entries: list[Entry]) -> str:
    """Return a hash of the benchmarks, their tasks' files and the questions in them."""
    whole = hashlib.sha256()
    local = local_tasks()
    for entry in entries:
        told = {name: value for name, value in asdict(entry).items() if name != "parts" or value}
        whole.update(json.dumps(told, sort_keys=True).encode())
        if path := local.get(entry.task):
            text = path.read_text(encoding="utf-8")
            whole.update(text.encode())
            for name in DATA_LINE.findall(text):
                data = settings.BASE_DIR / name
                whole.update(data.read_bytes() if data.is_file() else b"")
    return whole.hexdigest()


def _next_version(
    key: str, described: dict[str, Any], entries: list[Entry], fingerprint: str
) -> Suite:
    last = Suite.objects.filter(key=key).order_by("-version").first()
    Suite.objects.filter(key=key, is_current=True).update(is_current=False)
    suite = Suite.objects.create(
        key=key,
        version=last.version + 1 if last else 1,
        title=str(described.get("title") or key.title()),
        description=str(described.get("description") or ""),
        fingerprint=fingerprint,
    )
    Benchmark.objects.bulk_create(
        _benchmark(suite, position, entry) for position, entry in enumerate(entries)
    )
    return suite


def _benchmark(suite: Suite, position: int, entry: Entry) -> Benchmark:
    return Benchmark(
        suite=suite,
        key=entry.key,
        title=entry.title,
        description=entry.description,
        position=position,
        task=entry.task,
        output_type=entry.output_type,
        shots=entry.shots,
        is_chat=entry.chat,
        metric=entry.metric,
        filter=entry.filter,
        limit=entry.limit,
        is_higher_better=entry.higher_is_better,
        chance_level=entry.chance,
        best_level=entry.best,
        is_percent=entry.percent,
        parts=entry.parts,
    )
