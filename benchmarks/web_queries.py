"""How many queries each page asks when the board must be read: printed as one line of JSON."""

import json

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

PAGES = {
    "board": "/",
    "filtered board": "/?q=contender&fits=24",
    "contender": "/contenders/contender-00000/",
    "chart": "/charts/",
}


def count() -> None:
    """Count and print."""
    counts: dict[str, int] = {}
    for name, path in PAGES.items():
        with CaptureQueriesContext(connection) as asked:
            answer = Client(headers={"host": "127.0.0.1"}).get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
        counts[name] = len(asked)
    print(json.dumps(counts))
