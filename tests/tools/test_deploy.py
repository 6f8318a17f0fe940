"""What is deployed names settings, commands and addresses that exist."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from leaderboard.operations import metrics
from tests.tree import ROOT

COMPOSE = ROOT / "compose.yaml"
MANIFESTS = sorted((ROOT / "deploy" / "kubernetes").rglob("*.yaml"))
SETTINGS = set(
    re.findall(r"^\| `([A-Z0-9_]+)` \|", (ROOT / "docs/configuration.md").read_text(), re.MULTILINE)
)
PROGRAMS = {"python", "celery", "uvicorn", "sh"}


def documents(path: Path) -> Iterator[Any]:
    yield from yaml.safe_load_all(path.read_text())


def containers() -> Iterator[dict[str, Any]]:
    for path in MANIFESTS:
        for document in documents(path):
            pod = document.get("spec", {}).get("template", {}).get("spec", {})
            yield from pod.get("containers", [])


class TestCompose:
    def test_sets_only_settings_that_exist(self) -> None:
        services = yaml.safe_load(COMPOSE.read_text())["services"]

        given = set(services["web"]["environment"])

        assert given <= SETTINGS | {"METRICS_TOKEN"}

    def test_starts_every_kind_of_process(self) -> None:
        services = yaml.safe_load(COMPOSE.read_text())["services"]

        ours = {name for name, each in services.items() if each["image"] == "pound-for-pound"}

        assert ours == {"prepare", "web", "runs", "answers", "engines"}


class TestKubernetes:
    @pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
    def test_manifests_are_well_formed(self, path: Path) -> None:
        assert all({"apiVersion", "kind"} <= set(each) for each in documents(path))

    def test_lists_every_manifest_but_the_secret(self) -> None:
        for folder in ("base", "gpu"):
            found = ROOT / "deploy" / "kubernetes" / folder
            [kustomization] = documents(found / "kustomization.yaml")
            files = {path.name for path in found.glob("*.yaml")}

            listed = set(kustomization["resources"]) - {"../base"}

            assert listed == files - {"kustomization.yaml", "secret.example.yaml"}

    def test_runs_our_programs_with_our_settings(self) -> None:
        for container in containers():
            given = {each["name"] for each in container.get("env", [])}

            assert given <= SETTINGS
            assert container.get("command", ["uvicorn"])[0] in PROGRAMS

    def test_sets_only_settings_that_exist(self) -> None:
        base = ROOT / "deploy" / "kubernetes" / "base"
        [configuration] = documents(base / "configuration.yaml")
        [secret] = documents(base / "secret.example.yaml")

        assert {*configuration["data"], *secret["stringData"]} <= SETTINGS
        assert not any(secret["stringData"].values())


class TestDashboard:
    @pytest.mark.django_db
    def test_asks_for_metrics_that_exist(self) -> None:
        board = (ROOT / "docs" / "operations" / "grafana.json").read_text()
        told = set(re.findall(r"^# TYPE (\w+)", metrics.exposition().decode(), re.MULTILINE))

        asked = set(re.findall(r"p4p_\w+", board))

        assert json.loads(board)["panels"]
        assert asked <= told
