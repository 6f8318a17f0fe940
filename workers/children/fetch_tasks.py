"""Bring the questions of lm-eval's tasks here before anybody is asked them.

`python -m workers.children.fetch_tasks INCLUDE_PATH TASK…` loads each task, which downloads its
data sets into HF_HOME: the harness itself has no network. Prints one JSON line a task:
{"task", "questions"} or {"task", "error"}.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence

from workers.children.benchmarks import Library


def main(arguments: Sequence[str]) -> int:
    """Load what the command line names; return 1 where anything failed."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what libraries print must not mix with the answers
    include_path, *names = arguments
    library, failed = Library(), 0
    for name in names:
        try:
            told = {"task": name, "questions": library.fetch(name, (include_path,))}
        except Exception as error:  # a data set's loader may raise anything
            failed = 1
            told = {"task": name, "error": f"{type(error).__name__}: {error}"[:500]}
        print(json.dumps(told), file=answers)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
