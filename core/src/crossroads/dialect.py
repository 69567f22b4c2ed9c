"""A wire format, both directions: what a dialect plugin implements (entry-point group `crossroads.dialects`).

    client side:    open, decode_request, encode_response, encode_stream, encode_error
    upstream side:  encode_request, decode_response, decode_stream, decode_error
    same on both:   splice_request, relay_response, relay_stream    (no parse beyond what must be touched)

A dialect is made once, without arguments, holds no state between calls and does no I/O. Canonical documents are
OpenRouter's chat schema and its siblings (`crossroads.types`); what only this dialect could carry stands in their
`native` (`crossroads.native`).

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
    form: str = ""

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


class Dialect(Protocol):
    """See the module. Attributes are class constants.

    A dialect whose clients can't skip a comment states bytes that they can skip as `keepalive` (`keepalive_of`); one
    whose streams are no server-sent events states their media type as `stream_type` (`stream_headers_of`). One that
    takes forms states `forms = True`: `open` finds the media type of every body in `params["content_type"]`. One whose
    replies need not be JSON (sound, subtitles) states `media = True`: a reply leaves with the media type it came with.
    Where the reply is nothing but the sound it states `flows = True` too: between two such dialects the bytes pass as
    they come. One whose parameters stand in the query states `queries = True`: `open` finds it in `params["query"]`.
    One whose hosts go on with a last assistant message states `prefill = True` (`goes_on_from_prefill`).
    One whose answer can be guessed from the request alone has `estimate(request) -> bytes`, the whole reply for its
    client: it is sent, and marked, where no endpoint is left to ask (`engine.estimate`).
    """

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


def stream_headers_of(dialect: Dialect) -> Headers:
    """The head of a stream in this dialect: server-sent events, unless it states a `stream_type` of its own."""
    kind: str = getattr(dialect, "stream_type", "text/event-stream; charset=utf-8")
    return ((b"content-type", kind.encode()), (b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no"))


def goes_on_from_prefill(dialect: Dialect) -> bool:
    """Does every host of this dialect go on with a last assistant message, instead of answering it?"""
    return getattr(dialect, "prefill", False) is True


def takes_forms(dialect: Dialect) -> bool:
    """May a request of this dialect be multipart/form-data?"""
    return getattr(dialect, "forms", False) is True


def reads_query(dialect: Dialect) -> bool:
    """Do parameters of this dialect stand in the query?"""
    return getattr(dialect, "queries", False) is True


def flows(dialect: Dialect) -> bool:
    """Is a whole reply of this dialect nothing but media, which can pass as it comes?"""
    return getattr(dialect, "flows", False) is True


def media_of(dialect: Dialect, headers: Headers) -> str:
    """The media type with which a whole reply leaves: JSON, or what came, where the dialect says so (`media`)."""
    if getattr(dialect, "media", False) is not True:
        return "application/json"
    came = find_header(headers, b"content-type") or b"application/octet-stream"
    return came.decode("latin-1")


def keepalive_of(dialect: Dialect) -> bytes:
    """What keeps a silent stream of this dialect alive."""
    stated: bytes = getattr(dialect, "keepalive", KEEPALIVE)
    return stated
