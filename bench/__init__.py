"""Measured promises: what the machine could do at best, and what the house does, in the same run. Never a timed test."""
