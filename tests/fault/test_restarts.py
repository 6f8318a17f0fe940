"""A reader in the middle of an answer gets every word once, though the web processes restart."""

import json
import signal
import threading
from contextlib import suppress
from dataclasses import dataclass, field

import httpx
import pytest
import redis
from django.conf import settings

from arena import streams
from arena.models import Battle, Turn
from arena.streams import Frame
from tests import factories
from tests.fault import voting
from tests.fault.processes import Place, eventually, web
from tools import private_site

pytestmark = pytest.mark.django_db(transaction=True)

PAUSE_S = 0.02  # between words


@dataclass
class Reader:
    """What a browser's EventSource does: listen, and come back with the id of the last event."""

    address: str
    heard: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    visits: int = 0
    last_id: str = ""

    def listen(self) -> None:
        """Listen until the stream says that it is at its end."""
        while "end" not in self.names:
            with suppress(httpx.HTTPError):
                self._visit()
            threading.Event().wait(0.1)

    def _visit(self) -> None:
        headers = voting.token("ada") | ({"Last-Event-ID": self.last_id} if self.last_id else {})
        with httpx.stream("GET", self.address, headers=headers, timeout=10) as answer:
            self.visits += answer.status_code == 200
            event: dict[str, str] = {}
            for line in answer.iter_lines():
                name, _, value = line.partition(": ")
                event[name] = value
                if not line:
                    self._take(event)
                    event = {}

    def _take(self, event: dict[str, str]) -> None:
        self.last_id = event.get("id", self.last_id)
        self.names.append(event.get("event", ""))
        if event.get("event") == "text":
            self.heard.append(json.loads(event["data"])["text"])


class Writing:
    """Writes words to both sides until it is told to end the answer."""

    def __init__(self, battle: Battle) -> None:
        self.words: list[str] = []
        self._is_over = threading.Event()
        self._stream = streams.Writer(turn_id=Turn.objects.get(battle=battle).pk, attempt=1)
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Write no more."""
        self._is_over.set()
        self._thread.join()
        self._stream.close()

    def _write(self) -> None:
        while not self._is_over.wait(PAUSE_S):
            pair = [f"{side}{len(self.words)} " for side in "AB"]
            self._stream.add(Frame("A", "text", pair[0]), Frame("B", "text", pair[1]))
            self.words += pair
        self._stream.add(Frame("A", "done"), Frame("B", "done"))


@pytest.mark.fault("F26", "web processes restarted in the middle of an answer")
def test_every_word_is_read_once_though_the_site_restarts(
    place: Place, valkey: redis.Redis
) -> None:
    place.redis_url = settings.REDIS_URL
    battle = factories.battle(answers=None, voter="ada")
    port = private_site.free_ports(1)
    reader = Reader(f"http://127.0.0.1:{port}/api/v1/battles/{battle.pk}/stream")
    listening = threading.Thread(target=reader.listen, daemon=True)

    writing = Writing(battle)
    with web(place, port=port, workers=1) as before:
        listening.start()
        assert eventually(lambda: len(reader.heard) > 20)
        before.process.send_signal(signal.SIGTERM)
        assert eventually(lambda: before.process.poll() is not None)
    gone = len(reader.heard)
    with web(place, port=port, workers=1):
        assert eventually(lambda: len(reader.heard) > gone + 20)
        writing.end()
        listening.join(30)

    assert reader.heard == writing.words
    assert reader.names[-1] == "end"
    assert reader.names.count("restart") >= 1
    assert reader.visits >= 2
