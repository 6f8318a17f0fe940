"""The services of compose.yaml, started as their images would start them, but without Docker.

PostgreSQL and Redis are the system's own, in the places of `postgres` and `valkey`. Two services
cannot be run here: `caddy`, whose image is not ours, and `engines`, which needs minutes for vLLM;
`tests/journeys` runs those engines under supervisor.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.fault.processes import eventually
from tests.tree import ROOT
from tools import private_site, services

SECRET = "g7Jp2vQx9Lm4Rt6Yw8Zs1Dk3Fh5Nb0Vc-Ea_Ui2Oo4Pp6Qq8Ss"
GIVEN = {"SECRET_KEY": SECRET, "SITE_HOST": "board.example", "POSTGRES_PASSWORD": "a-long-one-7"}
BEHIND_CADDY = {"Host": "board.example", "X-Forwarded-Proto": "https"}
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()

pytestmark = pytest.mark.skipif(
    shutil.which("redis-server") is None or not Path("/usr/lib/postgresql").exists(),
    reason="apt install postgresql redis-server",
)


def filled(text: str) -> str:
    """Fill in what .env would say."""
    return re.sub(r"\$\{(\w+)[^}]*\}", lambda found: GIVEN.get(found[1], ""), text)


def environment(folder: Path, addresses: dict[str, str]) -> dict[str, str]:
    """Return a service's environment, with the addresses of this machine for those of Docker."""
    told = {name: filled(value) for name, value in COMPOSE["web"]["environment"].items()}
    for service, address in addresses.items():
        told = {name: value.replace(service, address) for name, value in told.items()}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {"PATH": path, "VAR_DIR": str(folder), "HOME": str(folder), **told}


def command(service: str, port: int) -> list[str]:
    """Return what a service runs: its own command, or the image's."""
    given = COMPOSE[service].get("command")
    if given is None:
        image = re.search(r"^CMD (\[.*\])$", DOCKERFILE.replace("\\\n", ""), re.MULTILINE)
        assert image is not None
        given = [str(port) if part == "8000" else part for part in yaml.safe_load(image[1])]
    return given if isinstance(given, list) else shlex.split(given)


@contextmanager
def running(service: str, port: int, told: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Start a service, and stop it as Docker does."""
    with Path(told["VAR_DIR"], f"{service}.log").open("wb") as log:
        process = subprocess.Popen(
            command(service, port), cwd=ROOT, env=told, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        private_site.stop(process)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Start what is not ours, prepare the database as the service `prepare` does, tell where."""
    folder = tmp_path_factory.mktemp("compose")
    for each in (folder, *folder.parents[:2]):
        each.chmod(0o755)  # PostgreSQL's own user must get through
    port = private_site.free_ports(3)
    with ExitStack() as others:
        others.enter_context(services.postgres(folder, port))
        others.enter_context(services.redis(folder, port + 1))
        addresses = {"postgres:5432": f"127.0.0.1:{port}", "valkey:6379": f"127.0.0.1:{port + 1}"}
        given = environment(folder, addresses)
        done = subprocess.run(
            command("prepare", 0), cwd=ROOT, env=given, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        yield given


class TestCompose:
    def test_starts_a_site_that_works_behind_its_proxy(self, told: dict[str, str]) -> None:
        port = private_site.free_ports(1)
        with (
            running("web", port, told),
            running("runs", port, told) as runs,
            running("answers", port, told) as answers,
            httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=BEHIND_CADDY) as proxy,
        ):

            def parts() -> dict[str, Any]:
                try:
                    found: dict[str, Any] = proxy.get("/healthz").json()["parts"]
                except (httpx.HTTPError, ValueError):
                    return {}
                return found

            assert eventually(lambda: parts().get("workers", {}).get("holds"), within_s=90)
            assert parts()["database"]["holds"]
            assert parts()["broker"]["holds"]
            board = proxy.get("/")
            assert board.status_code == 200
            assert board.headers["Strict-Transport-Security"]
            assert runs.poll() is None
            assert answers.poll() is None

    def test_leaves_the_deployment_check_nothing_to_say(self, told: dict[str, str]) -> None:
        done = subprocess.run(
            ["python", "manage.py", "check", "--deploy", "--fail-level", "INFO"],
            cwd=ROOT, env=told, capture_output=True, text=True, check=False,
        )  # fmt: skip

        assert done.returncode == 0, done.stderr
        assert "no issues" in done.stdout

    def test_names_every_service_that_is_not_run_here(self) -> None:
        assert set(COMPOSE) - {"prepare", "web", "runs", "answers", "postgres", "valkey"} == {
            "caddy",
            "engines",
        }
