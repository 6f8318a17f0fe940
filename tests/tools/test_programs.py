"""The programs of one machine, as supervisor reads them."""

import configparser
from pathlib import Path

import pytest
from supervisor.options import ServerOptions

from tools import baseline, programs
from tools.programs import Machine


def machine(var: Path, **changes: object) -> Machine:
    given = {"port": 8000, "redis_url": f"unix://{var}/valkey.sock", **changes}
    return Machine(var=var, **given)  # type: ignore[arg-type]


def read(text: str) -> configparser.RawConfigParser:
    config = configparser.RawConfigParser()
    config.read_string(text)
    return config


class TestConfiguration:
    def test_stops_the_store_after_everything_that_uses_it(self, tmp_path: Path) -> None:
        config = read(programs.configuration(machine(tmp_path)))

        assert int(config["group:store"]["priority"]) < int(config["group:site"]["priority"])

    def test_starts_no_valkey_where_a_server_is_given(self, tmp_path: Path) -> None:
        text = programs.configuration(machine(tmp_path, redis_url="redis://127.0.0.1:6379"))

        assert "program:valkey" not in text

    def test_can_be_read_by_supervisor_whatever_the_path(self, tmp_path: Path) -> None:
        var = tmp_path / "it's an odd path"
        for part in ("run", "logs"):
            (var / part).mkdir(parents=True)
        file = var / "supervisord.conf"
        file.write_text(programs.configuration(machine(var)))
        options = ServerOptions()

        options.realize(args=["-c", str(file)])

        commands = {
            program.name: program.command
            for group in options.process_group_configs
            for program in group.process_configs
        }
        assert set(commands) == {"valkey", "web", "runs", "answers", "engines"}


class TestBaseline:
    @pytest.mark.parametrize("url", ["https://api.example/v1", "http://10.0.0.1:8099/v1"])
    def test_is_not_served_for_another_machine(self, url: str) -> None:
        assert baseline.command(url) is None
