"""Probes: what works, what is degraded, and who may read the numbers."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from arena.models import Battle
from evals.models import EvalRun
from leaderboard.operations import health
from tests import factories
from tests.conftest import NOON
from workers import heartbeats
from workers.models import Heartbeat

pytestmark = pytest.mark.django_db(transaction=True)

NOWHERE = "unix:///nowhere/valkey.sock"
Number = Callable[[str], float]


@pytest.fixture(autouse=True)
def fresh() -> None:
    """Forget what earlier tests found."""
    health.ALIVE.forget()
    health.READY.forget()


@pytest.fixture
def number(client: Client) -> Number:
    """Return a function that reads one metric as Prometheus would."""

    def read(name: str) -> float:
        lines = client.get("/metrics").content.decode().splitlines()
        return float(next(line for line in lines if line.startswith(f"{name} ")).split()[-1])

    return read


class TestAlive:
    def test_is_ok_where_everything_holds(self, client: Client, valkey_server: str) -> None:
        factories.deployment(factories.model())
        heartbeats.report(role="runs")
        heartbeats.report(role="answers")

        response = client.get("/healthz")

        assert response.status_code == 200
        assert response.json()["status"] == "ok"

    def test_names_what_is_degraded_and_stays_alive(
        self, client: Client, settings: Settings
    ) -> None:
        settings.REDIS_URL = NOWHERE
        factories.model()

        response = client.get("/healthz")

        assert response.status_code == 200
        assert response.json()["status"] == "degraded"
        degraded = {name for name, part in response.json()["parts"].items() if not part["holds"]}
        assert degraded == {"broker", "engines", "workers"}


class TestReady:
    def test_writes_a_row_and_wants_a_recent_token(
        self, client: Client, valkey_server: str
    ) -> None:
        factories.deployment(factories.model())

        response = client.get("/readyz")

        assert response.status_code == 200, response.json()
        assert Heartbeat.objects.get().role == Heartbeat.PROBE

    def test_is_refused_where_no_token_came_lately(
        self, client: Client, valkey_server: str
    ) -> None:
        old = timezone.now() - timedelta(minutes=2)
        factories.deployment(factories.model(), answered_at=old)

        response = client.get("/readyz")

        assert response.status_code == 503
        assert not response.json()["parts"]["engines"]["holds"]

    def test_is_refused_without_a_broker(self, client: Client, settings: Settings) -> None:
        settings.REDIS_URL = NOWHERE

        assert client.get("/readyz").status_code == 503


class TestNumbers:
    def test_tell_what_waits_and_what_lags(self, number: Number) -> None:
        suite = factories.suite()
        queued_at = timezone.now() - timedelta(seconds=90)
        factories.run(factories.model(), suite, state=EvalRun.State.QUEUED, queued_at=queued_at)
        factories.vote(factories.battle())
        factories.vote(factories.battle(), exclusion="IDENTITY_LEAK")
        factories.battle(answers=None, state=Battle.State.ANSWERING)

        assert 90 <= number("p4p_queue_age_seconds") < 120
        assert number('p4p_runs{state="QUEUED"}') == 1
        assert number('p4p_votes_total{choice="A"}') == 2
        assert number('p4p_votes_excluded{reason="IDENTITY_LEAK"}') == 1
        assert number("p4p_rating_lag_votes") == 1
        assert number("p4p_battles_answering") == 1

    def test_tell_how_fast_answers_were(self, number: Number) -> None:
        battle = factories.battle()
        battle.turns.get().responses.update(
            finished_at=timezone.now(), tokens=50, seconds=0.5, first_token_s=0.125
        )

        assert number("p4p_answer_tokens_per_second") == 100
        assert number('p4p_first_token_seconds{quantile="0.5"}') == 0.125

    def test_tell_whose_lease_has_run_out(self, number: Number) -> None:
        suite = factories.suite()
        later = timezone.now() + timedelta(minutes=1)
        for until in (NOON, later):
            factories.run(factories.model(), suite, state=EvalRun.State.RUNNING, lease_until=until)

        assert number("p4p_leases_live") == 1
        assert number("p4p_leases_expired") == 1

    def test_take_as_many_questions_for_many_rows_as_for_few(
        self, client: Client, django_assert_num_queries: Callable[..., object]
    ) -> None:
        for _ in range(5):
            factories.vote(factories.battle())

        with django_assert_num_queries(17):  # type: ignore[attr-defined]
            client.get("/metrics")

    @pytest.mark.parametrize(
        "headers",
        [{"REMOTE_ADDR": "10.1.2.3"}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, {"REMOTE_ADDR": ""}],
    )
    def test_are_for_this_machine_only(self, client: Client, headers: dict[str, str]) -> None:
        assert client.get("/metrics", **headers).status_code == 403  # type: ignore[arg-type]

    def test_are_for_whoever_has_the_token(self, client: Client, settings: Settings) -> None:
        settings.METRICS_TOKEN = "open-sesame-open"

        wrong = client.get("/metrics", headers={"authorization": "Bearer open"})
        right = client.get("/metrics", headers={"authorization": "Bearer open-sesame-open"})

        assert (wrong.status_code, right.status_code) == (403, 200)
