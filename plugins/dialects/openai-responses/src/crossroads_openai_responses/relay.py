"""Responses to clients that speak the format too: identity, model and usage touched, nothing else.

Law: what a host sent is refused or relayed as it is; a cut stream gets no `response.completed` and no `[DONE]`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from crossroads_openai_chat import reply as common

from crossroads import jsonbody
from crossroads.dialect import Reply, Stamp
from crossroads.holding import HoldingRelay
from crossroads.sse import encode_event
from crossroads.types.usage import Usage
from crossroads_openai_responses import events
from crossroads_openai_responses.events import FINAL, Event, Reading
from crossroads_openai_responses.usage import canonical_usage, read_usage, told_usage

OPENING = frozenset(
    {
        "keepalive", "response.content_part.added", "response.created", "response.in_progress",
        "response.output_item.added", "response.queued", "response.reasoning_summary_part.added",
    }
)  # fmt: skip
"""Events that another endpoint's may still replace: nothing was said yet."""

DONE_EVENT = b"data: [DONE]\n\n"


def relay_response(body: bytes, stamp: Stamp) -> Reply:
    """See `Dialect.relay_response`."""
    document, head = opened(body)
    finish = events.finish_of(head)
    upstream_id = common.text_or_none(document.get("id"))
    usage = read_usage(document.get("usage"), document.get("tool_usage"))
    _stamp(document, stamp, usage)
    return Reply(body=jsonbody.encode(document), usage=usage, finish_reason=finish.reason, upstream_id=upstream_id)


def opened(body: bytes) -> tuple[dict[str, Any], events.Head]:
    """A success body, undecoded. Raises BadUpstream: no response; UpstreamRefused: a failed one."""
    document: dict[str, Any] = common.shallow(body)
    if "output" not in document:
        common.raise_error(document, body, "output")
    events.raise_failure(document, body)
    if memoryview(document.get("output", common.NULL))[0] != ord("["):
        raise common.broken("the provider's reply has no output.")
    return document, events.read_head(body)


def _stamp(response: dict[str, Any], stamp: Stamp, usage: Usage | None) -> None:
    response["id"], response["model"] = stamp.id, stamp.model
    if not common.is_time(response.get("created_at")):
        response["created_at"] = stamp.created
    if usage is not None:
        response["usage"] = told_usage(canonical_usage(response.get("usage")), usage, stamp.price(usage))
    else:
        response["usage"] = None


class Relay(HoldingRelay):
    """See `crossroads.dialect.Relay`. The last event waits for `close`, which knows the usage."""

    def __init__(self, stamp: Stamp) -> None:
        self._reading = Reading()
        super().__init__(self._reading)
        self._stamp = stamp
        self._last: Event | None = None

    def _relay(self, data: bytes) -> Iterator[bytes]:
        read, error = self._reading.read(data)
        yield from map(self._relayed, read)
        if error is not None:
            raise error

    def close(self, *, framed: bool, usage: Usage) -> bytes:
        """See `crossroads.dialect.Relay.close`."""
        self._raise_failure()
        out = [*self._held, *map(self._relayed, self._reading.end())]
        if self._last is not None:
            out.append(self._stamped(self._last, self._reading.usage or usage))
        return b"".join((*out, DONE_EVENT))

    def _relayed(self, event: Event) -> bytes:
        kind = event.kind
        if kind in FINAL:
            self.started = True
            self._last = event
            return b""
        if kind.endswith(".delta"):
            self.seen_tokens += 1
        if kind not in OPENING:
            self.started = True
        if "response" in event.fields:
            return self._stamped(event, None)
        return encode_event(event.data, _line(kind))

    def _stamped(self, event: Event, usage: Usage | None) -> bytes:
        response: dict[str, Any] = common.shallow(bytes(event.fields["response"]))
        _stamp(response, self._stamp, usage)
        event.fields["response"] = msgspec.Raw(jsonbody.encode(response))
        return encode_event(jsonbody.encode(event.fields), _line(event.kind))


def _line(kind: str) -> str:
    """An event's name, as one line (a forged one must not end it)."""
    return kind if kind.isprintable() else ""
