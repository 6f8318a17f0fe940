"""Servers that somebody else runs are used while a token comes back from them, and no longer."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from evals.models import Deployment
from tests import evil_llm, factories
from tests.evil_llm import EvilLLM
from workers import outside

pytestmark = pytest.mark.django_db


@pytest.fixture
def server() -> Iterator[EvilLLM]:
    """Serve elsewhere."""
    with evil_llm.serving() as serving:
        yield serving


def register(server: EvilLLM, name: str) -> None:
    call_command("register_deployment", "heron", f"{server.url}/v1", name)


class TestRegister:
    def test_takes_a_server_that_gives_a_token(self, server: EvilLLM) -> None:
        heron = factories.model(slug="heron")

        register(server, "good")

        found = Deployment.objects.healthy(now=timezone.now()).get()
        assert (found.contender, found.url) == (heron, f"{server.url}/v1")

    def test_refuses_one_that_gives_none(self, server: EvilLLM) -> None:
        factories.model(slug="heron")

        with pytest.raises(CommandError, match="No token came back"):
            register(server, "http-500")

        assert not Deployment.objects.exists()

    def test_can_be_undone(self, server: EvilLLM) -> None:
        factories.model(slug="heron")
        register(server, "good")

        call_command("register_deployment", "heron", f"{server.url}/v1", "good", "--remove")

        assert not Deployment.objects.exists()


class TestLook:
    @pytest.mark.parametrize(("name", "state"), [("good", "READY"), ("http-500", "DOWN")])
    def test_writes_down_who_still_answers(self, server: EvilLLM, name: str, state: str) -> None:
        factories.model(slug="heron")
        register(server, "good")
        past = timezone.now() - timedelta(minutes=2)
        Deployment.objects.update(answered_at=past, served_name=name)

        outside.look()

        assert Deployment.objects.get().state == state
        is_healthy = Deployment.objects.healthy(now=timezone.now()).exists()
        assert is_healthy == (state == "READY")

    def test_leaves_one_alone_that_answered_a_moment_ago(self, server: EvilLLM) -> None:
        factories.model(slug="heron")
        register(server, "good")
        asked = len(server.asked)

        outside.look()

        assert len(server.asked) == asked
