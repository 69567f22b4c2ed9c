"""What a vendor's own format of one operation (sound, images) shares with others: all but its fields and replies.

Its clients never stream. A request is read into canonical fields at once and written again, never spliced; a reply of
its own goes back as it came. A member sets the class attributes and brings `open`, `encode_request`, `decode_response`
and `encode_response`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from crossroads import jsonbody
from crossroads.call import Call, Fields, Lost, Opened
from crossroads.dialect import NO_PARAMS, DialectBase, Document, Draft, Reply, Stamp
from crossroads.errors import (
    BadUpstream,
    CrossroadsError,
    StreamCut,
    Unsupported,
    UpstreamError,
    UpstreamRefused,
)
from crossroads.jsonbody import MALFORMED, Kind
from crossroads.multipart import File
from crossroads.types.usage import Usage
from crossroads.wire import Headers
from crossroads_openai_chat import errors
from crossroads_openai_chat.forms import has_file
from crossroads_openai_chat.request import ROUTER_KINDS, ROUTER_ONLY, open_fields, plain
from crossroads_openai_chat.vendor import KINDS, keep

Json = dict[str, Any]

JSON_HEADERS: Headers = ((b"content-type", b"application/json"), (b"accept", b"application/json"))
WHOLE_BYTES_MAX = 64 << 20
"""Of a reply that is held whole where a stream was asked for."""
FORM_VALUE = re.compile(r"true|false|-?(?:0|[1-9][0-9]{0,14})")
PERSONAL = ("metadata", "user")
"""Of the canonical request: no vendor of these formats has a place for them."""


class Foreign(DialectBase):
    """See `crossroads.dialect.Dialect` for each method. All attributes are class constants."""

    name: str
    operation: str
    paths: tuple[str, ...] = ()
    upstream_path: str
    stream_type = "application/json"
    """Of an answer to a client that asked for a stream: it comes whole (see `WholeDecoder`)."""
    own: Mapping[str, Kind] = {}
    """What may stand in the fields of the vendor's own body."""

    @staticmethod
    def model() -> Any:
        """The canonical request's model. (Importing it costs: only when somebody asks.)"""
        raise NotImplementedError

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        opened = open_fields(jsonbody.open_document(body), {**ROUTER_KINDS, **self.own})
        return self.opened({name: plain(raw) for name, raw in opened.fields.items()}, params)

    def opened(self, own: Json, params: Mapping[str, str]) -> Opened:
        """The vendor's own fields -> canonical ones, with the model's name where routing finds it.

        What only this vendor has a word for goes into its bag (`crossroads.native`): no other vendor is sent it.
        """
        fields = self.canonical(own, params)
        known = {*self.model().model_fields, *ROUTER_ONLY, "stream"}
        keep(self.name, fields, drops=[name for name, value in fields.items() if name not in known and is_plain(value)])
        raws: Fields = {k: msgspec.Raw(msgspec.json.encode(v)) for k, v in fields.items() if is_plain(v)}
        opened = open_fields(raws, ROUTER_KINDS)
        opened.fields, opened.stream = {**fields, **raws}, False
        return opened

    def canonical(self, own: Json, params: Mapping[str, str]) -> Json:
        """The vendor's own fields, as the canonical request says them. Raises BadRequest."""
        return own  # of a format that has the same words, or is an upstream only

    def decode_request(self, opened: Opened) -> Any:
        from crossroads.types.base import validate_document

        return validate_document(self.model(), {name: plain(value) for name, value in opened.fields.items()})

    def splice_request(self, opened: Opened, *, url: str, upstream: str) -> Draft:
        return self.encode_request(self.decode_request(opened), url=url, upstream=upstream, stream=opened.stream)

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        raise NotImplementedError

    def decode_response(self, body: bytes) -> Reply:
        raise NotImplementedError

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        reply = self.decode_response(body)
        reply.body = body
        return reply

    def relay_stream(self, stamp: Stamp) -> Any:
        raise Unsupported(f"{self.name} has no streams.", remedy="Ask without a stream.", field="stream")

    encode_stream = relay_stream

    def decode_stream(self) -> Any:
        return WholeDecoder(self)

    def chunks(self, reply: Reply) -> list[Document]:
        """A whole reply as the chunks of a stream, for a client of another format that asked for one."""
        raise NotImplementedError

    def decode_error(self, status: int, headers: Headers, body: bytes) -> UpstreamRefused:
        return errors.decode_error(status, headers, reworded(body))

    def encode_error(self, error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
        return errors.encode_error(error, call, in_stream=in_stream, chunk_object=None)


class WholeDecoder:
    """A whole reply where a stream was asked for (`crossroads.dialect.StreamDecoder`)."""

    finish_reason: str | None = None
    upstream_id: str | None = None
    usage: Usage | None = None

    def __init__(self, dialect: Foreign) -> None:
        self._dialect = dialect
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> list[Document]:
        self._parts.append(data)
        self._size += len(data)
        if self._size > WHOLE_BYTES_MAX:
            raise BadUpstream(f"its reply exceeds {WHOLE_BYTES_MAX} bytes.", remedy="Ask for less at once.")
        return []

    def close(self, *, framed: bool) -> list[Document]:
        body = b"".join(self._parts)
        if not framed and not _is_json(body):
            raise StreamCut("the reply was cut.", remedy="Retry the call.")
        reply = self._dialect.decode_response(body)
        self.usage, self.upstream_id = reply.usage, reply.upstream_id
        return self._dialect.chunks(reply)


def _is_json(body: bytes) -> bool:
    try:
        msgspec.json.decode(body)
    except MALFORMED:
        return False
    return True


def is_plain(value: Any) -> bool:
    """Is it of JSON (and not a file, or a list of some)?"""
    return value is None or (isinstance(value, str | int | float | bool | list | dict) and not has_file(value))


def stated(request: Any) -> Json:
    """What the caller stated, nulls left out; files as they are."""
    named = {name: _dumped(getattr(request, name)) for name in request.model_fields_set}
    for bag in (named.pop("native", None) or {}).values():  # no other's bag comes as far as here
        named |= {name: value for kind in KINDS for name, value in (bag.get(kind) or {}).items()}
    return {name: value for name, value in {**named, **(request.model_extra or {})}.items() if value is not None}


def _dumped(value: Any) -> Any:
    """A typed part of a request as the JSON that it is; files stay."""
    if isinstance(value, list):
        return [_dumped(one) for one in value]
    return value.model_dump(exclude_unset=True, by_alias=True) if hasattr(value, "model_dump") else value


def leftover(fields: Json, handled: Collection[str], dropped: Collection[str]) -> tuple[Json, list[Lost]]:
    """What the format has no word for: the vendor's own parameters, to be sent as they are, and what is dropped."""
    gone = [name for name in (*dropped, *PERSONAL) if name in fields]
    lost = [Lost(name, "dropped", "the provider has no such parameter") for name in gone]
    known = {*handled, *dropped, *PERSONAL, *ROUTER_ONLY, "extra_body", "model", "native", "stream", "stream_options"}
    own = {name: value for name, value in fields.items() if name not in known}
    # With a file it was a form, in which everything is text.
    if any(
        isinstance(one, File) for value in fields.values() for one in (value if isinstance(value, list) else [value])
    ):
        own = {name: typed(value) for name, value in own.items()}
    return own, lost


def typed(text: Any) -> Any:
    """A field of a form as the JSON that it means: true, false and whole numbers; anything else is text."""
    if isinstance(text, str) and FORM_VALUE.fullmatch(text):
        return msgspec.json.decode(text)
    return text


def reworded(body: bytes) -> bytes:
    """A vendor's error in the shape that `errors` reads: {"error": {"message", "code"}}; what has that, as it is.

    Shapes: {"detail": {"status", "message"}}, {"detail": [{"loc", "msg"}]}, {"err_code", "err_msg"}, {"name",
    "errors": [{"msg" | "message" | "title"}]}, {"title", "message"}, {"message": [...]}, {"kind", "description"}.
    """
    try:
        told = msgspec.json.decode(body)
    except MALFORMED:
        return body
    if not isinstance(told, dict) or "error" in told:
        return body
    detail = told.get("detail")
    inner: Json = detail if isinstance(detail, dict) else {}
    rows = detail if isinstance(detail, list) else told.get("errors")
    texts = [_row(row) for row in rows] if isinstance(rows, list) else []
    message = inner.get("message") or "; ".join(text for text in texts if text)
    message = message or next(
        (told[name] for name in ("message", "err_msg", "description", "title") if told.get(name)), None
    )
    if isinstance(message, list):
        message = "; ".join(text for text in map(_row, message) if text)
    code = next((told[name] for name in ("err_code", "error_code", "name", "kind", "code") if told.get(name)), None)
    message = message or told.get("msg")
    if not isinstance(message, str):
        return body
    return msgspec.json.encode(
        {"error": {"message": message, "code": inner.get("code") or inner.get("status") or code}}
    )


def error_or(body: bytes, what: str) -> UpstreamError:
    """Of JSON where a success was due: the vendor's own error, if it is one. what: else."""
    said = reworded(body)
    try:
        told = msgspec.json.decode(said)
    except MALFORMED:
        told = None
    error = told.get("error") if isinstance(told, dict) else None
    return errors.embedded_error(said, error) if error else BadUpstream(what, remedy="Retry the call.")


def _row(row: Any) -> str:
    if not isinstance(row, dict):
        return row if isinstance(row, str) else ""
    steps = row.get("loc")
    where = ".".join(str(step) for step in steps if step != "body") if isinstance(steps, list) else ""
    text = str(row.get("msg") or row.get("message") or row.get("title") or "")
    return f"{where}: {text}" if where else text
