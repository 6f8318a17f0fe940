"""How the site is: each part that it stands on, whether it holds, and a sentence about it.

Probes come often and from many places, so what was found is kept for a moment. Nothing here is
needed by a page.
"""

import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass, replace

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from evals.models import Contender, Deployment
from workers import heartbeats
from workers.models import Heartbeat

KEPT_S = 2.0
PATIENCE_S = 0.8  # a part that is silent for longer does not hold: probes wait for a second
LOW_DISK = 0.05
LOW_DISK_BYTES = 2 * 10**9
_threads = ThreadPoolExecutor(8, thread_name_prefix="health")


@dataclass(frozen=True, slots=True)
class Part:
    """One part: without a vital one nothing works."""

    name: str
    holds: bool
    sentence: str
    is_vital: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """Every part, as it was found a moment ago."""

    parts: tuple[Part, ...]

    @property
    def works(self) -> bool:
        """Say whether every vital part holds."""
        return all(part.holds for part in self.parts if part.is_vital)

    @property
    def status(self) -> str:
        """Return ok, degraded or down."""
        if not self.works:
            return "down"
        return "ok" if all(part.holds for part in self.parts) else "degraded"


Check = Callable[[], Part]


class Kept:
    """The answer to a few checks, asked anew when it has grown old."""

    def __init__(self, *checks: Check) -> None:
        self._checks = checks
        self._found = Health(())
        self._found_at = float("-inf")

    def read(self) -> Health:
        """Return how the parts are."""
        if time.monotonic() - self._found_at > KEPT_S:
            asked = [(check.__name__, _threads.submit(_asked, check)) for check in self._checks]
            ends_at = time.monotonic() + PATIENCE_S
            parts = []
            for name, answer in asked:
                try:
                    parts.append(answer.result(timeout=max(0.0, ends_at - time.monotonic())))
                except TooSlow:
                    parts.append(Part(name, False, "No answer in time.", name in VITAL))
            self._found, self._found_at = Health(tuple(parts)), time.monotonic()
        return self._found

    def forget(self) -> None:
        """Ask anew at the next reading."""
        self._found_at = float("-inf")


def _asked(check: Check) -> Part:
    try:
        return check()
    except DatabaseError as error:
        return Part(check.__name__, False, f"The database says: {_first_line(error)}", True)
    finally:
        connection.close()


def database() -> Part:
    """Read a row."""
    Contender.objects.order_by("pk").values("pk").first()
    return Part("database", True, "Rows can be read.", True)


def writing() -> Part:
    """Write a row."""
    heartbeats.write(role=Heartbeat.PROBE, name=Heartbeat.PROBE, now=timezone.now())
    return Part("writing", True, "A row was written.", True)


def writable() -> Part:
    """Write a row, of which readers have no need."""
    try:
        return replace(writing(), name="writable", is_vital=False)
    except DatabaseError as error:
        sentence = f"Nothing can be written: {_first_line(error)}"
        return Part("writable", False, sentence)


def broker() -> Part:
    """Ask Redis or Valkey for a sign of life."""
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1, protocol=3
    )
    try:
        client.ping()
    except (redis.RedisError, OSError) as error:
        return Part("broker", False, f"Valkey does not answer: {_first_line(error)}")
    finally:
        client.close()
    return Part("broker", True, "Valkey answers.")


def engines() -> Part:
    """Look whether a token came back lately, where anybody should be answering."""
    answering = Deployment.objects.healthy(now=timezone.now()).count()
    if answering:
        return Part("engines", True, f"{answering} contenders answer.")
    if not Contender.objects.listed().exists():
        return Part("engines", True, "Nobody is to answer yet.")
    return Part("engines", False, "No contender gave a token within the last minute.")


def workers() -> Part:
    """Look who is at work."""
    roles = set(
        Heartbeat.objects.alive(now=timezone.now()).values_list("role", flat=True).distinct()
    )
    missing = sorted({"runs", "answers"} - roles)
    if missing:
        return Part("workers", False, f"No worker of {' and '.join(missing)} is at work.")
    return Part("workers", True, "Workers are at work.")


def disk() -> Part:
    """Look how much room is left where files are written."""
    room = shutil.disk_usage(settings.VAR_DIR)
    said = f"{room.free / 10**9:.1f} GB are free."
    return Part("disk", room.free > min(LOW_DISK_BYTES, LOW_DISK * room.total), said)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


VITAL = {"database", "writing"}
ALIVE = Kept(database, writable, broker, engines, workers, disk)
READY = Kept(database, writing, broker, engines)
