"""`manage.py fetch_suite`: a suite's questions are there before its first run, or it says which."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from evals.models import Suite
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def suite(settings: Settings, tmp_path: Path) -> Suite:
    settings.VAR_DIR = tmp_path
    made = factories.suite("little", benchmarks=0)
    factories.benchmark(made, task="zoo_facts")
    return made


class TestFetchSuite:
    def test_counts_the_questions_and_names_what_is_missing(self, suite: Suite) -> None:
        factories.benchmark(suite, task="no_such_task", position=1)
        said, wrong = StringIO(), StringIO()

        with pytest.raises(CommandError, match="no_such_task"):
            call_command("fetch_suite", "little", stdout=said, stderr=wrong)

        assert said.getvalue() == "zoo_facts: 200 questions\n"
        assert "no_such_task: " in wrong.getvalue()

    def test_knows_only_suites_of_the_site(self) -> None:
        with pytest.raises(CommandError, match="nothing"):
            call_command("fetch_suite", "nothing")
