"""The real harness as a site keeps it: it measures all the same, and hostile templates end."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.engines.conftest import BASE
from tests.engines.test_harness import FACTS, TASKS
from tests.evil_llm import EvilLLM
from workers.engines.faults import Code, UserFault
from workers.engines.harness import Harness
from workers.engines.orders import BenchmarkSpec, Order, Target, TargetKind

CHAT = BenchmarkSpec("zoo_sums", "exact_match", "whole-answer", limit=2, is_chat=True)
ENDLESS = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"
GROWING = "{{ 'a' * 9000000000 }}"


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the private folder of a site."""
    folder = tmp_path_factory.mktemp("var")
    (folder / "secret_key").write_text("canary")
    return folder


@pytest.fixture(scope="module")
def kept(var: Path) -> Iterator[Harness]:
    """Return a harness that is kept from that folder."""
    with (
        pytest.MonkeyPatch.context() as environment,
        Harness(
            log_path=var / "logs" / "harness.log",
            cache_dir=var / "harness",
            private=var,
            readable=[var / "models"],
            writable=[var / "samples"],
        ) as started,
    ):
        environment.setenv("SECRET_KEY", "canary")
        started.warm_up()  # long before anybody makes the folders of samples
        yield started


def order(evil_llm: EvilLLM, spec: BenchmarkSpec, tokenizer: Path, samples: str = "") -> Order:
    target = Target(TargetKind.VLLM, evil_llm.url, "good", tokenizer_dir=str(tokenizer))
    return Order("1", spec, target, TASKS, samples)


class TestKeptHarness:
    def test_measures_and_writes_where_it_may(
        self, kept: Harness, evil_llm: EvilLLM, var: Path
    ) -> None:
        samples = var / "samples" / "run-1-1" / "facts.parquet"
        samples.parent.mkdir()

        measured = kept.measure(order(evil_llm, FACTS, BASE, str(samples)))

        assert measured.samples == 4
        assert samples.exists()

    def test_has_no_secret(self, kept: Harness, evil_llm: EvilLLM) -> None:
        kept.measure(order(evil_llm, FACTS, BASE))

        assert kept.pid is not None
        assert "canary" not in psutil.Process(kept.pid).environ().values()

    @pytest.mark.parametrize("template", [ENDLESS, GROWING])
    def test_stops_a_hostile_template_and_measures_the_next(
        self, kept: Harness, evil_llm: EvilLLM, var: Path, template: str
    ) -> None:
        hostile = var / "models" / f"hostile-{len(template)}"
        shutil.copytree(BASE, hostile)
        (hostile / "chat_template.jinja").write_text(template)
        config = json.loads((hostile / "tokenizer_config.json").read_text())
        config["chat_template"] = template
        (hostile / "tokenizer_config.json").write_text(json.dumps(config))

        with pytest.raises(UserFault, match="chat template was stopped") as caught:
            kept.measure(order(evil_llm, CHAT, hostile), time_limit_s=120)

        assert caught.value.code == Code.BAD_CONFIG
        assert kept.measure(order(evil_llm, FACTS, BASE)).samples == 4
