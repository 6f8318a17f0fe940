"""Copies of the test's database as a crash would leave it, and servers of their own over them."""

import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
from django.db import connection

from tests.fault.processes import Web
from tools import private_site, services

SUFFIXES = ("", "-wal", "-shm")


@contextmanager
def stopped(processes: Sequence[psutil.Process]) -> Iterator[None]:
    """Freeze processes for the length of a `with` block, all of them at whatever they do."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.suspend()
    try:
        yield
    finally:
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.resume()


def crash_copy(folder: Path, site: Web | None = None) -> Path:
    """Copy the database's files as they are at one moment, amid whatever is being written."""
    if connection.vendor == "sqlite":
        file = Path(connection.settings_dict["NAME"])
        copy = folder / file.name
        with stopped(site.servers() if site else []):
            for suffix in SUFFIXES:
                if (part := Path(f"{file}{suffix}")).exists():  # by another process: closing a
                    subprocess.run(["cp", str(part), f"{copy}{suffix}"], check=True)  # file unlocks
        return copy
    data = data_directory()
    copy = folder / "postgres"
    with stopped(_family(int((data / "postmaster.pid").read_text().split()[0]))):
        subprocess.run(["cp", "-a", str(data), str(copy)], check=True)
    (copy / "postmaster.pid").unlink()
    return copy


def data_directory() -> Path:
    """Return where PostgreSQL keeps the test's database."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        return Path(cursor.fetchone()[0])


def _family(pid: int) -> list[psutil.Process]:
    server = psutil.Process(pid)
    return [server, *server.children(recursive=True)]


@dataclass
class Server:
    """A PostgreSQL of a test's own, over a copy of the test's database."""

    data: Path
    port: int
    host: str = "127.0.0.1"
    prefix: tuple[str, ...] = ()  # how a command gets into another network

    @property
    def url(self) -> str:
        """Return the address of the database."""
        user, name = connection.settings_dict["USER"], connection.settings_dict["NAME"]
        return f"postgres://{user}@{self.host}:{self.port}/{name}"

    def start(self) -> None:
        """Start it, through recovery from a crash where there was one."""
        self._control("start")

    def crash(self) -> None:
        """Restart it without letting it write anything down first."""
        self._control("restart", "-m", "immediate")

    def end(self) -> None:
        """End it."""
        with suppress(subprocess.CalledProcessError):
            self._control("stop", "-m", "immediate")

    def _control(self, *what: str) -> None:
        options = f"-p {self.port} -h {self.host} -k {self.data}"
        subprocess.run(
            [*self.prefix, *services.as_postgres(), str(services.postgres_binaries() / "pg_ctl"),
             "-D", str(self.data), "-o", options, "-l", str(self.data / "log"), "-w", *what],
            check=True, stdout=subprocess.DEVNULL, timeout=60,
        )  # fmt: skip


@contextmanager
def served(data: Path) -> Iterator[Server]:
    """Run a PostgreSQL over a copy of its files."""
    server = Server(data, private_site.free_ports(1))
    server.start()
    try:
        yield server
    finally:
        server.end()


@contextmanager
def opened(copy: Path) -> Iterator[str]:
    """Open a copy of either kind; give the address of its database."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{copy}"
        return
    with served(copy) as server:
        yield server.url


def rows(url: str, question: str) -> list[tuple[Any, ...]]:
    """Return what a database answers to a question in SQL."""
    if url.startswith("sqlite:"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
            return database.execute(question).fetchall()
    with psycopg.connect(url) as database:
        return database.execute(question).fetchall()
