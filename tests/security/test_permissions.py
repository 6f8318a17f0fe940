"""Who may do what: every address of the site, asked by everybody. A new address needs a row here.

Ada owns the submission and the battles; Bob is signed in and owns nothing; Eve is staff. What is
not yours does not exist (404), unless it is public.
"""

from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings

from evals.models import EvalRun, Submission
from tests import factories
from tests.conftest import NOON
from tests.security.matrix import BATTLE, ROWS, SUBMISSION, VOTED, Row

pytestmark = pytest.mark.django_db

# The administration is asked below; the pages of accounts are django-allauth's and tested there.
OF_OTHERS = ("admin:", "account_", "socialaccount_", "social/", "openid_connect_", "github_")
PEOPLE = ("nobody", "ada", "bob", "eve")


def names(resolver: URLResolver, space: str = "") -> Iterator[str]:
    """Yield the name of every address, with its namespace."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{entry.namespace}:" if entry.namespace else ""
            yield from names(entry, space + inner)
        elif isinstance(entry, URLPattern):
            yield space + (entry.name or str(entry.pattern) or "any")


@pytest.fixture(autouse=True)
def things(settings: Settings, static_site: None) -> None:
    """Make everything that the rows name."""
    people = get_user_model().objects
    ada, _ = people.create_user("ada"), people.create_user("bob")
    people.create_superuser("eve")
    settings.SUBMIT_POLICY = "signed-in"
    suite = factories.suite("tiny")
    settings.DEFAULT_SUITE = suite.key
    heron, wren = factories.model("Heron", slug="heron"), factories.model("Wren", slug="wren")
    run = factories.run(heron, suite, state=EvalRun.State.QUEUED, attempt=0)
    fields = {"submitter": ada, "submitter_key": f"user-{ada.pk}"}
    Submission.objects.create(pk=SUBMISSION, contender=heron, run=run, created_at=NOON, **fields)
    factories.battle(heron, wren, pk=BATTLE, voter=f"user-{ada.pk}")
    factories.vote(factories.battle(heron, wren, pk=VOTED, voter=f"user-{ada.pk}"))


def ask(person: str, method: str, path: str) -> int:
    client = Client()
    if person != "nobody":
        client.force_login(get_user_model().objects.get(username=person))
    body = "{}" if path.startswith("/api/") and method != "GET" else ""
    kind = "application/json" if body else "application/x-www-form-urlencoded"
    return client.generic(method, path, body, content_type=kind).status_code


class TestMatrix:
    def test_has_a_row_for_every_address(self) -> None:
        found = {name for name in names(get_resolver()) if not name.startswith(OF_OTHERS)}

        assert found == set(ROWS)

    @pytest.mark.parametrize(
        "row", [pytest.param(row, id=f"{name} {row[0]}") for name in ROWS for row in ROWS[name]]
    )
    def test_answers_everybody_as_it_says(self, row: Row) -> None:
        method, path, expected = row

        assert tuple(ask(person, method, path) for person in PEOPLE) == expected

    @pytest.mark.parametrize("app", ["evals/contender", "arena/vote", "accounts/user"])
    def test_keeps_the_administration_for_staff(self, app: str) -> None:
        answers = tuple(ask(person, "GET", f"/admin/{app}/") for person in PEOPLE)

        assert answers == (302, 302, 302, 200)
