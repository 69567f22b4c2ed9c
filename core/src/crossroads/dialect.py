"""A wire format, both directions: what a dialect plugin implements (entry-point group `crossroads.dialects`).

    client side:    open, decode_request, encode_response, encode_stream, encode_error
    upstream side:  encode_request, decode_response, decode_stream, decode_error
    same on both:   splice_request, relay_response, relay_stream    (no parse beyond what must be touched)

A dialect is made once, without arguments, holds no state between calls and does no I/O; what it need not say itself it
inherits from `DialectBase`. Canonical documents are OpenRouter's chat schema and its siblings (`crossroads.types`);
what only this dialect could carry stands in their `native` (`crossroads.native`) or is kept beside them
(`crossroads.original`).

Laws, checked by the conformance suite: decode(encode(x)) == x on what the format can carry; what it can't carry is
named in `Draft.lost`; the split of stream bytes never changes what is decoded; both paths send the same JSON where
nothing was changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Protocol

import msgspec

from crossroads.call import Call, Fields, Lost, Opened
from crossroads.errors import CrossroadsError, UpstreamRefused
from crossroads.route import Operation
from crossroads.sse import encode_comment
from crossroads.types.usage import Cost, Usage
from crossroads.wire import Headers, find_header

Document = dict[str, Any]
KEEPALIVE = encode_comment("OPENROUTER PROCESSING")
"""What a surface sends on a silent stream; OpenRouter's (its API reference, "Streaming", read 2026-11-24)."""
NO_PARAMS: Mapping[str, str] = MappingProxyType({})


class Draft(msgspec.Struct, kw_only=True):
    """An upstream request before quirks and authentication: the document, where it goes, what was lost.

    form: it goes out as multipart/form-data (`crossroads.multipart`), which brings its own content type; else as JSON.
    body: where a format's body is neither (a sound file as it is), these bytes, and `document` is not sent.
    """

    document: Fields
    url: str
    headers: Headers = ()
    lost: list[Lost] = msgspec.field(default_factory=list)
    form: bool = False
    body: bytes | None = None


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """What the exchange puts on every reply: its own identity, and the price of what was used.

    id: the generation's. model: canonical name of the model that serves. provider: display name of who serves.
    created: UTC seconds. route: where the caller asked for it, what goes into the reply or the last chunk as
    `openrouter_metadata`, in dialects that have a place for it. job: where a call makes a job, upstream's id and the
    seconds that it stated -> the client's id and what is charged (`crossroads.jobs`). asked: the client's request: it
    may choose the form of the reply (subtitles, JSON with or without times).
    """

    id: str
    model: str
    provider: str
    created: int
    price: Callable[[Usage], Cost]
    route: Callable[[], Document | None] | None = None
    job: Callable[[str, int | None], tuple[str, Usage | None]] | None = None
    asked: Opened | None = None

    @property
    def form(self) -> str:
        """`Opened.form` of the call."""
        return "" if self.asked is None else self.asked.form

    def told_route(self) -> Document:
        """The top-level fields that it adds."""
        told = None if self.route is None else self.route()
        return {} if told is None else {"openrouter_metadata": told}


class Reply(msgspec.Struct, kw_only=True):
    """A whole response: encoded or canonical, with what metering reads from it.

    usage None: the provider reported none (it will be estimated).
    content_type: of `body`. A dialect whose replies need not be JSON (`media_of`) is told the upstream's by the engine;
    one that encodes a reply as something else than JSON sets it.
    """

    body: bytes = b""
    content_type: str = "application/json"
    document: Document | None = None
    usage: Usage | None = None
    finish_reason: str | None = None
    upstream_id: str | None = None


class StreamDecoder(Protocol):
    """Upstream stream bytes -> canonical chunks."""

    @property
    def usage(self) -> Usage | None: ...
    @property
    def finish_reason(self) -> str | None: ...
    @property
    def upstream_id(self) -> str | None: ...

    def feed(self, data: bytes) -> list[Document]:
        """The chunks that these bytes complete. Raises UpstreamError for an in-stream error or broken framing."""
        ...

    def close(self, *, framed: bool) -> list[Document]:
        """The bytes have ended. Raises StreamCut unless the format's own end was seen (or framing proves the end)."""
        ...


class StreamEncoder(Protocol):
    """Canonical chunks -> bytes for the client."""

    def encode(self, chunk: Document) -> bytes: ...

    def close(self, usage: Usage) -> bytes:
        """The last events: usage (exactly once) and terminator."""
        ...


class Relay(Protocol):
    """A stream from upstream bytes to client bytes. Spliced by the dialect, or translated by the engine.

    started: has a token (or a finish reason) been seen? Until then `feed` holds its output back, so that another
    endpoint can still take over; the bytes then leave together with the first token.
    """

    @property
    def started(self) -> bool: ...
    @property
    def usage(self) -> Usage | None: ...
    @property
    def finish_reason(self) -> str | None: ...
    @property
    def upstream_id(self) -> str | None: ...
    @property
    def seen_tokens(self) -> int:
        """Events that bore content so far: an estimate of tokens, for a stream that ends before it reports usage."""
        ...

    def feed(self, data: bytes) -> bytes:
        """What may leave now, b"" when nothing. Raises UpstreamError for an in-stream error or broken framing."""
        ...

    def close(self, *, framed: bool, usage: Usage) -> bytes:
        """The end: usage chunk (priced) and terminator. Raises StreamCut when the stream was not complete.

        usage: what to report when the stream itself reported none.
        """
        ...


