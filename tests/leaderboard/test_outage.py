"""What is answered while the database cannot be used: 503, never 500, and when to come back."""

import json

import pytest
from django.db import DataError, InternalError, OperationalError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory

from leaderboard.web import outage
from leaderboard.web.outage import OutageMiddleware
from tests import factories
from tests.leaderboard.voting import browser

pytestmark = pytest.mark.django_db

SAID = {
    "database or disk is full": "STORAGE_FULL",
    "could not extend file: No space left on device": "STORAGE_FULL",
    "attempt to write a readonly database": "READ_ONLY",
    "cannot execute INSERT in a read-only transaction": "READ_ONLY",
    "database is locked": "DATABASE_BUSY",
    "canceling statement due to lock timeout": "DATABASE_BUSY",
    "couldn't get a connection after 5.00 sec: connection pool": "DATABASE_BUSY",
    "server closed the connection unexpectedly": "DATABASE_AWAY",
}


class TestExplained:
    @pytest.mark.parametrize(("words", "code"), SAID.items())
    def test_tells_kinds_of_trouble_apart(self, words: str, code: str) -> None:
        assert outage.explained(words)[0] == code


class TestOutage:
    def test_is_a_page_with_a_time_to_come_back(self, client: Client) -> None:
        with connection.execute_wrapper(_locked):
            response = client.get("/")

        assert response.status_code == 503
        assert response.headers["Retry-After"] == "5"
        assert "nothing was saved" in response.content.decode()

    def test_has_the_shape_of_the_api(self, client: Client) -> None:
        with connection.execute_wrapper(_locked):
            response = client.get("/api/v1/board")

        assert response.status_code == 503
        assert response.json()["code"] == "DATABASE_BUSY"

    def test_never_acknowledges_a_vote(self) -> None:
        battle = factories.battle()
        ada = browser("ada")

        with connection.execute_wrapper(_locked_for_writing):
            response = ada.post(f"/arena/battles/{battle.pk}/vote/", {"choice": "A"})

        assert response.status_code == 503
        battle.refresh_from_db()
        assert battle.state == battle.State.READY


def _locked(execute: object, sql: str, *_: object) -> None:
    raise OperationalError("database is locked")


def _locked_for_writing(execute: object, sql: str, *rest: object) -> object:
    if sql.startswith("SELECT"):
        return execute(sql, *rest)  # type: ignore[operator]
    raise OperationalError("database is locked")


def _in_a_failed_transaction(execute: object, sql: str, *_: object) -> None:
    raise InternalError("current transaction is aborted")


def _read_only(execute: object, sql: str, *rest: object) -> object:
    if sql.startswith("SELECT"):
        return execute(sql, *rest)  # type: ignore[operator]
    raise InternalError("cannot execute UPDATE in a read-only transaction")


class TestInternalError:
    def test_of_a_read_only_database_is_an_outage(self) -> None:
        battle = factories.battle()

        with connection.execute_wrapper(_read_only):
            response = browser("ada").post(f"/arena/battles/{battle.pk}/vote/", {"choice": "A"})

        assert response.status_code == 503

    def test_of_another_kind_is_a_bug(self, client: Client) -> None:
        client.raise_request_exception = False

        with connection.execute_wrapper(_in_a_failed_transaction):
            response = client.get("/api/v1/board")

        assert response.status_code == 500


class TestUnreadable:
    def test_is_refused_as_the_visitors_own(self, rf: RequestFactory) -> None:
        said = DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
        middleware = OutageMiddleware(lambda _: HttpResponse())

        page = middleware.process_exception(rf.get("/"), said)
        call = middleware.process_exception(rf.get("/api/v1/board"), said)

        assert (page and page.status_code, call and call.status_code) == (400, 400)
        assert call
        assert json.loads(call.content)["code"] == "NUL_CHARACTER"
