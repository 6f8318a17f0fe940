"""Programs that measure: `python -m benchmarks.NAME`, with --quick for a smoke run.

Each one runs ours, and the peer where there is one, in one go; checks that the answers are
equal; prints a table, then one line of JSON with every figure and target; and exits 0 only
where every target holds. `benchmarks.report` does the last three.
"""
