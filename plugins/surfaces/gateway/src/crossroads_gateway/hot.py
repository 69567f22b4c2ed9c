"""Calls: a request of a client to a call of the exchange, and its parts back, plain or as a stream.

Raw ASGI, for this is the hot path. Law: nothing is read beyond its bound (HTTP-2); a client that goes away cancels its
call at once (STREAM-4); from the first silence on a stream is kept alive by comments.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from functools import lru_cache
from typing import Any

import msgspec

from crossroads import Exchange
from crossroads.call import Call, Caller, Head
from crossroads.config import Secret
from crossroads.dialect import Dialect, stream_headers_of
from crossroads.errors import BadRequest, CrossroadsError, Overloaded, TooLarge, UnsupportedMedia, one_line
from crossroads_gateway.errors import refuse
from crossroads_gateway.hangup import Hangup

WHOLE_REPLY = "crossroads.reply"
TOKEN_HEADERS = (b"x-api-key", b"x-goog-api-key", b"xi-api-key")
"""Anthropic's, Google's, ElevenLabs'."""
TOKEN_SCHEMES = (b"bearer", b"token")
SOUND = (b"audio/", b"video/", b"application/octet-stream")
"""In `scope["extensions"]`: `reply(scope, status, headers, body) -> did it?`."""
TEXT_BYTES_MAX = 256
"""Of each header that is kept with a generation."""
SESSION_BYTES_MAX = 256
NO_KEYS: dict[str, Secret] = {}
LENGTH_DIGITS_MAX = 18
LEGACY_METADATA = b"x-openrouter-experimental-metadata"

Fields = dict[bytes, bytes]


class Inference:
    """All that comes to one dialect's paths."""

    def __init__(self, exchange: Exchange, dialect: Dialect) -> None:
        self._x, self._dialect = exchange, dialect
        self._limit = exchange.config.limits.request_bytes
        self._forms, self._queries, self._flows = dialect.forms, dialect.queries, dialect.flows
        self._accepts = dialect.accepts
        self._loop = asyncio.get_running_loop()

    async def __call__(self, scope: Any, receive: Any, send: Any, params: Mapping[str, str]) -> None:
        x = self._x
        try:
            fields: Fields = dict(scope["headers"])
            caller = read_caller(fields)
            principal = await x.identify(caller.token)  # before a stranger's body is read
            body = await read_body(fields, receive, self._limit, forms=self._forms)
            if body is None:
                return
            if self._forms:
                params = {**params, "content_type": fields.get(b"content-type", b"").decode("latin-1")}
            if self._queries:
                params = {**params, "query": scope["query_string"].decode("latin-1")}
            if self._accepts:
                params = {**params, "accept": fields.get(b"accept", b"").decode("latin-1")}
            call = x.open_call(self._dialect.name, body, caller=caller, principal=principal, params=params)
        except CrossroadsError as error:
            await refuse(send, error, self._dialect.encode_error(error, None, in_stream=False))
            return
        with Hangup(scope, receive, self._loop):
            async with aclosing(x.run(call)) as parts:
                if call.stream:
                    await Stream(call, send, x.config.server.keepalive_s).carry(parts)
                elif self._flows:
                    await carry_flow(call, send, parts)
                else:
                    await carry_whole(scope, send, parts)


async def carry_whole(scope: Any, send: Any, parts: AsyncGenerator[Any, None]) -> None:
    """A plain reply, one Head and one body: by our own server's extension in one write, else as ASGI messages."""
    head, body = await anext(parts), await anext(parts)
    reply = scope.get("extensions", {}).get(WHOLE_REPLY)
    if reply is None or not reply(scope, head.status, head.headers, body):
        await send({"type": "http.response.start", "status": head.status, "headers": head.headers})
        await send({"type": "http.response.body", "body": body})
    async for _ in parts:  # to its end: the call settles behind its reply
        pass


async def carry_flow(call: Call, send: Any, parts: AsyncGenerator[Any, None]) -> None:
    """Media as it comes. What breaks off gets no end: the server cuts it, and a client sees that it is not whole."""
    async for part in parts:
        if type(part) is Head:
            await send({"type": "http.response.start", "status": part.status, "headers": part.headers})
        else:
            await send({"type": "http.response.body", "body": part, "more_body": True})
    if call.error is None or not call.started:
        await send({"type": "http.response.body"})


