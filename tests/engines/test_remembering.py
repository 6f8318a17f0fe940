"""What an attempt was told is not asked again by the next, and never believed of another model."""

from pathlib import Path

import pytest

from tests.engines.test_asking import BODY, ECHOED, PROBED, ignore
from tests.evil_llm import EvilLLM
from workers.children.asking import Server
from workers.children.grouping import plan
from workers.children.remembering import Memory
from workers.engines.faults import Fault


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "answers.sqlite"


def server(evil_llm: EvilLLM, path: Path | None, made_by: str = "heron, vLLM 1") -> Server:
    return Server(evil_llm.url, "good", memory=Memory(path, made_by))


class TestMemory:
    def test_spares_the_server_what_it_has_answered(self, evil_llm: EvilLLM, path: Path) -> None:
        first = server(evil_llm, path).answer(plan(PROBED + ECHOED), ignore)
        asked = len(evil_llm.asked)

        again = server(evil_llm, path).answer(plan(PROBED + ECHOED), ignore)

        assert len(evil_llm.asked) == asked > 0
        assert [again.score(pair) for pair in PROBED + ECHOED] == [
            first.score(pair) for pair in PROBED + ECHOED
        ]

    def test_asks_only_what_is_new(self, evil_llm: EvilLLM, path: Path) -> None:
        server(evil_llm, path).answer(plan(PROBED), ignore)
        evil_llm.asked.clear()

        server(evil_llm, path).answer(plan(PROBED + ECHOED), ignore)

        assert [each["prompt"] for each in evil_llm.asked] == [[[3, 4, 5, 7, 9], [3, 4, 6, 8, 9]]]

    def test_keeps_texts_by_everything_they_depend_on(self, evil_llm: EvilLLM, path: Path) -> None:
        told = server(evil_llm, path).complete([BODY], ignore)
        evil_llm.asked.clear()

        same = server(evil_llm, path).complete([BODY, BODY | {"max_tokens": 9}], ignore)

        assert same[0] == told[0]
        assert [each["max_tokens"] for each in evil_llm.asked] == [9]

    def test_counts_what_it_remembers_as_done(self, evil_llm: EvilLLM, path: Path) -> None:
        server(evil_llm, path).answer(plan(PROBED), ignore)
        heard: list[tuple[int, int]] = []

        server(evil_llm, path).answer(
            plan(PROBED + ECHOED), lambda done, total: heard.append((done, total))
        )

        assert heard == [(3, 3)]

    def test_forgets_another_contender_or_version(self, evil_llm: EvilLLM, path: Path) -> None:
        server(evil_llm, path).answer(plan(PROBED), ignore)
        evil_llm.asked.clear()

        server(evil_llm, path, "heron, vLLM 2").answer(plan(PROBED), ignore)

        assert len(evil_llm.asked) == 1

    def test_keeps_nothing_of_a_wrong_answer(self, evil_llm: EvilLLM, path: Path) -> None:
        with pytest.raises(Fault):
            Server(evil_llm.url, "nan", memory=Memory(path, "x")).answer(plan(PROBED), ignore)
        evil_llm.asked.clear()

        Server(evil_llm.url, "good", memory=Memory(path, "x")).answer(plan(PROBED), ignore)

        assert len(evil_llm.asked) == 1

    def test_survives_a_file_that_is_none(self, evil_llm: EvilLLM, path: Path) -> None:
        path.parent.mkdir()
        path.write_bytes(b"cut short by a crash" * 100)

        answers = server(evil_llm, path).answer(plan(PROBED), ignore)

        assert answers.score(PROBED[0]) == (-1.0, True)


class TestTextBatches:
    def test_send_greedy_texts_together_and_drawn_ones_alone(self, evil_llm: EvilLLM) -> None:
        greedy = [BODY | {"prompt": [n], "seed": n} for n in range(20)]
        drawn = [BODY | {"prompt": [n], "seed": n, "temperature": 1.0} for n in range(2)]

        texts = server(evil_llm, None).complete(greedy + drawn, ignore)

        assert len(texts) == 22
        assert sorted(len(each["prompt"]) for each in evil_llm.asked) == [1, 1, 4, 16]
