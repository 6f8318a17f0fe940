"""What a process of the site carries with it before anybody has asked for anything."""

import subprocess
import sys

from tests.tree import ROOT

LARGE = (
    "pandas",
    "pyarrow",
    "plotly",
    "scipy.stats",
    "torch",
    "vllm",
    "lm_eval",
    "opentelemetry.exporter",
)
PROGRAM = f"""
import django, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "leaderboard.settings"
django.setup()
from django.urls import get_resolver
get_resolver().url_patterns
import workers.celery, workers.sweeper
print([name for name in {LARGE} if name in sys.modules])
"""


class TestProcess:
    def test_has_loaded_no_large_package(self) -> None:
        said = subprocess.run(
            [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True
        )

        assert said.stdout.strip() == "[]"
