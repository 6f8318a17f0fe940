"""The engine pool: whoever is wanted answers, as far as the memory reaches."""

import time
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from evals.models import Contender, Deployment, EvalRun, Suite
from tests import factories
from tests.conftest import NOON
from tests.workers.fake_builder import FakeBuilder
from workers import pool as pool_module
from workers import pulse
from workers.engines.faults import Code, UserFault
from workers.pool import Pool

pytestmark = pytest.mark.django_db
READY, DOWN = Deployment.State.READY, Deployment.State.DOWN


@pytest.fixture
def builder() -> FakeBuilder:
    return FakeBuilder()


@pytest.fixture
def pool(
    builder: FakeBuilder, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Pool]:
    settings.ENGINE_MEMORY_BYTES = 10_000
    monkeypatch.setattr(pulse, "BEAT_S", 0.0)
    pool = Pool(builder=builder, clock=lambda: NOON)
    pool.open()
    yield pool
    pool.close()


def settle(pool: Pool, ticks: int = 12) -> None:
    """Tick until nothing more can happen."""
    for _ in range(ticks):
        pool.tick()
        time.sleep(0.01)


def waiting(contender: Contender, suite: Suite) -> EvalRun:
    return factories.run(contender, suite, state=EvalRun.State.QUEUED)


def answering() -> set[str]:
    return set(Deployment.objects.filter(state=READY).values_list("served_name", flat=True))


class TestMemory:
    def test_is_the_most_that_a_server_has_held(
        self, pool: Pool, builder: FakeBuilder, suite: Suite, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pool_module, "WEIGH_S", 0.0)
        waiting(factories.model(), suite)
        settle(pool)
        seen = []

        for held in (5_000, 7_000, 6_000):
            [server] = builder.servers
            server.bytes_held = held
            pool.tick()
            seen.append(Deployment.objects.get().memory_bytes)

        assert seen == [5_000, 7_000, 7_000]


class TestTick:
    def test_brings_up_a_model_and_its_adapters_on_one_server(
        self, pool: Pool, builder: FakeBuilder, suite: Suite
    ) -> None:
        base = factories.model()
        layer = factories.adapter(parent=base)
        upper = factories.adapter(parent=layer)
        for contender in (upper, layer, base):
            waiting(contender, suite)

        settle(pool)

        assert answering() == {base.slug, layer.slug, upper.slug}
        assert builder.started == [base.slug]
        assert Deployment.objects.values("url").distinct().count() == 1

    def test_tells_where_a_baseline_answers(self, pool: Pool) -> None:
        baseline = factories.baseline()

        settle(pool)

        row = Deployment.objects.get(contender=baseline)
        assert (row.state, row.url, row.served_name) == (
            READY, baseline.locator, baseline.api_model,
        )  # fmt: skip
        assert row.answered_at == NOON

    def test_says_that_a_baseline_is_silent(self, pool: Pool, builder: FakeBuilder) -> None:
        baseline = factories.baseline()
        builder.silent.add(baseline.slug)

        settle(pool)

        row = Deployment.objects.get(contender=baseline)
        assert row.state == DOWN
        assert row.reason.startswith("BASELINE_UNREACHABLE: ")

    def test_says_why_somebody_cannot_be_brought_up(
        self, pool: Pool, builder: FakeBuilder, suite: Suite
    ) -> None:
        base = factories.model()
        broken = factories.adapter(parent=base)
        builder.faults[broken.slug] = UserFault(Code.ADAPTER_MISFIT, "It does not fit.")
        waiting(broken, suite)
        waiting(base, suite)

        settle(pool)

        row = Deployment.objects.get(contender=broken)
        assert (row.state, row.reason) == (DOWN, "ADAPTER_MISFIT: It does not fit.")
        assert answering() == {base.slug}

    def test_starts_a_dead_server_again(
        self, pool: Pool, builder: FakeBuilder, suite: Suite
    ) -> None:
        contender = factories.model()
        waiting(contender, suite)
        settle(pool)

        builder.servers[0].is_running = False
        settle(pool)

        assert builder.started == [contender.slug] * 2
        assert answering() == {contender.slug}

    def test_ends_a_server_that_gives_no_token(
        self, pool: Pool, builder: FakeBuilder, suite: Suite
    ) -> None:
        contender = factories.model()
        waiting(contender, suite)
        settle(pool)

        builder.silent.add(contender.slug)
        settle(pool)

        assert not builder.servers[0].is_running

    def test_makes_room_by_stopping_the_least_wanted(
        self, pool: Pool, builder: FakeBuilder, suite: Suite
    ) -> None:
        builder.server_bytes = 4_000
        idle, met, urgent = factories.model(), factories.model(), factories.model()
        factories.battle(met, urgent)
        for contender in (idle, met):
            factories.run(contender, suite)
        settle(pool)
        assert answering() == {idle.slug, met.slug}

        waiting(urgent, suite)
        settle(pool)

        assert answering() == {met.slug, urgent.slug}
        assert not Deployment.objects.filter(contender=idle, state=READY).exists()

    def test_starts_anew_for_a_rank_that_the_server_cannot_take(
        self, pool: Pool, builder: FakeBuilder, suite: Suite
    ) -> None:
        base = factories.model()
        factories.run(base, suite)
        settle(pool)

        high = factories.adapter(parent=base, rank=128)
        waiting(high, suite)
        settle(pool)

        assert answering() == {base.slug, high.slug}
        assert builder.started == [base.slug] * 2

    def test_forgets_whom_nobody_wants(self, pool: Pool, suite: Suite) -> None:
        contender = factories.model()
        factories.run(contender, suite)
        settle(pool)

        Contender.objects.filter(pk=contender.pk).update(is_in_arena=False)
        settle(pool)

        assert not Deployment.objects.exists()


class TestOpenAndClose:
    def test_leave_no_row_of_another_life(self, pool: Pool, suite: Suite) -> None:
        contender = factories.model()
        factories.deployment(contender, machine="local")
        factories.deployment(contender, machine="elsewhere")

        pool.open()

        assert [row.machine for row in Deployment.objects.all()] == ["elsewhere"]

    def test_end_everything(self, pool: Pool, builder: FakeBuilder, suite: Suite) -> None:
        waiting(factories.model(), suite)
        settle(pool)

        pool.close()

        assert builder.is_closed
        assert not Deployment.objects.exists()
