"""Plugins that every test has, and how cases are named."""

from typing import Any

pytest_plugins = ["tests.suites", "tests.databases", "tests.servers.browser"]


def pytest_make_parametrize_id(config: Any, val: object, argname: str) -> str | None:
    """Bytes are named by their argument: what is packed or sealed now has other bytes in each worker, and workers whose
    tests have other names run none."""
    return argname if isinstance(val, bytes) else None
