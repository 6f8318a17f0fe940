"""Asking a server for numbers: nothing that is wrong with an answer becomes a score."""

import pytest

from tests.evil_llm import EvilLLM
from workers.children.asking import Server
from workers.children.grouping import Pair, plan
from workers.children.replies import Completion
from workers.engines.faults import Code, Fault

PROBED = [Pair((1, 2), (5,)), Pair((1, 2), (6,))]
ECHOED = [Pair((3, 4), (5, 7, 9)), Pair((3, 4), (6, 8, 9))]
BODY = {"prompt": [1, 2], "max_tokens": 5, "temperature": 0}


def ignore(done: int, total: int) -> None:
    """Hear of progress and do nothing."""


def server(evil_llm: EvilLLM, model: str) -> Server:
    return Server(evil_llm.url, model)


class TestAnswer:
    def test_scores_probed_and_echoed_pairs(self, evil_llm: EvilLLM) -> None:
        answers = server(evil_llm, "good").answer(plan(PROBED + ECHOED[:1]), ignore)

        assert answers.score(PROBED[0]) == (-1.0, True)
        assert answers.score(PROBED[1]) == (-1.0, False)

    def test_asks_one_request_for_all_choices_of_a_context(self, evil_llm: EvilLLM) -> None:
        server(evil_llm, "good").answer(plan(PROBED), ignore)

        [body] = evil_llm.asked
        assert body["prompt"] == [[1, 2]]
        assert body["logprob_token_ids"] == [5, 6]
        assert body["max_tokens"] == 1

    def test_tells_how_far_it_is(self, evil_llm: EvilLLM) -> None:
        heard: list[tuple[int, int]] = []

        server(evil_llm, "good").answer(
            plan(PROBED + ECHOED), lambda done, total: heard.append((done, total))
        )

        assert heard[-1] == (3, 3)

    def test_counts_tokens_and_seconds(self, evil_llm: EvilLLM) -> None:
        asked = server(evil_llm, "good")

        asked.answer(plan(PROBED), ignore)

        assert asked.spent.prompt_tokens == 9
        assert asked.spent.seconds > 0

    @pytest.mark.fault("F32", "the engine gives NaN, nothing or nonsense for a log-probability")
    @pytest.mark.parametrize("pairs", [PROBED, ECHOED], ids=["probed", "echoed"])
    @pytest.mark.parametrize(
        ("model", "code"),
        [
            ("nan", Code.ENGINE_NONSENSE),
            ("null", Code.ENGINE_NONSENSE),
            ("infinite", Code.ENGINE_NONSENSE),
            ("left-out", Code.ENGINE_NONSENSE),
            ("wrong-count", Code.ENGINE_NONSENSE),
            ("no-choices", Code.ENGINE_NONSENSE),
            ("html", Code.ENGINE_NONSENSE),
            ("bad-json", Code.ENGINE_NONSENSE),
            ("http-500", Code.ENGINE_LOST),
            ("http-404", Code.ENGINE_LOST),
            ("http-400", Code.ENGINE_REFUSED),
        ],
    )
    def test_never_makes_a_score_of_nonsense(
        self, evil_llm: EvilLLM, pairs: list[Pair], model: str, code: Code
    ) -> None:
        with pytest.raises(Fault) as caught:
            server(evil_llm, model).answer(plan(pairs), ignore)

        assert caught.value.code == code

    @pytest.mark.fault("F30", "the engine hangs while a benchmark asks it")
    def test_gives_up_on_a_hanging_server(
        self, evil_llm: EvilLLM, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("workers.children.asking.READ_TIMEOUT_S", 0.3)

        with pytest.raises(Fault) as caught:
            server(evil_llm, "stall").answer(plan(PROBED), ignore)

        assert caught.value.code == Code.ENGINE_TIMEOUT


class TestComplete:
    def test_returns_text_and_tokens(self, evil_llm: EvilLLM) -> None:
        assert server(evil_llm, "good").complete([BODY], ignore) == [Completion(" four", (1,))]

    @pytest.mark.parametrize(
        ("model", "code"),
        [("null", Code.EMPTY_COMPLETION), ("too-long", Code.ENGINE_NONSENSE)],
    )
    def test_refuses_what_is_no_completion(self, evil_llm: EvilLLM, model: str, code: Code) -> None:
        with pytest.raises(Fault) as caught:
            server(evil_llm, model).complete([BODY], ignore)

        assert caught.value.code == code
