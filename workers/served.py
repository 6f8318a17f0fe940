"""What answered a run, for its record: the layers, the chat template, the server and its flags."""

import hashlib
import shlex
from pathlib import Path

from evals.models import Contender, Deployment


def origins(contender: Contender, deployment: Deployment) -> dict[str, str]:
    """Return what was served: every layer at its revision, and the chat template by its hash."""
    told = {"layers": ", ".join(f"{each.locator}@{each.revision}" for each in contender.stack())}
    for name in ("chat_template.jinja", "tokenizer_config.json"):
        path = Path(deployment.tokenizer_dir, name)
        if deployment.tokenizer_dir and path.is_file():
            return told | {name: f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()[:16]}"}
    return told


def engine(deployment: Deployment) -> dict[str, str]:
    """Return where it was served, on what, and how the server was started."""
    told = {
        "machine": deployment.machine,
        "hardware": deployment.hardware,
        "engine_flags": shlex.join(deployment.flags),
    }
    return {name: each for name, each in told.items() if each}
