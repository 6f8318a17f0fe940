"""The door of the web processes: uvicorn loads `leaderboard.asgi:application`."""

import os

import django
from django.db import connection
from django.urls import get_resolver

from evals import schema
from leaderboard.operations import databases
from leaderboard.web.one_thread import OneThreadHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leaderboard.settings")
os.environ.setdefault("STATEMENT_TIMEOUT_S", "5")  # no page is worth more of the database's time

django.setup(set_prefix=False)
application = OneThreadHandler()
get_resolver().url_patterns  # noqa: B018 - every page is loaded now, not when its first reader waits
schema.require_current()
if connection.vendor == "sqlite":
    kept = databases.held_open(str(connection.settings_dict["NAME"]))
