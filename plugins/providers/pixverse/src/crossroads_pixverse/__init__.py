"""PixVerse: facts in provider.toml, its format in `video`; every request bears a number of its own."""

from __future__ import annotations

import uuid

from crossroads.hookspecs import hookimpl
from crossroads.route import Attempt
from crossroads.wire import HttpRequest

__all__ = ["provider_prepare"]


@hookimpl
def provider_prepare(attempt: Attempt, request: HttpRequest) -> HttpRequest | None:
    """`Ai-trace-id`: required, and an old one is answered with what it was answered before.

    Source: https://docs.platform.pixverse.ai/get-video-generation-status-882972m0, read 2026-11-25.
    """
    return request.with_header(b"ai-trace-id", str(uuid.uuid4()).encode())
