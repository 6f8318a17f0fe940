"""The proof of an adapter, on its page and in the API."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from evals.models import Contender, Proof
from tests import factories
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


def proven(**fields: Any) -> Contender:
    """Return an adapter with a proof."""
    adapter = factories.adapter()
    defaults = {
        "verdict": Proof.Verdict.APPLIED,
        "probes": 24,
        "moved": 0.31,
        "gap_to_peft": 0.0021,
        "proved_at": NOON,
    }
    run = factories.run(adapter, factories.suite("zoo"))
    Proof.objects.create(contender=adapter, run=run, **(defaults | fields))
    return adapter


def page(client: Client, contender: Contender) -> str:
    return client.get(reverse("contender-detail", args=[contender.slug])).content.decode()


class TestPage:
    def test_shows_what_the_probes_found(self, client: Client) -> None:
        shown = page(client, proven())

        assert "24 probes asked the server and PEFT the same" in shown
        assert "0.002" in shown
        assert "LoRA layers concatenated on the base" in shown

    def test_warns_of_an_adapter_that_changes_nothing(self, client: Client) -> None:
        shown = page(client, proven(verdict=Proof.Verdict.IDENTICAL))

        assert "identical to its parent" in shown

    def test_says_nothing_of_a_model(self, client: Client) -> None:
        assert "Proof of application" not in page(client, factories.model())


class TestApi:
    def test_gives_the_proof_with_the_way_it_is_served(self, client: Client) -> None:
        told = client.get(f"/api/v1/contenders/{proven().slug}").json()

        assert told["serving"] == "CONCATENATED"
        assert told["proof"]["verdict"] == "APPLIED"
        assert told["proof"]["gap_to_peft"] == 0.0021

    def test_has_none_for_a_model(self, client: Client) -> None:
        assert client.get(f"/api/v1/contenders/{factories.model().slug}").json()["proof"] is None
