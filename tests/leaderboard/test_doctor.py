"""manage.py doctor: says how an installation is and what to do about it."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from evals.models import EvalRun
from tests import factories
from workers import heartbeats

pytestmark = pytest.mark.django_db(transaction=True)


def findings() -> dict[str, Any]:
    """Return what is not well, by subject."""
    out = io.StringIO()
    try:
        call_command("doctor", "--json", stdout=out)
    except CommandError as error:
        assert "wrong" in str(error)  # noqa: PT017
    return {each["subject"]: each for each in json.loads(out.getvalue()) if each["level"] != "well"}


class TestDoctor:
    def test_finds_nothing_to_do_for_parts_that_work(
        self, valkey_server: str, settings: Settings
    ) -> None:
        settings.DEFAULT_SUITE = factories.suite().key
        factories.deployment(factories.model())
        for role in ("runs", "answers"):
            heartbeats.report(role=role)

        found = findings()

        assert not {"database", "broker", "workers", "engines", "suites", "files"} & set(found)

    def test_says_what_to_do_about_each_thing(self, settings: Settings) -> None:
        settings.REDIS_URL = "unix:///nowhere/valkey.sock"
        settings.DEFAULT_SUITE = "zoo"
        settings.BASELINE_KEYS = {"api.example": "NO_SUCH_KEY"}
        past = timezone.now() - timedelta(hours=1)
        running = {"state": EvalRun.State.RUNNING, "lease_until": past}
        factories.run(factories.model(), factories.suite(), **running)

        found = findings()

        assert {"broker", "suites", "workers", "engines", "runs", "keys"} <= set(found)
        assert all(len(each["remedy"]) > 20 for each in found.values())

    def test_is_readable(self, settings: Settings) -> None:
        settings.DEFAULT_SUITE = "zoo"
        out = io.StringIO()

        with pytest.raises(CommandError):
            call_command("doctor", stdout=out)

        assert "✗ suites: The suite zoo is not loaded.\n    Run `manage.py load_suites`." in (
            out.getvalue()
        )
