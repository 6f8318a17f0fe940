"""A site on the open internet does not start weak, and has nothing for `check --deploy` to say."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STRONG = "q8ZtV3xLw2Rk9Yc7Nf4Hd6Jp1Sm5Gb0TaXeUuIoPlKjHgFdSaQ"
PRODUCTION = {
    "EMBEDDED": "false",
    "SECRET_KEY": STRONG,
    "ALLOWED_HOSTS": "board.example",
    "NUM_PROXIES": "1",
}


def manage(folder: Path, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run a management command as a production site would."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {**kept, "VAR_DIR": str(folder), **PRODUCTION, **changes}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


class TestProduction:
    def test_has_nothing_to_mend_for_djangos_own_checks(self, tmp_path: Path) -> None:
        told = manage(tmp_path, "check", "--deploy", "--fail-level", "INFO")

        assert told.returncode == 0, told.stderr
        assert "no issues" in told.stdout

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"SECRET_KEY": ""}, "Set SECRET_KEY"),
            ({"SECRET_KEY": "short"}, "SECRET_KEY is too simple"),
            ({"SECRET_KEY": "a" * 60}, "SECRET_KEY is too simple"),
            ({"SECRET_KEY": "django-insecure-" + STRONG}, "everybody knows"),
            ({"SECRET_KEY_FALLBACKS": "changeme"}, "everybody knows"),
            ({"DEBUG": "true"}, "Turn DEBUG off"),
            ({"ALLOWED_HOSTS": "*"}, "wildcard"),
            ({"ALLOWED_HOSTS": ""}, "Set ALLOWED_HOSTS"),
            ({"CSRF_TRUSTED_ORIGINS": "http://board.example"}, "https:// origin"),
            ({"CSRF_TRUSTED_ORIGINS": "https://*.example"}, "https:// origin"),
            ({"FAILPOINTS": "run-claimed=kill"}, "Unset FAILPOINTS"),
            ({"DATABASE_URL": "postgres://site:password@db/site"}, "tries first"),
        ],
    )
    def test_refuses_to_start_weak(
        self, tmp_path: Path, changes: dict[str, str], sentence: str
    ) -> None:
        told = manage(tmp_path, "check", **changes)

        assert told.returncode != 0
        assert sentence in told.stderr
