"""The Celery application: two queues, one for runs and one for answers.

A message is a doorbell and carries ids only; the row it names is the queue and the truth.
"""

import os

from celery import Celery
from celery.signals import worker_init

from evals import schema

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leaderboard.settings")

app = Celery("workers")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_routes = {
    "workers.tasks.execute_runs": {"queue": "runs"},
    "workers.tasks.*": {"queue": "answers"},
}
app.steps["worker"].add("workers.sweeper:Keeper")
app.autodiscover_tasks(["workers"])


@worker_init.connect  # type: ignore[untyped-decorator]  # Celery has no types
def refuse_old_tables(**_: object) -> None:
    """End a worker before it begins where the database is older than the code."""
    schema.require_current()
