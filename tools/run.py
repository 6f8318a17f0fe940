"""Run everything on this machine: `make run`, or `python3 -m tools.run` where make is missing.

Installs what is missing, then hands this process over to `tools.start` inside the environment.
Ctrl-C or SIGTERM at any moment stops everything that was started.
"""

from __future__ import annotations

import os
import sys

from tools import children, install
from tools.steps import FAILED, Refused, say


def main() -> int:
    """Install, then become `tools.start`."""
    children.heed_signals()
    try:
        install.install()
        python = str(install.PYTHON)
        os.execv(python, [python, "-m", "tools.start", *sys.argv[1:]])  # noqa: S606 (ourselves)
    except Refused as refusal:
        say(FAILED, str(refusal))
        return 1
    except children.Stopped:
        say(FAILED, "Stopped before the installation was complete: the next start goes on with it.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
