"""Programs that measure: `python -m benchmarks.NAME`, with --quick for a smoke run.

Each one runs ours, and the peer where there is one, in one go; checks that the answers are
equal; prints a table, then one line of JSON with every figure and target; and exits 0 only
where every target holds. `benchmarks.report` does the last three.
"""

import os

# Before numpy loads: one thread, as the site has it. More of them only fight for a busy machine.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
