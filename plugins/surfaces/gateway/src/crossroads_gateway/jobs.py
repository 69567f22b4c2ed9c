"""Jobs: how one stands, and what it made, handed through as it comes.

Law: the caller's key decides what it finds (TENANT-1); a client that goes away ends the download upstream too.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crossroads import Exchange
from crossroads.call import LOCAL, Head, Principal
from crossroads.dialect import Document
from crossroads.errors import BadRequest, CrossroadsError
from crossroads_gateway.hangup import Hangup

OPENAI_PREFIX = "/v1/"
"""Below it OpenAI's SDKs poll, which go on while a job is `queued` or `in_progress`, and read an error as an object."""
INDEX_MAX = 99


class Download(Response):
    """A reply that streams. first: its head, which has come already, so that errors are still whole replies."""

    def __init__(self, first: Head, parts: AsyncGenerator[Head | bytes, None]) -> None:
        self.status_code, self._head, self._parts = first.status, first, parts
        self.background = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async with aclosing(self._parts) as parts:
            with Hangup(scope, receive, asyncio.get_running_loop()):
                await send({"type": "http.response.start", "status": self._head.status, "headers": self._head.headers})
                try:
                    if scope.get("method") != "HEAD":  # whose reply has no body: nothing is fetched for it
                        async for part in parts:
                            await send({"type": "http.response.body", "body": part, "more_body": True})
                except CrossroadsError:
                    return  # the server cuts a reply that has no end, and a client sees that it is not whole
                await send({"type": "http.response.body"})


async def job_state(x: Exchange, request: Request, principal: Principal | None) -> Document:
    """`GET /videos/{id}`, in the words of the API whose prefix was asked. Raises NotFound."""
    told = await x.jobs.state(request.path_params["id"], principal or LOCAL)
    if request.url.path.startswith(OPENAI_PREFIX):
        if told["status"] == "pending":
            told["status"] = "queued"
        if "error" in told:
            told["error"] = {"code": "video_generation_failed", "message": told["error"]}
        told["polling_url"] = told["polling_url"].removeprefix("/api")
    return told


async def job_content(x: Exchange, request: Request, principal: Principal | None) -> Response:
    """`GET /videos/{id}/content?index=0`. Raises NotFound, BadRequest."""
    stated = request.query_params.get("index", "0")
    if not (stated.isascii() and stated.isdigit() and len(stated) <= 2):
        raise BadRequest("is no index.", field="index", value=stated, remedy=f"Send a number from 0 to {INDEX_MAX}.")
    parts = x.jobs.content(request.path_params["id"], principal or LOCAL, int(stated))
    first = await anext(parts)
    assert isinstance(first, Head)
    return Download(first, parts)
