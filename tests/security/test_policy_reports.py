"""What browsers report of the content security policy is logged, and limited like any write."""

import json

import pytest
from django.test import Client
from pytest_django import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("valkey", "static_site")]

REPORT = {"violated-directive": "script-src", "blocked-uri": "https://evil.example/x.js"}


def send(body: bytes, client: Client | None = None) -> int:
    poster = client or Client(enforce_csrf_checks=True)
    return poster.post("/policy-reports/", body, content_type="application/csp-report").status_code


class TestPolicyReport:
    def test_is_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        assert send(json.dumps({"csp-report": REPORT}).encode()) == 204
        assert "script-src https://evil.example/x.js" in caplog.text

    @pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b'{"csp-report": 7}', b"[1]"])
    def test_that_is_none_is_let_go(self, body: bytes, caplog: pytest.LogCaptureFixture) -> None:
        assert send(body) == 204
        assert "https" not in caplog.text

    def test_that_is_too_long_is_let_go(self, caplog: pytest.LogCaptureFixture) -> None:
        report = {"csp-report": REPORT | {"line-number": "x" * 20_000}}

        assert send(json.dumps(report).encode()) == 204
        assert "evil" not in caplog.text

    def test_is_refused_when_there_are_too_many(self, settings: Settings) -> None:
        settings.LIMITS = True
        settings.NETWORK_FACTOR = 1
        client = Client()

        assert {send(b"{}", client) for _ in range(130)} == {204, 429}

    def test_is_asked_for_by_every_page(self, client: Client) -> None:
        policy = client.get("/").headers["Content-Security-Policy"]

        assert "report-uri /policy-reports/" in policy
        assert "unsafe" not in policy
