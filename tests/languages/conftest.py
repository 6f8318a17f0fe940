"""A board with something on every page, and readers of French."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation
from pytest_django import Settings

from arena.models import Vote
from evals.models import Contender
from tests import factories
from tests.evals.questions import keep

FRENCH = {"accept-language": "fr-CH, fr;q=0.9, en;q=0.8"}


@pytest.fixture(autouse=True)
def plain_static_files(settings: Settings) -> None:
    """Serve static files by their plain names."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    """Leave the language of the thread as it was: the next test may ask without a request."""
    yield
    translation.deactivate()


@pytest.fixture
def french() -> Client:
    """Return a browser set to French."""
    return Client(headers=FRENCH)


@pytest.fixture
def stack(db: None) -> list[Contender]:
    """Return a model and a layer on it, measured question by question, and rated."""
    suite = factories.suite("zoo", benchmarks=1)
    heron = factories.model("Heron", parameters=1_234_567)
    tutor = factories.adapter("Tutor", parent=heron)
    for contender, values in ((heron, [1.0, 0.0] * 12), (tutor, [0.0, *[1.0] * 23])):
        run = factories.run(contender, suite, peak_memory_bytes=1_500_000_000)
        keep(factories.score(run, suite.benchmarks.get(), sum(values) / 24), values)
    snapshot = factories.snapshot()
    factories.vote(factories.battle(heron, tutor), Vote.Choice.B)
    for contender, value in ((heron, 980.4), (tutor, 1020.6)):
        factories.rating(snapshot, contender, value)
    return [heron, tutor]
