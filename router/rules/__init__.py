"""Decisions as pure functions: values and a clock go in, values come out; no I/O, no randomness."""
