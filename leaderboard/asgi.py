"""The door of the web processes: uvicorn loads `leaderboard.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

from evals import schema

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leaderboard.settings")
os.environ.setdefault("STATEMENT_TIMEOUT_S", "5")  # no page is worth more of the database's time

application = get_asgi_application()
schema.require_current()
