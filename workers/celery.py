"""The Celery application: two queues, one for runs and one for answers.

A message is a doorbell and carries ids only; the row it names is the queue and the truth.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leaderboard.settings")

app = Celery("workers")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_routes = {
    "workers.tasks.execute_runs": {"queue": "runs"},
    "workers.tasks.*": {"queue": "answers"},
}
app.steps["worker"].add("workers.sweeper:Keeper")
app.autodiscover_tasks(["workers"])
