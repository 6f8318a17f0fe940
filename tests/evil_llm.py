"""An OpenAI-compatible server whose `model` name selects how it misbehaves.

Run in a thread by the `evil_llm` fixture. "good" answers well; every other name is a fault that
real servers have shown. Nothing here knows the code under test.
"""

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any

import uvicorn

Send = Callable[[dict[str, Any]], Any]
SLOW_S = 3.0  # how long a right answer of "slow" takes
CHUNKS = ("Two ", "and two ", "make four.")


def _sse(data: Any) -> bytes:
    return b"data: " + (data if isinstance(data, bytes) else json.dumps(data).encode()) + b"\n\n"


def _delta(text: str | None, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    return _sse({"choices": [choice]})


async def _chat(model: str) -> AsyncIterator[bytes]:
    """Yield the bytes of a streamed answer."""
    if model == "stall":
        await asyncio.sleep(3600)
    if model == "html":
        yield b"<html><body>Bad gateway, with status 200</body></html>\n"
        return
    if model == "bad-json":
        yield _sse(b'{"choices": [{"delta"')
        return
    if model == "no-choices":
        yield _sse({"object": "chat.completion.chunk"})
        return
    if model == "wrong-type":
        yield _sse({"choices": [{"delta": {"content": 7}}]})
        return
    if model == "long-line":
        yield b"data: " + b"x" * 1_000_000
        return
    if model == "error-midway":
        yield _delta("Two")
        yield _sse({"error": {"message": "EngineCore died"}})
        return
    for number, text in enumerate(CHUNKS):
        if model == "stall-midway" and number == 1:
            await asyncio.sleep(3600)
        yield _delta(None if model == "null" else text)
    if model == "endless":
        while True:
            yield _delta("and " * 1000)
            await asyncio.sleep(0)
    if model == "closes-midway":
        return
    yield _delta("", "stop")
    count = -5 if model == "wrong-count" else 3
    yield _sse({"choices": [], "usage": {"prompt_tokens": 4, "completion_tokens": count}})
    yield _sse(b"[DONE]")


def _completion(body: dict[str, Any]) -> Any:
    """Return a completion: right for "good", wrong in one way for the others."""
    model, prompts = body["model"], body["prompt"]
    if not isinstance(prompts[0], list):
        prompts = [prompts]
    choices = [_choice(model, index, prompt, body) for index, prompt in enumerate(prompts)]
    if model == "wrong-count":
        choices.append(choices[0] | {"index": len(choices)})
    if model == "no-choices":
        return {"object": "text_completion"}
    return {"choices": choices, "usage": {"prompt_tokens": 9, "completion_tokens": len(choices)}}


def _choice(model: str, index: int, prompt: Any, body: dict[str, Any]) -> dict[str, Any]:
    value: Any = {"nan": float("nan"), "null": None, "infinite": float("-inf")}.get(model, -1.0)
    asked = body.get("logprob_token_ids") or []
    found = {f"token_id:{token}": value for token in asked}
    if model == "left-out":
        found = dict(list(found.items())[1:])
    echoed = [{str(token): {"logprob": value, "rank": 1}} for token in prompt]
    return {
        "index": index,
        "text": None if model == "null" else " four",
        "token_ids": [1] * (10_000 if model == "too-long" else 1),
        "finish_reason": "stop",
        "logprobs": {"tokens": ["token_id:5"], "top_logprobs": [found]},
        "prompt_logprobs": echoed[:-1] if model == "left-out" else echoed,
    }


def _message(model: str) -> dict[str, Any]:
    content: Any = {"null": None, "wrong-type": 7, "empty": ""}.get(model, "four")
    if model == "no-choices":
        return {"object": "chat.completion"}
    return {"choices": [{"index": 0, "message": {"role": "assistant", "content": content}}]}


@dataclass
class EvilLLM:
    """The server: where it listens, and what it has been asked."""

    port: int = 0
    asked: list[dict[str, Any]] = field(default_factory=list)
    failures_left: int = 0  # of the model "busy": so many 429s, then an answer
    is_hanging: bool = False  # healthy, but no model gives a token
    open: int = 0  # requests in hand

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}"

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] != "http":
            return
        if scope["path"] == "/health":
            await _respond(send, 200, b"")
            return
        if scope["path"] == "/v1/models":
            await _respond(send, 200, b'{"data": [{"max_model_len": 512}]}')
            return
        body = json.loads(await _body(receive))
        self.asked.append(body)
        self.open += 1
        try:
            await _while_heard(self._answer(scope["path"], body, send), receive)
        finally:
            self.open -= 1

    async def _answer(self, path: str, body: dict[str, Any], send: Send) -> None:
        model = body["model"]
        if self.is_hanging:
            await asyncio.sleep(3600)
        elif model == "busy" and self.failures_left:
            self.failures_left -= 1
            await _respond(send, 429, b"{}")
        elif model.startswith("http-"):
            await _respond(send, int(model[5:]), b'{"error": {"message": "no"}}')
        elif body.get("stream"):
            await _stream(send, _chat(model))
        elif model == "stall":
            await asyncio.sleep(3600)
        elif model in ("html", "bad-json"):
            await _respond(send, 200, b"<html>" if model == "html" else b'{"choices": [')
        elif path.endswith("/chat/completions"):
            await _respond(send, 200, json.dumps(_message(model)).encode())
        else:
            await asyncio.sleep(SLOW_S if model == "slow" else 0)
            await _respond(send, 200, json.dumps(_completion(body)).encode())


async def _while_heard(answer: Coroutine[Any, Any, None], receive: Any) -> None:
    """Answer until it is done or nobody listens any more: an endless answer ends then."""
    answering, leaving = asyncio.ensure_future(answer), asyncio.ensure_future(receive())
    await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
    leaving.cancel()
    if not answering.done():
        answering.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await answering


async def _body(receive: Any) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _respond(send: Send, status: int, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": body})


async def _stream(send: Send, pieces: AsyncIterator[bytes]) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    async for piece in pieces:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        await asyncio.sleep(0)  # let the loop hear that the client has left
    await send({"type": "http.response.body", "body": b""})


@contextlib.contextmanager
def serving() -> Iterator[EvilLLM]:
    """Serve in a thread until the block ends."""
    app = EvilLLM()
    config = uvicorn.Config(app, port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        threading.Event().wait(0.01)
    app.port = server.servers[0].sockets[0].getsockname()[1]
    yield app
    server.should_exit = server.force_exit = True
    thread.join(timeout=5)