class DialectBase:
    """What a dialect need not say: it inherits this, and states only what it does otherwise. All are class constants.

    keepalive: bytes that the clients of a silent stream skip. stream_type: media type of streams.
    forms: it also takes forms; `open` finds the media type of every body in `params["content_type"]`.
    queries: parameters stand in the query; `open` finds it in `params["query"]`.
    accepts: whether a stream is wanted stands in the Accept header; `open` finds it in `params["accept"]`.
    media: a whole reply need not be JSON (sound, subtitles): it leaves with the media type it came with.
    flows: such a reply is nothing but media: between two such dialects the bytes pass as they come.
    prefill: every host goes on with a last assistant message, instead of answering it.
    success_status: of a whole reply. makes_jobs: see `crossroads.jobs`. takes_steps: see `crossroads.steps`.
    estimates: `estimate` answers where no endpoint is left to ask (`engine.estimate`).
    """

    name: str
    keepalive: bytes = KEEPALIVE
    stream_type: str = "text/event-stream; charset=utf-8"
    forms: bool = False
    queries: bool = False
    accepts: bool = False
    media: bool = False
    flows: bool = False
    prefill: bool = False
    success_status: int = 200
    makes_jobs: bool = False
    takes_steps: bool = False
    estimates: bool = False

    def estimate(self, request: Any) -> bytes:
        """The whole reply to a canonical request, for its client, guessed from the request alone; it is marked."""
        raise NotImplementedError

    def speaks(self, upstream: str) -> tuple[str, ...]:
        """Names of the dialects whose own words (`native`, `original`) a request to this model can carry."""
        return (self.name,)

    def usage_of(self, headers: Headers) -> Usage | None:
        """What the headers of a whole reply say was used, where its body says nothing."""
        return None


class Dialect(Protocol):
    """See the module. Attributes are class constants; what need not be stated, `DialectBase` brings and describes."""

    keepalive: bytes
    stream_type: str
    forms: bool
    queries: bool
    accepts: bool
    media: bool
    flows: bool
    prefill: bool
    success_status: int
    makes_jobs: bool
    takes_steps: bool
    estimates: bool

    name: str
    operation: Operation
    paths: tuple[str, ...]
    """Where surfaces take it, e.g. ("/chat/completions",): below `/api/v1` and `/v1`, or, with a version of its own
    (`/v1beta/...`), below `/api` and the root. `{model}` matches a whole model name, slashes included; what it matched
    goes to `open`. See `crossroads.paths`."""
    upstream_path: str
    """What is appended to a provider's base URL."""

    # client side

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        """The shallow parse: strict JSON (one object; no duplicate key, NaN, BOM; depth <= 64), routing fields typed.

        params: what the names in braces of the path stood for, e.g. {"model": "author/slug"}, and under "path" the
        entry of `paths` that matched: a format whose verb stands in the URL (Gemini's `streamGenerateContent`) learns
        from it whether the client wants a stream. "content_type", where `forms` is stated: the media type of the body.
        Raises BadRequest naming the field.
        """
        ...

    def decode_request(self, opened: Opened) -> Any:
        """Validate it all: the canonical request. Raises BadRequest naming the field."""
        ...

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        """A canonical response document, stamped and priced, for the client."""
        ...

    def encode_stream(self, stamp: Stamp) -> StreamEncoder: ...

    def encode_error(self, error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
        """An error body, or (in_stream) the event that ends a stream whose reply has begun."""
        ...

    # upstream side

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        """The canonical request for this upstream model name. Raises Unsupported: the format can't carry it."""
        ...

    def decode_response(self, body: bytes) -> Reply:
        """A success body. Raises BadUpstream: not JSON, or not this dialect; UpstreamRefused: an error in disguise."""
        ...

    def decode_stream(self) -> StreamDecoder: ...

    def decode_error(self, status: int, headers: Headers, body: bytes) -> UpstreamRefused:
        """An error answer as a canonical error; any body, also none, also not JSON. Never raises."""
        ...

    # client and upstream speak it both

    def splice_request(self, opened: Opened, *, url: str, upstream: str) -> Draft:
        """The client's own fields, undecoded, without what only the router reads."""
        ...

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        """A success body with identity and usage touched, and nothing else. Raises as `decode_response`."""
        ...

    def relay_stream(self, stamp: Stamp) -> Relay: ...

    # what `DialectBase` brings

    def estimate(self, request: Any) -> bytes: ...

    def speaks(self, upstream: str) -> tuple[str, ...]: ...

    def usage_of(self, headers: Headers) -> Usage | None: ...


def stream_headers_of(dialect: Dialect) -> Headers:
    """The head of a stream in this dialect."""
    kind = dialect.stream_type.encode()
    return ((b"content-type", kind), (b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no"))


def media_of(dialect: Dialect, headers: Headers) -> str:
    """The media type with which a whole reply leaves: JSON, or what came, where the dialect says so (`media`)."""
    if not dialect.media:
        return "application/json"
    came = find_header(headers, b"content-type") or b"application/octet-stream"
    return came.decode("latin-1")
