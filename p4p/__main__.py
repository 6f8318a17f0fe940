"""Lets `python -m p4p` do what the installed `p4p` does."""

from p4p.app import main

main()
