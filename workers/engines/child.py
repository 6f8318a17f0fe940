"""One harness process: orders go in, events come out, each to whoever gave the order.

Several orders may be under way at once. A thread reads the events; a `None` in an inbox says that
the process has ended.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import count
from queue import SimpleQueue
from typing import Any

from workers.engines.gate import Gate

Event = dict[str, Any]
Inbox = SimpleQueue[Event | None]


class Ended(Exception):
    """The process is gone."""


class Child:
    """A harness process that has been started."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        gate: Gate,
        key_variable: str,
        *,
        heed: Callable[..., None],
    ) -> None:
        self._process = process
        self._gate = gate
        self._heed = heed
        self.key_variable = key_variable  # whose secret it holds
        self._numbers = count()
        self._inboxes: dict[int, Inbox] = {}
        self._lock = threading.Lock()
        self._has_ended = False
        self.was_killed = False  # by us, for the sake of one order
        self._reader = threading.Thread(target=self._listen, name="harness-events", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Return its process id."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Say whether it runs."""
        return self._process.poll() is None and not self._has_ended

    def give(self, order: Mapping[str, Any], url: str) -> tuple[int, Inbox]:
        """Give an order; return its number and where its events come in, or raise Ended.

        From now on the child is connected to this address alone.
        """
        self._gate.open_to(url)
        inbox: Inbox = SimpleQueue()
        with self._lock:
            number = next(self._numbers)
            if self._has_ended:
                raise Ended
            self._inboxes[number] = inbox
        self._send({"number": number, **order})
        return number, inbox

    def prepare(self, order: Mapping[str, Any]) -> None:
        """Tell what will be asked soon; nothing comes back."""
        with suppress(Ended):
            self._send({"prepare": order})

    def forget(self, number: int) -> None:
        """Hear no more of an order."""
        with self._lock:
            self._inboxes.pop(number, None)

    def stop(self, number: int) -> None:
        """Ask for the end of one order; the others go on."""
        with suppress(Ended):
            self._send({"stop": number})

    def kill(self) -> None:
        """Kill it for the sake of one order: the others are given again to the next."""
        self.was_killed = True
        self.close()

    def close(self) -> int:
        """Kill it with its group, and return its exit status."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        status = self._process.wait()
        self._reader.join()
        self._gate.close()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        return status

    def _send(self, fields: Mapping[str, Any]) -> None:
        line = json.dumps(fields).encode() + b"\n"
        try:
            with self._lock:
                if self._process.stdin is None:
                    raise Ended
                self._process.stdin.write(line)
                self._process.stdin.flush()
        except (OSError, ValueError) as error:
            raise Ended from error

    def _listen(self) -> None:
        """Pass every event on, and tell everybody when there are no more."""
        for line in self._process.stdout or ():
            event = json.loads(line)
            if event["event"] == "ready":
                self._heed(is_alone=event["is_alone"], is_locked=event["is_locked"])
                continue
            with self._lock:
                inbox = self._inboxes.get(event.pop("number", -1))
            if inbox is not None:
                inbox.put(event)
        with self._lock:
            self._has_ended = True
            for inbox in self._inboxes.values():
                inbox.put(None)
