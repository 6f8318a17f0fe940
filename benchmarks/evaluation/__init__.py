"""Our evaluation against lm-eval's own backends: as right, and how much faster.

`python -m benchmarks.evaluation [--quick]` measures everything in one go on the zoo.
"""
