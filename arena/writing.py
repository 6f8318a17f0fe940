"""Take turns to write where only one can at a time.

Whoever finds SQLite locked sleeps and tries again, and under load some sleep for seconds. Threads
of one process wait for each other here instead, and the next one starts the moment it can. Other
databases need no turns.
"""

import threading
from contextlib import AbstractContextManager, nullcontext

from django.db import connection

_lock = threading.Lock()


def in_turn() -> AbstractContextManager[object]:
    """Return what to enter before a short transaction that many want to make at once."""
    return _lock if connection.vendor == "sqlite" else nullcontext()
