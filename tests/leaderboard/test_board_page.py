"""The board as a page: readable without JavaScript, its whole state in the address."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

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
        assert "▲ +53.3 <small>±5.7</small>" in page
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

        assert '<option value="cost" selected>' in page
        assert "Nothing matches “nobody”" in page

    def test_offers_other_suites(self, client: Client) -> None:
        factories.suite("zoo")
        factories.suite("another")
        factories.model()

        page = client.get(reverse("board"), {"suite": "another"}).content.decode()

        assert '<option value="another" selected>' in page
        assert '<option value="zoo">' in page

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

    def test_puts_pinned_rows_on_top(self, client: Client) -> None:
        heron = factories.model("Heron")

        page = client.get(reverse("board"), {"pin": f"{heron.slug},nobody"}).content.decode()

        assert f'id="pinned-{heron.slug}"' in page
        assert f'aria-label="Unpin {heron.name}"' in page
        assert "1 pinned" in page

    def test_shows_the_columns_that_were_picked_and_the_one_that_sorts(
        self, client: Client
    ) -> None:
        factories.model("Heron")

        page = client.get(reverse("board"), {"cols": "quant", "sort": "memory"}).content.decode()

        assert page.count('role="columnheader"') == 3
        assert 'value="quant" checked' in page

    def test_scales_scores_from_guessing_to_perfect(self, client: Client) -> None:
        suite = factories.suite("zoo", benchmarks=1)
        factories.score(factories.run(factories.model(), suite), suite.benchmarks.get(), 0.625)

        raw = client.get(reverse("board")).content.decode()
        scaled = client.get(reverse("board"), {"scores": "normalised"}).content.decode()

        assert '<span class="value">62.5</span>' in raw
        assert '<span class="value">62.5</span>' not in scaled
        assert scaled.count('<span class="value">50.0</span> <small>±4.0</small>') == 2

    def test_marks_a_shared_place(self, client: Client) -> None:
        suite = factories.suite("zoo", benchmarks=1)
        for value in (0.50, 0.51):
            factories.score(factories.run(factories.model(), suite), suite.benchmarks.get(), value)

        page = client.get(reverse("board")).content.decode()

        assert page.count("a test at 5 % does not tell it from the best one at this place") == 2

    def test_says_what_it_did_not_understand(self, client: Client) -> None:
        factories.model()

        page = client.get(reverse("board"), {"q": "@size:7b"}).content.decode()

        assert "@size means nothing here" in page

    def test_turns_pages(self, client: Client) -> None:
        for number in range(51):
            factories.model(f"Model {number:03}")

        first = client.get(reverse("board"), {"sort": "name"}).content.decode()
        last = client.get(reverse("board"), {"sort": "name", "page": "9"}).content.decode()

        assert "Model 000" in first
        assert "Model 050" not in first
        assert 'href="?sort=name&amp;page=2"' in first
        assert "of 51" in last
        assert "Model 050" in last

    def test_tells_htmx_the_short_address(self, client: Client) -> None:
        answer = client.get(reverse("board"), {"q": "wren", "kind": "", "sort": "-average"})

        assert answer.headers["HX-Push-Url"] == "/?q=wren"

    def test_is_not_sent_again_unchanged(self, client: Client) -> None:
        factories.model()
        first = client.get(reverse("board"))

        again = client.get(reverse("board"), headers={"if-none-match": first.headers["ETag"]})
        other = client.get("/?q=x", headers={"if-none-match": first.headers["ETag"]})
        factories.model()
        later = client.get(reverse("board"), headers={"if-none-match": first.headers["ETag"]})

        assert [each.status_code for each in (again, other, later)] == [304, 200, 200]

    @pytest.mark.parametrize("contenders", [1, 30])
    def test_costs_the_same_queries_at_any_size(
        self, client: Client, contenders: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        suite = factories.suite("zoo", benchmarks=2)
        for _ in range(contenders):
            factories.run(factories.model(), suite)

        with django_assert_num_queries(19):
            client.get(reverse("board"))


class TestNotFound:
    def test_says_so_in_the_frame_of_the_site(self, client: Client) -> None:
        answer = client.get("/nowhere/")

        assert answer.status_code == 404
        assert "Not on the card" in answer.content.decode()
