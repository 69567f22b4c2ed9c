"""The HTTP surface: OpenRouter's API, under `/api/v1` and `/v1`, in front of every installed dialect and provider.

`Gateway` is what `crossroads serve` runs; `make_app` gives the same as an ASGI application for tests and embedding.
"""

from __future__ import annotations

import asyncio

from crossroads.config import Config
from crossroads.surface import Ready
from crossroads_gateway.app import App, make_app
from crossroads_gateway.server import new_event_loop, serve

__all__ = ["App", "Gateway", "make_app"]


class Gateway:
    """See `crossroads.surface.Surface`."""

    def run(self, config: Config, *, ready: Ready | None = None) -> None:
        """Serve until SIGTERM or SIGINT, then drain within `server.drain_s` and return."""
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(serve(config, ready=ready))
