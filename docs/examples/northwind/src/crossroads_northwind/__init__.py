"""Northwind, an invented provider: all facts stand in provider.toml, and one thing that data can't say stands here.

It wants the region of the endpoint in a header of its own.
"""

from __future__ import annotations

from crossroads.hookspecs import hookimpl
from crossroads.route import Attempt
from crossroads.wire import HttpRequest


@hookimpl
def provider_prepare(attempt: Attempt, request: HttpRequest) -> HttpRequest | None:
    """Copy the endpoint's region into `x-northwind-region`."""
    if attempt.endpoint.region is None:
        return None
    return request.with_header(b"x-northwind-region", attempt.endpoint.region.encode())
