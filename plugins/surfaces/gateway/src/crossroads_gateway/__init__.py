"""The HTTP surface: OpenRouter's API, under `/api/v1` and `/v1`, in front of every installed dialect and provider.

`Gateway` is what `crossroads serve` runs; `make_app` gives the same as an ASGI application for tests and embedding.
"""

from __future__ import annotations

import asyncio
import sys

from crossroads.config import Config
from crossroads.surface import Ready

from crossroads_gateway.app import App, make_app
from crossroads_gateway.server import serve

__all__ = ["App", "Gateway", "make_app"]


class Gateway:
    """See `crossroads.surface.Surface`."""

    def run(self, config: Config, *, ready: Ready | None = None) -> None:
        """Serve until SIGTERM or SIGINT, then drain within `server.drain_s` and return."""
        if sys.platform == "win32":
            loop_factory = asyncio.new_event_loop
        else:
            from uvloop import new_event_loop as loop_factory
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            runner.run(serve(config, ready=ready))
