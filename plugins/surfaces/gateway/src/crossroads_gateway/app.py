"""The ASGI application: from a path to its handler. Calls go straight to `hot`, everything else through Starlette.

Law (HTTP-6): whatever comes in, what goes out is an answer of the API: an error is an envelope, never a traceback.
"""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from starlette.exceptions import HTTPException

from crossroads import Exchange
from crossroads.errors import CrossroadsError, MethodNotAllowed, Overloaded
from crossroads.paths import PREFIXES, Paths
from crossroads_gateway.errors import MASKED, Bugs, refuse, respond
from crossroads_gateway.hot import Inference
from crossroads_gateway.manage import make_router

HOT_ALLOW = b"POST, OPTIONS"


class App:
    """One exchange over ASGI. phase: what `/ready` answers by; the server moves it on."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.phase: Literal["starting", "ready", "draining"] = "ready"
        self.bugs = Bugs()
        dialects = exchange.dialects()
        self._paths = Paths(dialects)
        self._hot = {dialect.name: Inference(exchange, dialect) for dialect in dialects}
        self._router = make_router(exchange, PREFIXES, lambda: self.phase)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"The gateway speaks http, not {scope['type']}.")
        try:
            found = self._paths.find(scope["path"])
            if found is None:
                await self._manage(scope, receive, send)
            elif scope["method"] == "POST":
                dialect, params = found
                await self._hot[dialect.name](scope, receive, send, params)
            else:
                await self._wrong_method(scope, send, HOT_ALLOW)
        except asyncio.CancelledError:
            if self.phase != "draining":
                raise
            await self._instead(send, Overloaded("This gateway is shutting down.", remedy="Retry.", retry_after_s=1))
        except Exception as error:
            self.bugs.note(error)
            await self._instead(send, None)

    async def _manage(self, scope: Any, receive: Any, send: Any) -> None:
        scope["app"] = self  # so that Starlette raises for a wrong method instead of answering in plain text
        try:
            await self._router(scope, receive, send)
        except CrossroadsError as error:
            await refuse(send, error)
        except HTTPException as error:
            allow = (error.headers or {}).get("Allow", "")
            await self._wrong_method(scope, send, ", ".join(sorted({*allow.split(", "), "OPTIONS"})).encode())

    async def _wrong_method(self, scope: Any, send: Any, allow: bytes) -> None:
        headers = [(b"allow", allow)]
        if scope["method"] == "OPTIONS":
            await send({"type": "http.response.start", "status": 204, "headers": headers})
            await send({"type": "http.response.body"})
            return
        error = MethodNotAllowed(
            f"{scope['method']} is not what {scope['path'][:200]} takes.", remedy=f"Use {allow.decode()}."
        )
        await refuse(send, error, headers=headers)

    async def _instead(self, send: Any, error: CrossroadsError | None) -> None:
        """An error where a reply was due, if none has begun; else the server closes the connection."""
        try:
            if error is None:
                await respond(send, 500, MASKED)
            else:
                await refuse(send, error)
        except RuntimeError:  # ASGI: a response has started
            return


def make_app(exchange: Exchange) -> App:
    """The gateway as an ASGI application. exchange: started, and closed by whoever started it.

    Without our own server in front (`Gateway.run`), header bounds, strict framing and upload time are those of yours.
    """
    return App(exchange)
