"""Benchmarks, each beside a peer or a bare loop in the same run, so that a figure means something on any machine."""
