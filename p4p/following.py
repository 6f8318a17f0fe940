"""Watch an evaluation until it ends, a bar for each benchmark."""

import time
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from p4p.site import Api

UNFINISHED = ("QUEUED", "RUNNING")


def follow(api: Api, submission_id: str, console: Console, *, every_s: float = 1.0) -> Any:
    """Return the submission once its run has ended."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f} %"))
    bars: dict[str, TaskID] = {}
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        stage = progress.add_task("…", total=None)
        while True:
            read = api.get(f"submissions/{submission_id}")
            progress.update(stage, description=_sentence(read))
            for each in read["benchmarks"]:
                if each["key"] not in bars:
                    bars[each["key"]] = progress.add_task(each["key"], total=100)
                progress.update(bars[each["key"]], completed=each["percent"])
            if read["state"] not in UNFINISHED:
                return read
            time.sleep(every_s)


def _sentence(read: dict[str, Any]) -> str:
    if read["state"] == "QUEUED" and read["queue_position"]:
        return f"{read['queue_position']} in the queue"
    return str(read["stage"] or read["state"].lower())
