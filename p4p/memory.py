"""What the command remembers between calls: which site, and the token for it.

One file that only its owner can read. P4P_URL and P4P_TOKEN come before it.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True)
class Site:
    """Where the board is, and who asks."""

    url: str = HERE
    token: str = ""


def path() -> Path:
    """Return where it is kept."""
    given = os.environ.get("P4P_CONFIG", "")
    base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return Path(given) if given else base / "p4p" / "site.json"


def load() -> Site:
    """Return the site to speak to."""
    try:
        kept = json.loads(path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        kept = {}
    url = os.environ.get("P4P_URL") or str(kept.get("url", HERE))
    return Site(url.rstrip("/"), os.environ.get("P4P_TOKEN") or str(kept.get("token", "")))


def keep(site: Site) -> None:
    """Remember a site; the file is private before the token is in it."""
    path().parent.mkdir(parents=True, exist_ok=True)
    opened = os.open(path(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8") as file:
        file.write(json.dumps(asdict(site)))
    path().chmod(0o600)
