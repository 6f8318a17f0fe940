"""Every page as nobody, its owner, a stranger and staff: nothing in it that our policy forbids."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.security.matrix import ROWS
from tests.security.test_permissions import PEOPLE, things

pytestmark = pytest.mark.django_db
__all__ = ["things"]  # the fixture that makes what the matrix names

FORBIDDEN = {
    "a style in an attribute": re.compile(r"<[^>]+\sstyle=", re.IGNORECASE),
    "a style sheet of its own": re.compile(r"<style", re.IGNORECASE),
    "a script of its own": re.compile(r"<script(?![^>]*\ssrc=)(?![^>]*json)", re.IGNORECASE),
    "a handler in an attribute": re.compile(r"<[^>]+\son[a-z]+=", re.IGNORECASE),
    "something of another host": re.compile(
        r"<(?:script|img|iframe|link|source)[^>]+(?:src|href)=[\"']?(?:https?:)?//", re.IGNORECASE
    ),
}
EXTRA = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/help/scoring/",
         "/help/configuration/", "/help/ratings/", "/help/peers/"]  # fmt: skip
READ = {row[1] for rows in ROWS.values() for row in rows if row[0] == "GET"}
PATHS = sorted(READ | set(EXTRA))


def told(person: str, path: str) -> list[str]:
    """Return what is wrong with a page as one person is sent it."""
    client = Client()
    if person != "nobody":
        client.force_login(get_user_model().objects.get(username=person))
    answer = client.get(path)
    if answer.streaming or "html" not in answer.headers.get("Content-Type", ""):
        return []
    page = answer.content.decode()
    return [f"{person}: {what}: {found[0][:120]}" for what, pattern in FORBIDDEN.items()
            if (found := pattern.search(page))]  # fmt: skip


class TestEveryPage:
    @pytest.mark.parametrize("path", PATHS)
    def test_keeps_the_policy(self, path: str) -> None:
        assert [wrong for person in PEOPLE for wrong in told(person, path)] == []
