"""Places in the code where a test can kill, stop or break this process; elsewhere they do nothing.

FAILPOINTS="run-claimed=kill,vote-written=sleep:3" in the environment of one process. Settings
refuse to start a production site that has it.
"""

import os
import signal
import time


class Broken(RuntimeError):
    """What a failpoint raises."""


def _read(given: str) -> dict[str, str]:
    return dict(each.split("=", 1) for each in given.split(",") if "=" in each)


_set = _read(os.environ.get("FAILPOINTS", ""))


def failpoint(name: str) -> None:
    """Do to this process what the environment says for this place."""
    if not _set or (action := _set.get(name)) is None:
        return
    verb, _, seconds = action.partition(":")
    if verb == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif verb == "sleep":
        time.sleep(float(seconds))
    else:
        raise Broken(name)
