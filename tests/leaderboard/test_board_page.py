"""The board as a page: readable without JavaScript, its whole state in the address."""

import pytest
from django.test import Client
from django.urls import reverse

from evals.models import Checkpoint, Submission
from tests import factories
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


class TestIndex:
    def test_says_what_to_do_when_nobody_is_there(self, client: Client) -> None:
        page = client.get(reverse("board")).content.decode()

        assert "Nobody has stepped on the scale yet" in page
        assert reverse("submission-new") in page

    def test_shows_a_score_with_its_error_and_the_gain_of_a_layer(self, client: Client) -> None:
        suite = factories.suite("zoo", benchmarks=1)
        heron = factories.model("Heron")
        layer = factories.adapter("Heron Instruct", parent=heron)
        for contender, value in ((heron, 0.5), (layer, 0.9)):
            factories.score(factories.run(contender, suite), suite.benchmarks.get(), value)

        page = client.get(reverse("board")).content.decode()

        assert "±3.0" in page
        assert "▲ +40.0" in page
        assert "better than its parent" in page
        assert reverse("contender-detail", args=[layer.slug]) in page

    def test_shows_not_applicable_and_never_a_zero(self, client: Client) -> None:
        suite = factories.suite("zoo", benchmarks=1)
        run = factories.run(factories.baseline(), suite)
        Checkpoint.objects.filter(run=run).update(state=Checkpoint.State.NOT_APPLICABLE)

        page = client.get(reverse("board")).content.decode()

        assert "n/a" in page
        assert "Baseline" in page

    def test_follows_a_run_on_its_way(self, client: Client) -> None:
        suite = factories.suite("zoo", benchmarks=1)
        heron = factories.model("Heron")
        run = factories.run(heron, suite, state="RUNNING", lease_until=NOON)
        submission = Submission.objects.create(contender=heron, run=run, created_at=NOON)

        page = client.get(reverse("board")).content.decode()

        assert reverse("submission-detail", args=[submission.pk]) in page
        assert 'hx-trigger="every 3s"' in page

    def test_stays_still_when_nothing_runs(self, client: Client) -> None:
        factories.suite("zoo")
        factories.model()

        assert "every 3s" not in client.get(reverse("board")).content.decode()

    def test_marks_the_sorted_column(self, client: Client) -> None:
        factories.suite("zoo")
        factories.model()

        page = client.get(reverse("board"), {"sort": "cost"}).content.decode()

        assert page.count("aria-sort") == 1
        assert 'aria-sort="ascending"' in page

    def test_keeps_the_sort_while_searching(self, client: Client) -> None:
        factories.model("Heron")

        page = client.get(reverse("board"), {"sort": "cost", "q": "nobody"}).content.decode()

        assert '<input type="hidden" name="sort" value="cost">' in page
        assert "Nothing matches “nobody”" in page

    def test_offers_other_suites(self, client: Client) -> None:
        factories.suite("zoo")
        factories.suite("another")
        factories.model()

        page = client.get(reverse("board"), {"suite": "another"}).content.decode()

        assert 'href="?suite=zoo"' in page

    @pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x onerror=1>'])
    def test_escapes_names_everywhere(self, client: Client, name: str) -> None:
        factories.suite("zoo")
        model = factories.model(name, slug="odd")

        for address in (reverse("board"), reverse("contender-detail", args=[model.slug])):
            assert name not in client.get(address).content.decode()

    def test_needs_no_inline_style_or_script(self, client: Client) -> None:
        factories.suite("zoo")
        factories.model()

        page = client.get(reverse("board")).content.decode()

        assert " style=" not in page
        assert "<script>" not in page
        assert "http://" not in page
        assert "https://" not in page


class TestNotFound:
    def test_says_so_in_the_frame_of_the_site(self, client: Client) -> None:
        answer = client.get("/nowhere/")

        assert answer.status_code == 404
        assert "Not on the card" in answer.content.decode()
