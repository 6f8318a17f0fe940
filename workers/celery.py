"""The Celery application: two queues, one for runs and one for answers.

A message is a doorbell and carries ids only; the row it names is the queue and the truth.
"""

import os
from contextlib import ExitStack
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun, worker_init

from evals import schema, spans

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leaderboard.settings")

app = Celery("workers")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_routes = {
    "workers.tasks.execute_runs": {"queue": "runs"},
    "workers.tasks.*": {"queue": "answers"},
}
app.conf.broker_channel_error_retry = True
app.conf.worker_consumer = "workers.consuming:PatientConsumer"
app.steps["worker"].add("workers.sweeper:Keeper")
app.autodiscover_tasks(["workers"])


@worker_init.connect  # type: ignore[untyped-decorator]  # Celery has no types
def refuse_old_tables(**_: object) -> None:
    """End a worker before it begins where the database is older than the code.

    Celery logs what a signal's receiver raises and goes on, unless it is the end of the process.
    """
    try:
        schema.require_current()
    except schema.Unmigrated as old:
        raise SystemExit(str(old)) from old


_open: dict[str, ExitStack] = {}  # the span of each task under way


@task_prerun.connect  # type: ignore[untyped-decorator]
def begin_span(task_id: str, task: Any, **_: object) -> None:
    """Go on with the trace of whoever rang."""
    if spans.is_on():
        stack = _open[task_id] = ExitStack()
        told = {"traceparent": str(task.request.get("traceparent") or "")}
        stack.enter_context(spans.continued(told))
        stack.enter_context(spans.span(task.name, kind="CONSUMER", task=task_id))


@task_postrun.connect  # type: ignore[untyped-decorator]
def end_span(task_id: str, **_: object) -> None:
    """End the span of a task."""
    if stack := _open.pop(task_id, None):
        stack.close()
