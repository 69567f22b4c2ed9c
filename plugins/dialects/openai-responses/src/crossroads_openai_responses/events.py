"""Upstream stream bytes -> events: what relaying and decoding have in common. And what a whole response says of itself.

Law (STREAM-2): complete is `response.completed` or `response.incomplete`, and nothing else; OpenAI sends no `[DONE]`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
from crossroads_openai_chat import reply as common
from crossroads_openai_chat.errors import embedded_error

from crossroads.errors import BadUpstream, StreamCut, UpstreamError
from crossroads.jsonbody import MALFORMED
from crossroads.sse import EventReader
from crossroads.types.usage import Usage
from crossroads_openai_responses.usage import read_usage

DONE = b"[DONE]"
FINAL = frozenset({"response.completed", "response.incomplete"})
FAILED = frozenset({"error", "response.failed", "response.error", "response.cancelled"})
UNFINISHED = frozenset({"queued", "in_progress"})
CALL_TYPES = frozenset({"function_call", "custom_tool_call"})
REASONS = {"content_filter": "content_filter"}
"""Why a response is incomplete -> canonical finish reason; any other reason cut it off: length."""

NULL = common.NULL


class Head(msgspec.Struct, gc=False):
    """Of a response object: as much as is looked at on the splice path."""

    status: str | None = None
    incomplete_details: dict[str, Any] | None = None
    output: list[ItemHead] = []


class ItemHead(msgspec.Struct, gc=False):
    """Of an item."""

    type: str | None = None


class Finish(NamedTuple):
    """How a response ended: in the canonical word, and in the host's own."""

    reason: str
    native: str


class Event(NamedTuple):
    """kind: its `type`. fields: undecoded, of one that holds a response; else empty. data: the JSON text."""

    kind: str
    fields: dict[str, Any]
    data: bytes


class Peek(msgspec.Struct, gc=False):
    """Of an event: what tells the few that must be opened from the many that only pass."""

    type: str | None = None
    response: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    error: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_peek = msgspec.json.Decoder(Peek).decode
_head = msgspec.json.Decoder(Head)


def read_head(raw: bytes | msgspec.Raw) -> Head:
    """Raises BadUpstream: no response object."""
    try:
        return _head.decode(raw)
    except MALFORMED:
        raise common.broken("the provider sent a response that can't be read.") from None


def finish_of(head: Head) -> Finish:
    """Raises BadUpstream: it has not ended (a background response), or was cancelled."""
    if head.status in UNFINISHED or head.status == "cancelled":
        raise common.broken(f"the provider's response is {head.status}.")
    if head.status == "incomplete":
        reason = (head.incomplete_details or {}).get("reason")
        native = reason if isinstance(reason, str) and reason else "incomplete"
        return Finish(REASONS.get(native, "length"), native)
    calls = any(item.type in CALL_TYPES for item in head.output)
    return Finish("tool_calls" if calls else "stop", "completed")


def raise_failure(fields: dict[str, Any], data: bytes) -> None:
    """Raise the error that a response object is, when it failed."""
    error = fields.get("error", NULL)
    failed = fields.get("status") == msgspec.Raw(b'"failed"')
    if error not in common.NOTHING:
        raise embedded_error(data, common.decode(error))
    if failed:
        raise BadUpstream("the provider's response failed, without a reason.", remedy=common.REMEDY)


class Reading:
    """Keeps what every reader of a stream must know: usage, finish, identity, completeness; and, once something has
    been read, an error that waits until all before it has left."""

    def __init__(self) -> None:
        self.usage: Usage | None = None
        self.finish: Finish | None = None
        self.upstream_id: str | None = None
        self.response: dict[str, Any] = {}
        """The last response object, undecoded."""
        self._events = EventReader()

    @property
    def finish_reason(self) -> str | None:
        return None if self.finish is None else self.finish.reason

    def read(self, data: bytes) -> tuple[list[Event], UpstreamError | None]:
        """The events that these bytes complete, and the error that came after them."""
        events: list[Event] = []
        try:
            for _, text in self._events.feed(data):
                if self.finish is None and text != DONE:
                    events.append(self._event(text))
        except UpstreamError as error:
            error.billing = "maybe"  # tokens may have been made before it
            return events, error
        return events, None

    def end(self) -> list[Event]:
        """The events of a last piece without its blank line. Raises StreamCut unless the stream was complete."""
        rest: list[Event] = []
        if self._events.pending and self.finish is None:
            rest, error = self.read(b"\n\n")
            if error is not None:
                raise StreamCut("the stream ended inside an event.", remedy=common.REMEDY) from error
        if self.finish is None:
            raise StreamCut("the stream ended before its end.", remedy=common.REMEDY)
        return rest

    def _event(self, data: bytes) -> Event:
        try:
            if not data.isascii():
                data.decode()  # what is skipped over would hand broken UTF-8 to the client
            peek = _peek(data)
        except MALFORMED:
            raise common.broken("the provider sent an event that can't be read.") from None
        kind = peek.type
        if kind in FAILED or (kind is None and peek.error is not msgspec.UNSET):
            raise _failure(common.shallow(data), data)
        if kind is None:
            raise common.broken("the provider sent an event without a type.")
        if peek.response is msgspec.UNSET:
            return Event(kind, {}, data)
        self._response(kind, peek.response)
        return Event(kind, common.shallow(data), data)

    def _response(self, kind: str, raw: msgspec.Raw) -> None:
        self.response = response = common.shallow(bytes(raw))
        raise_failure(response, bytes(raw))
        self.upstream_id = self.upstream_id or common.text_or_none(response.get("id"))
        if kind in FINAL:
            head = read_head(raw)
            if kind == "response.incomplete":
                head.status = "incomplete"
            self.usage = read_usage(response.get("usage"), response.get("tool_usage"))
            self.finish = finish_of(head)


def _failure(fields: dict[str, Any], data: bytes) -> UpstreamError:
    """Of an `error` event (its own fields, or an `error` object), or of a failed response."""
    if "response" in fields:
        try:
            raise_failure(common.shallow(bytes(fields["response"])), bytes(fields["response"]))
        except UpstreamError as error:
            return error
        return BadUpstream("the provider's response failed, without a reason.", remedy=common.REMEDY)
    if fields.get("error", NULL) not in common.NOTHING:
        return embedded_error(data, common.decode(fields["error"]))
    told = {name: common.text_or_none(fields.get(name)) for name in ("code", "message")}
    return embedded_error(msgspec.json.encode({"error": told}), told)


def string_at(holder: dict[str, Any], name: str) -> str:
    """A field that must be a string. Raises BadUpstream."""
    if not isinstance(value := holder.get(name), str):
        raise common.broken(f"the provider sent an event without `{name}`.")
    return value


def number_at(holder: dict[str, Any], name: str) -> int:
    """A field that counts from 0, which is also what a missing one means."""
    return value if type(value := holder.get(name)) is int else 0


def object_at(holder: dict[str, Any], name: str) -> dict[str, Any]:
    """A field that must be an object. Raises BadUpstream."""
    if not isinstance(value := holder.get(name), dict):
        raise common.broken(f"the provider sent an event without `{name}`.")
    return value


def list_at(holder: dict[str, Any], name: str) -> list[Any]:
    """A field that may hold a list."""
    return value if isinstance(value := holder.get(name), list) else []
