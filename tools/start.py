"""Start every program in order, show the first evaluation, and stop all of it again.

`tools.run` becomes this inside the environment. Supervisor keeps the programs running; this
process says what happens, and ends when somebody asks it to.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from environs import EnvError

from tools import addresses, baseline, children, programs
from tools.programs import Machine
from tools.steps import DONE, FAILED, Refused, say, step
from tools.supervision import Supervisor

ROOT = Path(__file__).resolve().parent.parent
STOP_S = programs.STOP_S + 6.0
SITE_TIMEOUT_S = 90
WATCH_S = 1.0
ENGINE_FIRST_S = 120


def environment() -> dict[str, str]:
    """Return what every program sees; vLLM starts in half the time when its byte code is kept."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "leaderboard.settings", "PYTHONUNBUFFERED": "1"}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    return env


def machine(port: int) -> Machine:
    """Return where everything goes, as the settings say."""
    try:
        settings = importlib.import_module("leaderboard.settings")
    except (ImproperlyConfigured, EnvError) as error:
        raise Refused(f"A setting is wrong: {error} See docs/configuration.md.") from error
    return Machine(
        var=settings.VAR_DIR,
        port=port,
        redis_url=settings.REDIS_URL,
        engine_ports=range(settings.ENGINE_PORT_FIRST, settings.ENGINE_PORT_FIRST + 8),
        baseline=baseline.command(settings.BASELINE_URL),
    )


class Site:
    """The running whole: its programs, and what became of them."""

    def __init__(self, here: Machine) -> None:
        self.here = here
        self.supervisor: Supervisor | None = None
        self._states: dict[str, str] = {}
        self._is_complete = False
        self._began = time.monotonic()

    def manage(self, doing: str, done: str, *arguments: str) -> None:
        """Run one management command as a step."""
        with step(doing) as line:
            children.run(
                [sys.executable, "manage.py", *arguments],
                log=self.here.log_dir / "start.log", env=environment(),
            )  # fmt: skip
            line.done = done

    def attempt(self, doing: str, done: str, *arguments: str) -> None:
        """Run one management command that the site can do without."""
        try:
            self.manage(doing, done, *arguments)
        except Refused as refusal:
            say(FAILED, str(refusal))

    def supervise(self) -> None:
        """Start supervisor with nothing running in it yet."""
        config = self.here.run_dir / "supervisord.conf"
        config.write_text(programs.configuration(self.here))
        log = self.here.log_dir / "supervisor.log"
        self.supervisor = Supervisor(config, self.here.control, log, environment())
        if not self.supervisor.wait_until_up():
            raise Refused(f"supervisor did not start:\n{children.tail(log)}")

    def start(self, *names: str) -> None:
        """Start programs, those that this machine has."""
        for program in programs.programs(self.here):
            if program.name in names and self.supervisor:
                self.supervisor.start(program.group, program.name)

    def wait_for_pages(self) -> None:
        """Wait until the site answers."""
        deadline = time.monotonic() + SITE_TIMEOUT_S
        while not addresses.answers(f"http://127.0.0.1:{self.here.port}/"):
            self.report()
            if time.monotonic() > deadline:
                log = self.here.log_dir / "web.log"
                raise Refused(f"The site does not answer. {log} ends with:\n{children.tail(log)}")
            time.sleep(0.2)

    def report(self) -> None:
        """Tell of every program that has stopped since the last look."""
        if self.supervisor is None:
            return
        if not self.supervisor.is_alive():
            raise Refused(f"supervisor has ended: see {self.here.log_dir / 'supervisor.log'}")
        states = self.supervisor.states()
        for name, state in states.items():
            if state in {"BACKOFF", "FATAL", "EXITED"} and self._states.get(name) != state:
                log = self.here.log_dir / f"{name}.log"
                fate = "has given up" if state == "FATAL" else "stopped and is started again"
                say(FAILED, f"{name} {fate}. {log} ends with:\n{children.tail(log)}")
        self._states = states

    def look(self) -> None:
        """Tell what has stopped, and start the baseline once the engines have had their turn.

        Two vLLM that start at once on two cores take three times as long as one after the other.
        """
        self.report()
        waited = time.monotonic() - self._began > ENGINE_FIRST_S
        if not self._is_complete and (waited or addresses.is_anyone_at(self.here.engine_ports)):
            self._is_complete = True
            self.start("baseline")

    def end(self) -> None:
        """Stop everything."""
        if self.supervisor is None:
            return
        with step("Stopping every program") as line:
            killed = self.supervisor.end(timeout_s=STOP_S)
            line.done = "Stopped every program; nothing is left running"
            if killed:
                line.done += f" (ended by force: {', '.join(killed)})"


def bring_up(site: Site) -> None:
    """Prepare the files and start the pages, then the workers and the engines."""
    site.manage("Preparing the database", "Prepared the database", "migrate", "--no-input")
    site.manage("Collecting static files", "Collected static files", "collectstatic", "--no-input")
    site.supervise()
    with step("Starting the site") as line:
        site.start("valkey", "web")
        site.wait_for_pages()
        line.done = "Started the site"
    print(f"\n    http://127.0.0.1:{site.here.port}\n", flush=True)
    site.start("engines")
    site.manage("Loading benchmarks", "Loaded benchmarks", "load_suites")
    site.attempt("Loading prompts", "Loaded prompts", "load_prompts")
    site.start("runs", "answers")


def show_the_zoo(site: Site) -> None:
    """Submit what comes with the project and tell of each contender as it is done."""
    site.attempt("Submitting the zoo", "Submitted the zoo", "submit_zoo")
    follower = children.start([sys.executable, "manage.py", "follow_runs"], env=environment())
    try:
        while follower.poll() is None:
            site.look()
            time.sleep(WATCH_S)
    finally:
        children.end(follower)


def serve(chosen: argparse.Namespace) -> None:
    """Run until somebody ends it."""
    here = machine(chosen.port)
    site = Site(here)
    with addresses.only_one(here):
        addresses.check(here)
        try:
            bring_up(site)
            if chosen.zoo:
                show_the_zoo(site)
            say(DONE, f"Everything runs: http://127.0.0.1:{here.port} (Ctrl-C stops all of it)")
            while True:
                site.look()
                time.sleep(WATCH_S)
        finally:
            site.end()


def main() -> int:
    """Run the site in the foreground."""
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--port", type=int, default=os.environ.get("PORT") or "8000")
    parser.add_argument(
        "--no-zoo", dest="zoo", action="store_false", help="start with what is there"
    )
    children.heed_signals()
    try:
        os.chdir(ROOT)
        serve(parser.parse_args())
    except Refused as refusal:
        say(FAILED, str(refusal))
        return 1
    except children.Stopped:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
