"""Comparisons with peers; `python -m benchmarks` prints them as a table."""
