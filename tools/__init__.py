"""Programs around the project: install, run, lock, screenshots.

`install` and `run` need nothing but Python's standard library, since they make the
environment that everything else needs.
"""
