"""Plugins that every test has."""

pytest_plugins = ["tests.suites", "tests.databases", "tests.servers.browser"]
