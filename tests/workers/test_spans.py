"""One trace from the request over the broker to the engine, sent to a real collector over HTTP."""

import gzip
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from arena.models import Battle
from evals import spans
from tests import factories
from tests.fault.processes import Place, eventually, process, web
from tests.tree import ROOT
from tests.workers import stub_llm
from tests.workers.stub_llm import Script
from workers.models import Heartbeat

pytestmark = pytest.mark.django_db(transaction=True)


class Collector(BaseHTTPRequestHandler):
    """Takes spans as OTLP over HTTP, and keeps them."""

    kept: list[Any] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        assert self.path == "/v1/traces"
        told = ExportTraceServiceRequest.FromString(body)
        for resource in told.resource_spans:
            for scope in resource.scope_spans:
                self.kept += scope.spans
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def collector() -> Iterator[tuple[str, list[Any]]]:
    """Run one; give its address and what it has been sent."""
    Collector.kept = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", Collector.kept
    server.shutdown()
    server.server_close()


@contextmanager
def answering(place: Place) -> Iterator[None]:
    """Run a worker of answers."""
    command = [
        sys.executable, "-W", "ignore", "-m", "celery", "--app", "workers.celery", "--quiet",
        "worker", "--queues", "answers", "--pool", "threads", "--concurrency", "2",
        "--without-gossip", "--without-mingle", "--without-heartbeat",
    ]  # fmt: skip
    with process(place, "answers", command):
        yield


def is_listening(url: str) -> bool:
    """Say whether a worker waits at the queue: a bell is heard at once, before any poll."""
    with redis.Redis.from_url(url) as client:
        return any(each["cmd"].startswith("brpop") for each in client.client_list())


def attributes(span: Any) -> dict[str, str]:
    return {each.key: each.value.string_value for each in span.attributes}


class TestTrace:
    def test_leads_from_the_request_over_the_task_to_the_engine(
        self, collector: tuple[str, list[Any]], valkey_server: str, tmp_path: Path
    ) -> None:
        url, kept = collector
        quickly = {"TELEMETRY_URL": url, "OTEL_BSP_SCHEDULE_DELAY": "200", "LIMITS": "false"}
        place = Place(tmp_path, redis_url=valkey_server, environment=quickly)
        names = ("heron", "wren")
        with stub_llm.serve({name: Script(("four",)) for name in names}) as stub:
            for name in names:
                factories.deployment(
                    factories.model(name.title()), url=stub.url, served_name=name, machine="away"
                )
            with web(place, workers=1) as site, answering(place):
                assert eventually(lambda: Heartbeat.objects.filter(role="answers").exists())
                assert eventually(lambda: is_listening(valkey_server))
                told = start_battle(site.url)
                assert eventually(lambda: Battle.objects.filter(state="READY").exists())
                eventually(lambda: sum(each.name == "engine chat" for each in kept) >= 2)
                time.sleep(0.5)

        by_name = {each.name: each for each in kept}
        request = by_name["POST /api/v1/battles"]
        task = by_name["workers.tasks.answer_turn"]
        calls = [each for each in kept if each.name == "engine chat"]
        assert told["id"]
        assert task.parent_span_id == request.span_id
        assert {each.parent_span_id for each in calls} == {task.span_id}
        assert {each.trace_id for each in (task, *calls)} == {request.trace_id}
        assert len(attributes(request)["p4p.request"]) == 16
        assert attributes(task)["p4p.task"]


def start_battle(url: str) -> Any:
    """Start a battle as a program does."""
    answer = httpx.post(f"{url}/api/v1/battles", json={"prompt": "2+2?"}, timeout=30)
    assert answer.status_code == 201, answer.text
    return answer.json()


class TestOff:
    def test_imports_nothing_and_carries_nothing(self) -> None:
        program = (
            "from evals import spans\n"
            "import json, sys\n"
            "with spans.span('work'), spans.continued({'traceparent': 'x'}): pass\n"
            "spans.flush()\n"
            "print(json.dumps([spans.is_on(), spans.carried(),"
            " [name for name in sys.modules if 'opentelemetry' in name]]))"
        )
        environment = {name: value for name, value in os.environ.items() if "TELEMETRY" not in name}

        said = subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip

        assert json.loads(said.stdout) == [False, {}, []]

    def test_is_the_default(self) -> None:
        assert not spans.is_on()
