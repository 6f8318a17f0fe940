"""Run a command with a PostgreSQL and a Redis of its own: `python -m tools.services COMMAND…`

Both come from the system's packages and are started on free loopback ports with their files in
a temporary directory; the command sees them as DATABASE_URL and REDIS_URL. No service of the
machine is touched, and nothing stays.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tools import children, private_site
from tools.steps import FAILED, Refused, say, step

START_S = 30


def postgres_binaries() -> Path:
    """Return the directory of the newest PostgreSQL."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found:
        raise Refused("PostgreSQL is missing: apt install postgresql")
    return found[-1].parent


def as_postgres() -> list[str]:
    """Return how to run a command as an ordinary person: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return []
    return ["runuser", "-u", "postgres", "--"]


@contextmanager
def _program(command: list[str], log: Path) -> Iterator[None]:
    with log.open("ab") as output:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield
    finally:
        children.end(child, timeout_s=15)


def _wait(check: list[str], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while subprocess.run(check, capture_output=True, check=False).returncode != 0:
        if time.monotonic() > deadline:
            raise Refused(f"{check[0]} never succeeded:\n{children.tail(log)}")
        time.sleep(0.2)


@contextmanager
def postgres(home: Path, port: int) -> Iterator[str]:
    """Start a PostgreSQL with one empty database; give its URL."""
    binaries, data, log = postgres_binaries(), home / "postgres", home / "postgres.log"
    data.mkdir()
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(data, owner.pw_uid, owner.pw_gid)
    person, at = as_postgres(), ["-h", "127.0.0.1", "-p", str(port)]
    children.run(
        [*person, binaries / "initdb", "-D", data, "-U", "site", "-A", "trust", "-E", "UTF8",
         "--no-sync", "--locale", "C.UTF-8"], log=log,
    )  # fmt: skip
    server = [*person, str(binaries / "postgres"), "-D", str(data), *at, "-k", str(data)]
    with _program(server, log):
        _wait([str(binaries / "pg_isready"), *at], log)
        children.run([binaries / "createdb", *at, "-U", "site", "site"], log=log)
        yield f"postgres://site@127.0.0.1:{port}/site"


@contextmanager
def redis(home: Path, port: int) -> Iterator[str]:
    """Start a Redis; give its URL."""
    server = shutil.which("redis-server")
    if server is None:
        raise Refused("Redis is missing: apt install redis-server")
    log = home / "redis.log"
    command = [
        server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
        "--maxmemory-policy", "noeviction", "--dir", str(home),
    ]  # fmt: skip
    with _program(command, log):
        _wait([str(Path(server).with_name("redis-cli")), "-p", str(port), "ping"], log)
        yield f"redis://127.0.0.1:{port}"


def main() -> int:
    """Start both, run the command, stop both; end as the command ended."""
    children.heed_signals()
    home = Path(tempfile.mkdtemp(prefix="p4p-services-"))
    home.chmod(0o755)  # PostgreSQL's own user must get through
    port = private_site.free_ports(2)
    try:
        with ExitStack() as running:
            with step("Starting PostgreSQL and Redis") as line:
                database = running.enter_context(postgres(home, port))
                broker = running.enter_context(redis(home, port + 1))
                line.done = f"Started PostgreSQL and Redis on ports {port} and {port + 1}"
            env = {**os.environ, "DATABASE_URL": database, "REDIS_URL": broker}
            child = children.start(sys.argv[1:], env=env)
            running.callback(children.end, child, timeout_s=30)
            return child.wait()
    except Refused as refusal:
        say(FAILED, str(refusal))
        return 1
    except children.Stopped:
        return 130
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
