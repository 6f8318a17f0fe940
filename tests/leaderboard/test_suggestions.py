"""What the form offers: directories that nobody submitted, parents as a tree."""

from pathlib import Path

import pytest
from pytest_django import Settings

from leaderboard.submitting import suggestions
from tests import factories

pytestmark = pytest.mark.django_db


class TestDirectories:
    def test_names_directories_that_nobody_submitted(
        self, tmp_path: Path, settings: Settings
    ) -> None:
        settings.MODEL_ROOT = [tmp_path]
        for name, mark in (("models/new", "config"), ("models/old", "config")):
            (tmp_path / name).mkdir(parents=True)
            (tmp_path / name / f"{mark}.json").touch()
        (tmp_path / "layers" / "sums").mkdir(parents=True)
        (tmp_path / "layers" / "sums" / "adapter_config.json").touch()
        factories.model(locator="models/old")

        assert suggestions.directories("MODEL") == ["models/new"]
        assert suggestions.directories("ADAPTER") == ["layers/sums"]
        assert suggestions.directories("BASELINE") == []
        assert suggestions.is_directory("models/old")
        assert not suggestions.is_directory("../etc")


class TestParents:
    def test_puts_each_layer_under_what_it_stands_on(self) -> None:
        heron = factories.model("Heron")
        wren = factories.model("Wren")
        instruct = factories.adapter("Instruct", parent=heron)
        sums = factories.adapter("Sums", parent=instruct)

        slugs = [slug for slug, _ in suggestions.parents()]

        assert slugs == [each.slug for each in (heron, instruct, sums, wren)]
