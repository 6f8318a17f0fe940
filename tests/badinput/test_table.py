"""Every row of the table is refused as it says: status, code, a sentence, and nothing is kept."""

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from arena.models import Battle, Vote
from evals.models import Contender, Submission
from leaderboard.api.callers import Caller
from tests import factories
from tests.badinput.table import ROWS, Bad
from tests.leaderboard.voting import opponents

pytestmark = pytest.mark.django_db

TOKEN = "Authorization"
Battles = dict[str, str]


@pytest.fixture(autouse=True)
def rules(settings: Settings, static_site: None) -> None:
    """Have a suite, and no address that is allowed by name."""
    settings.BASELINE_HOSTS_ALLOWED = []
    settings.DEFAULT_SUITE = factories.suite("tiny").key


@pytest.fixture
def battles() -> Battles:
    """Return one battle of Ada in each state, and one of somebody else."""
    a, b = opponents()
    voted = factories.battle(a, b)
    factories.vote(voted, "A")
    answering = factories.battle(a, b, answers=None)
    failed = factories.battle(a, b, state=Battle.State.FAILED, error_code="ENGINE_LOST")
    found = {
        "battle": factories.battle(a, b),
        "foreign": factories.battle(a, b, voter="bob"),
        "answering": answering,
        "failed": failed,
        "voted": voted,
    }
    return {name: str(battle.pk) for name, battle in found.items()}


def send(client: Client, bad: Bad, battles: Battles) -> Any:
    path = bad.path
    for name, key in battles.items():
        path = path.replace(f"{{{name}}}", key)
    headers = {TOKEN: f"Bearer {Caller('ada').token()}"} | bad.headers
    body = bad.body if isinstance(bad.body, bytes) else json.dumps(bad.body).encode()
    if bad.body is None:
        return client.generic(bad.method, path, headers=headers)
    return client.generic(bad.method, path, body, content_type=bad.content_type, headers=headers)


class TestEveryRow:
    @pytest.mark.parametrize("bad", [pytest.param(each, id=each.id) for each in ROWS])
    def test_is_refused_as_it_says_and_leaves_nothing(
        self, client: Client, battles: Battles, bad: Bad
    ) -> None:
        before = (Contender.objects.count(), Battle.objects.count(), Vote.objects.count())

        answer = send(client, bad, battles)

        told = answer.json()
        assert (answer.status_code, told["code"] in bad.code.split("|")) == (bad.status, True), told
        assert 15 < len(told["detail"]) < 2_000
        assert "Traceback" not in told["detail"]
        assert not Submission.objects.exists()
        after = (Contender.objects.count(), Battle.objects.count(), Vote.objects.count())
        assert after == before

    def test_has_an_id_of_its_own(self) -> None:
        assert len({each.id for each in ROWS}) == len(ROWS)


text = st.text(max_size=300) | st.binary(max_size=60).map(lambda raw: raw.decode("latin-1"))
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
patiently = hypothesis_settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class TestAnything:
    @patiently
    @given(prompt=anything)
    def test_as_a_prompt_starts_a_battle_or_is_refused(self, client: Client, prompt: Any) -> None:
        answer = send(client, Bad("any", 0, "", {"prompt": prompt}, "/api/v1/battles"), {})

        assert answer.status_code in (201, 400, 413, 429, 503)

    @patiently
    @given(choice=anything)
    def test_as_a_verdict_is_one_of_four_or_refused(
        self, client: Client, battles: Battles, choice: Any
    ) -> None:
        bad = Bad("any", 0, "", {"choice": choice}, "/api/v1/battles/{battle}/vote")

        answer = send(client, bad, battles)

        is_verdict = choice in ("A", "B", "TIE", "BOTH_BAD")
        assert answer.status_code in ((200, 201, 409) if is_verdict else (400,))

    @patiently
    @given(field=st.sampled_from(["locator", "name", "revision", "description"]), value=anything)
    def test_as_part_of_a_submission_is_refused_by_name(
        self, client: Client, field: str, value: Any
    ) -> None:
        body = {"kind": "MODEL", "source": "DIRECTORY", "locator": "models/none", field: value}

        answer = send(client, Bad("any", 0, "", body), {})

        assert answer.status_code in (400, 403, 413, 429), answer.json()
