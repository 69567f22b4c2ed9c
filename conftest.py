"""One index of what is installed for the whole run: with a fleet of packages, reading it anew takes seconds."""

import os

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Kept between runs as well: what changed since is seen by its time. Interpreters that tests start inherit it."""
    os.environ.setdefault("CROSSROADS_CACHE", str(config.cache.mkdir("crossroads-index")))
