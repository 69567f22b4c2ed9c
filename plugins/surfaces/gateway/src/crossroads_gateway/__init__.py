"""The HTTP surface: OpenRouter's API, under `/api/v1` and `/v1`, in front of every installed dialect and provider.

`Gateway` is what `crossroads serve` runs; `make_app` gives the same as an ASGI application for tests and embedding.
"""

from __future__ import annotations

import asyncio
import gc

from crossroads.config import Config
from crossroads.surface import Ready
from crossroads_gateway.app import App, make_app
from crossroads_gateway.server import new_event_loop, serve

__all__ = ["App", "Gateway", "make_app"]

GC_OBJECTS = 20_000
"""Objects made and not freed before Python looks for cycles among the young."""


class Gateway:
    """See `crossroads.surface.Surface`."""

    def run(self, config: Config, *, ready: Ready | None = None) -> None:
        """Serve until SIGTERM or SIGINT, then drain within `server.drain_s` and return."""

        def started(address: str) -> None:
            settle_memory()
            if ready is not None:
                ready(address)

        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(serve(config, ready=started))


def settle_memory() -> None:
    """What start-up made stays, and calls leave few cycles behind: Python's defaults would look for some every 30
    calls (11 us a call, measured)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_OBJECTS, 20, 100)
