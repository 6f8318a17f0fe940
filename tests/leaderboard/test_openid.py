"""Signing in with an account elsewhere: on by configuration alone, against a real provider."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.leaderboard.openid import provider

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("valkey")]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def lab(settings: Any) -> Iterator[str]:
    """Configure a provider that runs."""
    with provider() as url:
        app = {"provider_id": "lab", "name": "Our lab", "client_id": "x", "secret": "y"}
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {"APPS": [{**app, "settings": {"server_url": url}}]}
        }
        yield url


def signed_in(client: Client) -> Any:
    """Go to the provider and come back with its code."""
    sent = client.post("/accounts/oidc/lab/login/?process=login")
    state = parse_qs(urlsplit(sent.headers["Location"]).query)["state"][0]
    return client.get(f"/accounts/oidc/lab/login/callback/?code=c&state={state}")


class TestProvider:
    def test_is_offered_where_it_is_configured(self, client: Client, lab: str) -> None:
        assert "Continue with Our lab" in client.get(reverse("account_login")).content.decode()

    def test_is_not_offered_by_itself(self, client: Client) -> None:
        assert "Continue with" not in client.get(reverse("account_login")).content.decode()

    def test_signs_a_newcomer_in(self, client: Client, lab: str) -> None:
        answer = signed_in(client)

        assert answer.headers["Location"] == reverse("me")
        assert client.get(reverse("me")).context["user"] == User.objects.get(username="ada")

    def test_knows_a_person_again(self, client: Client, lab: str) -> None:
        signed_in(client)
        signed_in(Client())

        assert User.objects.count() == 1

    def test_takes_over_no_account_that_has_the_address(self, client: Client, lab: str) -> None:
        eve = User.objects.create_user("eve", "ada@lab.example")

        signed_in(client)

        assert client.get(reverse("me")).context["user"] != eve

    def test_believes_no_answer_that_was_not_asked_for(self, client: Client, lab: str) -> None:
        client.get("/accounts/oidc/lab/login/callback/?code=c&state=forged")

        assert not User.objects.exists()


class TestSettings:
    def test_lead_forms_to_the_providers_that_are_on(self, tmp_path: Path) -> None:
        told = subprocess.run(
            [sys.executable, "-c", "from leaderboard.settings import *; print(PROVIDER_ORIGINS)"],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "VAR_DIR": str(tmp_path),
                "HF_CLIENT_ID": "x",
                "GITHUB_CLIENT_ID": "y",
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )

        assert told.stdout.strip() == "['https://huggingface.co', 'https://github.com']"
