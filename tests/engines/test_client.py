"""Streaming a chat answer: what is given on, what is refused."""

import asyncio
import time
from contextlib import aclosing

import pytest

from tests.evil_llm import CHUNKS, EvilLLM
from workers.engines import client
from workers.engines.client import Delta, Sampling
from workers.engines.faults import Code, Fault

MESSAGES = [{"role": "user", "content": "What is two and two?"}]


async def heard(server: EvilLLM, model: str, *, api_key: str = "") -> list[Delta]:
    stream = client.stream_chat(server.url, model, MESSAGES, Sampling(seed=1), api_key=api_key)
    async with aclosing(stream) as deltas:
        return [delta async for delta in deltas]


class TestStreamChat:
    async def test_gives_the_text_and_then_the_usage(self, evil_llm: EvilLLM) -> None:
        *pieces, last = await heard(evil_llm, "good")

        assert [piece.text for piece in pieces] == list(CHUNKS)
        assert last.finish_reason == "stop"
        assert last.usage is not None
        assert (last.usage.prompt_tokens, last.usage.completion_tokens) == (4, 3)
        assert 0 < last.usage.first_token_s <= last.usage.total_s

    async def test_takes_a_url_with_or_without_its_version(self, evil_llm: EvilLLM) -> None:
        stream = client.stream_chat(f"{evil_llm.url}/v1", "good", MESSAGES, Sampling())

        assert "".join([delta.text async for delta in stream]) == "".join(CHUNKS)

    @pytest.mark.fault("F32", "the engine streams what is no answer: each has its code")
    @pytest.mark.parametrize(
        ("model", "code"),
        [
            ("html", Code.ENGINE_NONSENSE),
            ("bad-json", Code.ENGINE_NONSENSE),
            ("no-choices", Code.ENGINE_NONSENSE),
            ("wrong-type", Code.ENGINE_NONSENSE),
            ("long-line", Code.ENGINE_NONSENSE),
            ("endless", Code.ENGINE_NONSENSE),
            ("closes-midway", Code.ENGINE_LOST),
            ("error-midway", Code.ENGINE_LOST),
            ("http-500", Code.ENGINE_LOST),
            ("http-400", Code.ENGINE_REFUSED),
        ],
    )
    async def test_refuses_what_is_no_answer(
        self, evil_llm: EvilLLM, model: str, code: Code
    ) -> None:
        with pytest.raises(Fault) as caught:
            await heard(evil_llm, model)

        assert caught.value.code == code

    @pytest.mark.parametrize("model", ["stall", "stall-midway"])
    async def test_gives_up_on_silence(
        self, evil_llm: EvilLLM, model: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(client, "FIRST_TOKEN_TIMEOUT_S", 0.3)
        monkeypatch.setattr(client, "IDLE_TIMEOUT_S", 0.3)

        with pytest.raises(Fault) as caught:
            await heard(evil_llm, model)

        assert caught.value.code == Code.ENGINE_TIMEOUT

    async def test_counts_for_itself_when_the_server_miscounts(self, evil_llm: EvilLLM) -> None:
        *_, last = await heard(evil_llm, "wrong-count")

        assert last.usage is not None
        assert last.usage.completion_tokens == len(CHUNKS)

    async def test_names_a_refusing_api(self, evil_llm: EvilLLM) -> None:
        with pytest.raises(Fault) as caught:
            await heard(evil_llm, "http-401", api_key="key")

        assert caught.value.code == Code.BASELINE_REFUSED
        assert not caught.value.is_retryable

    async def test_stops_the_request_when_nobody_listens(self, evil_llm: EvilLLM) -> None:
        stream = client.stream_chat(evil_llm.url, "stall-midway", MESSAGES, Sampling())
        async with aclosing(stream) as deltas:
            await anext(deltas)
            began = time.monotonic()

        assert time.monotonic() - began < 1

    async def test_names_a_server_that_is_not_there(self) -> None:
        with pytest.raises(Fault) as caught:
            await heard(EvilLLM(port=9), "good")

        assert caught.value.code == Code.ENGINE_LOST


class TestChatAnswers:
    async def test_means_that_a_token_came_back(self, evil_llm: EvilLLM) -> None:
        assert await client.chat_answers(evil_llm.url, "good")
        assert not await client.chat_answers(evil_llm.url, "http-500")
        assert not await client.chat_answers(evil_llm.url, "stall", timeout_s=0.3)

    async def test_is_cancelled_with_its_caller(self, evil_llm: EvilLLM) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await client.chat_answers(evil_llm.url, "stall")
