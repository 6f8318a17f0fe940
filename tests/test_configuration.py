"""docs/configuration.md describes every setting, and nothing that does not exist."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READ = re.compile(r'env\.\w+\(\s*"([A-Z0-9_]+)"')
DESCRIBED = re.compile(r"^\| `([A-Z0-9_]+)` \|", re.MULTILINE)
OF_THE_RUNNER = {"PORT", "BUILD"}


def settings_with(**environment: str) -> subprocess.CompletedProcess[str]:
    """Load the settings in a process of their own."""
    return subprocess.run(
        [sys.executable, "-c", "import leaderboard.settings"],
        cwd=ROOT,
        env={"PATH": "", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class TestConfiguration:
    def test_describes_every_setting_once(self) -> None:
        page = (ROOT / "docs" / "configuration.md").read_text()
        sources = (ROOT / "leaderboard").glob("*settings.py")
        settings = "\n".join(path.read_text() for path in sources)

        described = DESCRIBED.findall(page)

        assert sorted(described) == sorted({*READ.findall(settings), *OF_THE_RUNNER})

    def test_stops_on_a_wrong_value(self, tmp_path: Path) -> None:
        loaded = settings_with(VAR_DIR=str(tmp_path), SUBMIT_POLICY="everybody")

        assert loaded.returncode != 0
        assert "SUBMIT_POLICY" in loaded.stderr

    def test_stops_without_a_secret_key_in_production(self, tmp_path: Path) -> None:
        loaded = settings_with(VAR_DIR=str(tmp_path), EMBEDDED="false")

        assert loaded.returncode != 0
        assert "SECRET_KEY" in loaded.stderr
