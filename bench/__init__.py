"""Measured promises: the machine's best and what the house does, in the same run. Never a timed test."""
