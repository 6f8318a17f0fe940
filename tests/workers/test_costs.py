"""What serving costs, measured against a server of known speed."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from pytest_django import Settings

from tests import factories
from tests.workers import stub_llm
from tests.workers.fake_engines import deployment
from tests.workers.stub_llm import Script, Stub
from workers import costs, energy
from workers.energy import Meter
from workers.engines.orders import Target, TargetKind

pytestmark = pytest.mark.django_db
PAUSE_S = 0.1
PIECES = 5


@pytest.fixture
def stub() -> Iterator[Stub]:
    with stub_llm.serve({"steady": Script(("word ",) * PIECES, pause_s=PAUSE_S)}) as stub:
        yield stub


def target(stub: Stub, name: str = "steady") -> Target:
    return Target(TargetKind.VLLM, stub.url.removesuffix("/v1"), name)


class TestMeasure:
    def test_times_one_answer_and_many(self, stub: Stub, settings: Settings) -> None:
        settings.MACHINE_USD_PER_HOUR = 3.6  # a tenth of a cent a second
        contender = factories.model()

        cost = costs.measure(contender, deployment(contender), target(stub), "")

        assert cost.tokens_per_second is not None
        assert cost.throughput_tokens_per_second is not None
        assert 0 < cost.tokens_per_second <= 1 / PAUSE_S * 1.5
        assert cost.throughput_tokens_per_second > cost.tokens_per_second
        assert cost.usd_per_million_tokens == pytest.approx(
            1000 / cost.throughput_tokens_per_second
        )
        assert cost.peak_memory_bytes == 1_000

    def test_takes_the_price_of_the_hardware_from_the_table(
        self, stub: Stub, settings: Settings
    ) -> None:
        settings.MACHINE_USD_PER_HOUR = 3.6
        settings.HARDWARE_USD_PER_HOUR = {"NVIDIA L4": 0.36}
        contender = factories.model()
        server = deployment(contender, hardware="NVIDIA L4")

        cost = costs.measure(contender, server, target(stub), "")

        assert cost.throughput_tokens_per_second is not None
        assert cost.usd_per_million_tokens == pytest.approx(100 / cost.throughput_tokens_per_second)

    def test_has_an_energy_where_this_machine_has_a_meter(
        self, stub: Stub, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        readings = iter([100.0, 172.0])
        meter = Meter("RAPL", lambda: next(readings))
        monkeypatch.setattr(energy, "found", lambda: [meter])
        settings.MACHINE = "here"
        contender = factories.model()

        cost = costs.measure(contender, deployment(contender), target(stub), "")

        tokens = costs.AT_ONCE * PIECES
        assert cost.energy_wh_per_million_tokens == pytest.approx(72 / 3600 / tokens * 1_000_000)
        assert cost.energy_source == "RAPL"

    def test_has_none_of_a_server_elsewhere(
        self, stub: Stub, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(energy, "found", lambda: [Meter("RAPL", lambda: 1.0)])
        settings.MACHINE = "another"
        contender = factories.model()

        cost = costs.measure(contender, deployment(contender), target(stub), "")

        assert (cost.energy_wh_per_million_tokens, cost.energy_source) == (None, "")

    def test_of_an_api_is_its_list_price(self, stub: Stub) -> None:
        contender = factories.baseline(price_usd_per_million_tokens=Decimal("2.5"))

        cost = costs.measure(contender, deployment(contender), target(stub), "")

        assert (cost.usd_per_million_tokens, cost.peak_memory_bytes) == (2.5, None)
        assert cost.tokens_per_second is not None
        assert cost.throughput_tokens_per_second is None
        assert len(stub.asked) == 1 + len(costs.PROMPTS)

    def test_is_unknown_where_nothing_answers(self, stub: Stub) -> None:
        contender = factories.model()

        cost = costs.measure(contender, deployment(contender), target(stub, "nobody"), "")

        assert cost.tokens_per_second is None
        assert cost.usd_per_million_tokens is None
