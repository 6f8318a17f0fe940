"""A board is read once and kept until something that it is made of changes."""

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from pytest_django import DjangoAssertNumQueries, Settings

from evals.models import Contender, EvalRun, Suite
from leaderboard.boards import snapshots
from leaderboard.boards.snapshots import Shelf
from tests import factories
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(settings: Settings) -> Shelf:
    """Return an empty shelf that looks for changes at every asking."""
    settings.BOARD_CHECK_S = 1e-9
    settings.DEFAULT_SUITE = "zoo"
    return Shelf()


@pytest.fixture
def suite() -> Suite:
    return factories.suite("zoo", benchmarks=1)


class TestGet:
    def test_keeps_the_board_while_nothing_changes(self, shelf: Shelf, suite: Suite) -> None:
        factories.model()

        assert shelf.get("") is shelf.get("zoo")

    def test_asks_nothing_of_the_database_for_a_while(
        self, settings: Settings, suite: Suite, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        settings.BOARD_CHECK_S = 60
        shelf = Shelf()
        first = shelf.get("zoo")

        with django_assert_num_queries(0):
            assert shelf.get("zoo") is first

    def test_reads_again_what_changed(self, shelf: Shelf, suite: Suite) -> None:
        heron = factories.model()
        before = shelf.get("").board.by_slug[heron.slug]
        factories.score(factories.run(heron, suite), suite.benchmarks.get(), 0.5)

        after = shelf.get("").board.by_slug[heron.slug]

        assert (before.average.value, after.average.value is not None) == (None, True)

    def test_shows_one_board_a_suite(self, shelf: Shelf, suite: Suite) -> None:
        factories.suite("another")
        factories.model()

        boards = [shelf.get(key).board for key in ("", "another", "nonsense")]

        assert [each.suite.key for each in boards if each.suite] == ["zoo", "another", "zoo"]

    def test_keeps_nothing_where_it_is_told_so(self, settings: Settings, suite: Suite) -> None:
        settings.BOARD_CHECK_S = 0
        shelf = Shelf()

        assert shelf.get("") is not shelf.get("")

    def test_shows_the_former_board_while_a_slow_one_is_read(
        self, shelf: Shelf, suite: Suite, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = shelf.get("")
        monkeypatch.setattr(snapshots, "PATIENCE_S", -1.0)  # every board counts as slow
        monkeypatch.setattr(snapshots, "SHARE", 1e9)  # and was read just now
        factories.model()

        assert shelf.get("") is first


class TestVersionOf:
    def change_contender(self, suite: Suite) -> None:
        factories.model()

    def hide_contender(self, suite: Suite) -> None:
        Contender.objects.update(is_listed=False)

    def finish_run(self, suite: Suite) -> None:
        EvalRun.objects.update(state="SUCCEEDED", finished_at=NOON)

    def move_run(self, suite: Suite) -> None:
        suite.benchmarks.get().checkpoints.update(requests_done=7)

    def publish_ratings(self, suite: Suite) -> None:
        factories.snapshot()

    def edit_by_hand(self, suite: Suite) -> None:
        person = get_user_model().objects.create_user("ada")
        LogEntry.objects.create(
            user=person,
            content_type=ContentType.objects.get_for_model(Contender),
            object_repr="Heron",
            action_flag=CHANGE,
        )

    @pytest.mark.parametrize(
        "change",
        ["change_contender", "hide_contender", "finish_run", "move_run", "publish_ratings",
         "edit_by_hand"],
    )  # fmt: skip
    def test_changes_with(self, suite: Suite, change: str) -> None:
        run = factories.run(factories.model(), suite, state="QUEUED", finished_at=None)
        before = snapshots.version_of(suite)

        getattr(self, change)(suite)

        assert snapshots.version_of(suite) != before
        assert EvalRun.objects.filter(pk=run.pk).exists()

    @pytest.mark.parametrize("contenders", [1, 20])
    def test_costs_the_same_queries_at_any_size(
        self, suite: Suite, contenders: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for _ in range(contenders):
            factories.run(factories.model(), suite)

        with django_assert_num_queries(8):
            snapshots.version_of(suite)
