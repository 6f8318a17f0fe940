"""A browser that holds a voter's key, two contenders that can answer, prompts to take."""

import time
from typing import Any

import redis
from django.conf import settings
from django.test import AsyncClient, Client

from arena.models import Prompt, PromptSet
from evals.models import Contender
from leaderboard.battling.voters import SESSION_NAME
from tests import factories


def browser(voter: str = "ada", **options: Any) -> Client:
    """Return a browser whose session cookie says who it is."""
    client = Client(**options)
    client.cookies[settings.SESSION_COOKIE_NAME] = _cookie(voter)
    return client


def async_browser(voter: str = "ada") -> AsyncClient:
    """Return the same for views that stream."""
    client = AsyncClient()
    client.cookies[settings.SESSION_COOKIE_NAME] = _cookie(voter)
    return client


def opponents(*names: str) -> list[Contender]:
    """Return contenders that can answer right now."""
    made = [factories.model(name) for name in names or ("Heron", "Wren")]
    for each in made:
        factories.deployment(each)
    return made


def suggestions(*texts: str) -> list[Prompt]:
    """Return suggested prompts of one theme."""
    made = PromptSet.objects.create(key="zoo", title="Zoo")
    return [Prompt.objects.create(prompt_set=made, theme="Stories", text=text) for text in texts]


def is_rung(valkey: redis.Redis) -> bool:
    """Say whether a message reaches the queue within two seconds: bells ring in a thread."""
    for _ in range(40):
        if valkey.llen("answers"):
            return True
        time.sleep(0.05)
    return False


def _cookie(voter: str) -> str:
    session = Client().session
    session[SESSION_NAME] = voter
    session.save()
    return str(session.session_key)
