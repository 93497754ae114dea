"""Fake providers as real servers on loopback, for the demo, the tests and the bench."""
