"""The files of the project as a clone has them: no environment, no caches, no var/."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUTSIDE = {".venv", ".tools", "var", "__pycache__", "node_modules"}


def tracked() -> list[Path]:
    """Return every file that git tracks or would add; of a tree without git, every file."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if not OUTSIDE & set(path.parts)]
    return sorted(path for path in found if path.is_file())


def sources() -> list[Path]:
    """Return the Python files, migrations aside."""
    return [path for path in tracked() if path.suffix == ".py" and "migrations" not in path.parts]
