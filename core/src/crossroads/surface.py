"""What speaks to clients: the Protocol of a surface (entry-point group `crossroads.surfaces`).

`crossroads serve` finds a surface by name and calls `run`. A surface is made without arguments, or with its `Settings`;
what it serves it takes from an `Exchange` that it makes from the configuration, and closes at its end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from crossroads.config import Config

Ready = Callable[[str], None]
"""Told the address (`http://127.0.0.1:8080`) as soon as calls are taken there."""


class Surface(Protocol):
    """See the module."""

    def run(self, config: Config, *, ready: Ready | None = None) -> None:
        """Serve until SIGTERM or SIGINT, then drain and return; blocks, with an event loop of its own.

        Raises ConfigError or PluginError before anything is served: an address that is taken, or that must not be
        opened without keys.
        """
        ...
