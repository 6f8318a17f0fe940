"""What a child that handles other people's files is started with: few files, and no secrets.

`workers/children/confinement.py` is the child's side of it.
"""

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

SECRET = re.compile(r"SECRET|PASSWORD|PASSWD|TOKEN|CREDENTIAL|SALT|_KEY|DATABASE_URL|REDIS_URL")


@dataclass(frozen=True, slots=True)
class Confinement:
    """What one child may touch; it travels as an argument."""

    gate: int  # descriptor of its end of the gate
    private: str = (
        ""  # the folder of which it may read nothing but what follows; "": files are free
    )
    readable: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()

    def as_argument(self) -> str:
        """Return it as one argument of a command."""
        return json.dumps(asdict(self))

    @classmethod
    def of_argument(cls, argument: str) -> "Confinement":
        """Return the one that an argument holds."""
        return cls(**json.loads(argument))


def environment(*, keep: Iterable[str] = (), **more: str) -> Mapping[str, str]:
    """Return this process's environment without what could open anything; `keep` names one."""
    kept = set(keep)
    plain = {name: value for name, value in os.environ.items() if not SECRET.search(name)}
    plain.pop("PYTHONDONTWRITEBYTECODE", None)  # compiling everything anew takes seconds
    return plain | {name: os.environ[name] for name in kept if name in os.environ} | more
