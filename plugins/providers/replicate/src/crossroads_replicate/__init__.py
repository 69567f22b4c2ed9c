"""Replicate: a call makes a prediction, which is waited for, or whose stream is opened at an address of its own.

Source: Replicate's HTTP API reference, "Predictions", and pkg:pypi/replicate@1.0.7, read 2026-11-25.
"""

from __future__ import annotations

from crossroads.hookspecs import hookimpl
from crossroads.wire import Transport
from crossroads_replicate.waiting import Waiting

__all__ = ["Replicate"]


class Replicate:
    """One waiting transport for each instance of the provider."""

    @hookimpl
    async def provider_open(self, transport: Transport) -> Transport:
        """The default transport, behind which predictions are over when their reply is given."""
        return Waiting(transport)