class Stream:
    """One stream on its way to the client, with comments while it is silent.

    A comment may have to go out while we wait for the next part: a timer sees to it, which costs nothing per part. Once
    it has committed us to 200, later errors are in-stream ones (`call.started`), and a Head is dropped.
    """

    __slots__ = (
        "_busy",
        "_call",
        "_committed",
        "_keepalive",
        "_keepalive_s",
        "_last",
        "_loop",
        "_send",
        "_timer",
        "_writing",
    )

    def __init__(self, call: Call, send: Any, keepalive_s: float) -> None:
        self._call, self._send, self._keepalive_s = call, send, keepalive_s
        self._keepalive = call.dialect.keepalive
        self._loop = asyncio.get_running_loop()
        self._last = self._loop.time()
        self._committed = self._busy = False
        self._writing: asyncio.Task[None] | None = None
        self._timer = self._loop.call_later(keepalive_s, self._tick)

    async def carry(self, parts: Any) -> None:
        send, time = self._send, self._loop.time
        try:
            async for part in parts:
                if self._writing is not None:
                    await self._writing
                self._busy = True
                if type(part) is not Head:
                    await send({"type": "http.response.body", "body": part, "more_body": True})
                elif not self._committed:
                    self._committed = True
                    await send({"type": "http.response.start", "status": part.status, "headers": part.headers})
                self._busy = False
                self._last = time()
            if self._writing is not None:
                await self._writing
            await send({"type": "http.response.body"})
        except asyncio.CancelledError:  # we shut down; or the client has gone, and this goes nowhere
            if self._committed:
                error = Overloaded("This gateway is shutting down.", remedy="Retry the call.")
                event = self._call.dialect.encode_error(error, self._call, in_stream=True)
                await send({"type": "http.response.body", "body": event})
            raise
        finally:
            self._timer.cancel()
            if self._writing is not None:
                self._writing.cancel()

    def _tick(self) -> None:
        wait = self._last + self._keepalive_s - self._loop.time()
        if wait <= 0:
            wait = self._keepalive_s
            if not self._busy and self._writing is None:
                first, self._committed, self._call.started = not self._committed, True, True
                self._writing = self._loop.create_task(self._comment(first))
        self._timer = self._loop.call_later(wait, self._tick)

    async def _comment(self, first: bool) -> None:
        if first:
            headers = [*stream_headers_of(self._call.dialect), (b"x-generation-id", self._call.id.encode())]
            await self._send({"type": "http.response.start", "status": 200, "headers": headers})
        await self._send({"type": "http.response.body", "body": self._keepalive, "more_body": True})
        self._last = self._loop.time()
        self._writing = None


def read_caller(fields: Fields) -> Caller:
    """Who calls, as the headers say it: OpenRouter's and its clients' spellings."""
    title = fields.get(b"x-openrouter-title") or fields.get(b"x-title")
    return Caller(
        token=read_token(fields),
        app_url=_text(fields.get(b"http-referer")),
        app_title=_text(title),
        user_agent=_text(fields.get(b"user-agent")),
        session_id=_session(fields.get(b"x-session-id")),
        provider_keys=_provider_keys(fields.get(b"x-provider-api-keys")),
        wants_route=(fields.get(b"x-openrouter-metadata") or fields.get(LEGACY_METADATA)) == b"enabled",
    )


def _provider_keys(value: bytes | None) -> dict[str, Secret]:
    """A JSON object: name of a provider -> its key, or an object that is its key. Raises BadRequest, quoting none."""
    if not value:
        return NO_KEYS
    try:
        found = msgspec.json.decode(value, type=dict[str, str | dict[str, Any]])
    except (ValueError, RecursionError):
        found = None
    if found is None or not all(key and str(key).isascii() and str(key).isprintable() for key in found.values()):
        remedy = 'Send {"provider": "key"}.'
        raise BadRequest("is no JSON object of keys.", field="X-Provider-API-Keys", remedy=remedy) from None
    return {
        name: Secret(key if isinstance(key, str) else msgspec.json.encode(key).decode()) for name, key in found.items()
    }


def _session(value: bytes | None) -> str | None:
    """As OpenRouter bounds it: a longer one names nothing, rather than the same as another that begins alike."""
    return _text(value) if value and len(value) <= SESSION_BYTES_MAX else None


def read_token(fields: Fields) -> str | None:
    """The key: `Authorization: Bearer` (Deepgram's clients: `Token`), or where another vendor's clients put it."""
    stated = fields.get(b"authorization")
    if stated is None:
        found = next((fields[name] for name in TOKEN_HEADERS if fields.get(name)), b"")
    else:
        scheme, _, found = stated.partition(b" ")
        if scheme.lower() not in TOKEN_SCHEMES:
            return None
    return found.strip().decode("latin-1") or None


@lru_cache(maxsize=1024)
def _text(value: bytes | None) -> str | None:
    """Few different values come again and again. Cut, and one printable line."""
    if not value:
        return None
    text = value[:TEXT_BYTES_MAX].decode("utf-8", "replace")
    return one_line(text)


async def read_body(fields: Fields, receive: Any, limit: int, *, forms: bool = False) -> bytes | None:
    """The whole body; None: the client has gone. Raises UnsupportedMedia, TooLarge.

    JSON only, and it must be said: a browser lets any page post other types here without asking (CSRF). A form, where
    the dialect takes one, comes from no page that could not have asked: with a key, or without the browser's Origin.
    A page must ask for sound as it is, too (Fetch standard, "CORS-safelisted request-header").
    """
    kind = fields.get(b"content-type", b"").partition(b";")[0].strip().lower()
    trusted = b"authorization" in fields or b"origin" not in fields
    taken = forms and (kind.startswith(SOUND) or (trusted and kind == b"multipart/form-data"))
    if kind != b"application/json" and not taken:
        raise UnsupportedMedia(
            "the body is not said to be JSON.",
            field="content-type",
            value=kind.decode("latin-1"),
            remedy="Send `Content-Type: application/json`.",
        )
    coding = fields.get(b"content-encoding", b"identity").strip().lower()
    if coding != b"identity":
        raise UnsupportedMedia(
            "compressed requests are not taken.",
            field="content-encoding",
            value=coding.decode("latin-1"),
            remedy="Send the body as it is.",
        )
    declared = fields.get(b"content-length", b"0")
    if not declared.isdigit() or len(declared) > LENGTH_DIGITS_MAX or int(declared) > limit:
        raise _too_large(limit)
    pieces, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        piece, more = message.get("body", b""), message.get("more_body", False)
        size += len(piece)
        if size > limit:
            raise _too_large(limit)
        pieces.append(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        f"the body is larger than {limit} bytes.",
        remedy="Send less at once, or raise limits.request_bytes.",
        metadata={"limit_bytes": limit},
    )
