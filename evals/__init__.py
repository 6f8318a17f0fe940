"""Contenders, submissions, suites, runs and scores: the benchmark half of the product."""
