"""Bring a suite's data sets here: `manage.py fetch_suite KEY`, before its first run."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from evals import suites
from workers.engines import confined, processes


class Command(BaseCommand):
    """The harness has no network: what it asks has to lie in its cache."""

    help = "Download the data sets of a suite, so that its runs find them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the suite."""
        parser.add_argument("suite", help="its key: open-llm-v1, …")

    def handle(self, *, suite: str, **_: Any) -> None:
        """Fetch task after task, and say what came."""
        try:
            chosen = suites.named(suite)
        except suites.SuiteMissing as error:
            raise CommandError(str(error)) from error
        tasks = list(chosen.benchmarks.order_by("position", "pk").values_list("task", flat=True))
        failed = []
        for told in _fetched(tasks):
            if "error" in told:
                failed.append(told["task"])
                self.stderr.write(f"{told['task']}: {told['error']}")
            else:
                self.stdout.write(f"{told['task']}: {told['questions']} questions")
        if failed:
            names = ", ".join(failed)
            raise CommandError(f"Not fetched: {names}. Check the network, then run it again.")


def _fetched(tasks: list[str]) -> Iterator[dict[str, Any]]:
    """Yield what the child tells of each task; of a task that it died on, too."""
    cache = Path(settings.VAR_DIR, "harness")
    cache.mkdir(parents=True, exist_ok=True)
    hub = {"HF_HOME": str(cache), "HF_ENDPOINT": settings.HUB_URL}
    token = ["HF_TOKEN"] if "HF_TOKEN" in os.environ else []
    command = [sys.executable, "-m", "workers.children.fetch_tasks", str(settings.TASKS_DIR)]
    left = list(tasks)
    with subprocess.Popen(
        [*command, *tasks],
        cwd=processes.ROOT,
        env=dict(confined.environment(keep=token, **hub)),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as child:
        for line in child.stdout or ():
            told: dict[str, Any] = json.loads(line)
            left.remove(told["task"])
            yield told
    yield from ({"task": task, "error": "the process ended"} for task in left)
