"""What replies and stream chunks have in common: their shape, their choices, finish reasons, reasoning.

Law: what a host sent is refused or kept, never guessed at; a finish reason we rename stays beside it, as
`native_finish_reason`.
Source: OpenRouter API reference, "Responses", and the finish reasons of recorded hosts, read 2026-11-24.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from crossroads.call import Fields
from crossroads.errors import BadUpstream
from crossroads.jsonbody import MALFORMED
from crossroads_openai_chat.errors import embedded_error

NULL = msgspec.Raw(b"null")
EMPTY_LIST = msgspec.Raw(b"[]")
REMEDY = "Retry, or let other providers serve the call."

_shallow = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encode = msgspec.json.Encoder().encode


class Shape(NamedTuple):
    """What tells the members of the family apart in a reply.

    object: None where a reply names none.
    items: the field that every reply has. completion_tokens: the count where a host states none (None: it must).
    reply_choice, chunk_choice: what clients insist on in each choice, besides `index` and `finish_reason`.
    """

    object: str | None
    chunk_object: str | None
    items: str = "choices"
    completion_tokens: int | None = None
    reply_choice: Mapping[str, Any] = MappingProxyType({})
    chunk_choice: Mapping[str, Any] = MappingProxyType({})


class CallHead(msgspec.Struct, frozen=True, gc=False):
    """Of a tool call in a delta: the number by which clients put its pieces together."""

    index: int | msgspec.UnsetType | None = msgspec.UNSET


class Said(msgspec.Struct, frozen=True, gc=False):
    """Of a message or delta: as much as is looked at on the splice path."""

    tool_calls: list[CallHead] | None = None


ABSENT = Said()


class Choice(msgspec.Struct, gc=False):
    """All that is read of a choice on the splice path; the rest is skipped over."""

    index: int = 0
    finish_reason: str | msgspec.UnsetType | None = msgspec.UNSET
    message: Said | None = ABSENT
    delta: Said | None = ABSENT


class OpeningChoice(msgspec.Struct, gc=False):
    """A choice of a stream that has not shown a token yet."""

    finish_reason: str | None = None
    delta: dict[str, msgspec.Raw] | None = None
    text: str | None = None


_choices = msgspec.json.Decoder(list[Choice])
_opening = msgspec.json.Decoder(list[OpeningChoice])
_each = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])

TOKEN_FIELDS = (
    "content", "reasoning", "reasoning_content", "reasoning_details", "tool_calls", "function_call", "refusal",
    "audio", "images",
)  # fmt: skip
NOTHING = (NULL, EMPTY_LIST, msgspec.Raw(b'""'), msgspec.Raw(b"{}"))

FINISH_REASONS: dict[str, str] = {
    "stop": "stop",
    "eos": "stop",
    "eos_token": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "tool_calls": "tool_calls",
    "tool_use": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
    "safety": "content_filter",
    "refusal": "content_filter",
    "error": "error",
    "insufficient_system_resource": "error",
}


KNOWN_REASONS = frozenset({None, "stop", "length", "tool_calls", "content_filter", "error", "function_call"})
"""What a client may meet. `function_call` is what a client that sends `functions` waits for."""


def finish_reason(native: Any) -> str | None:
    """The canonical word for a host's. Unknown words mean an ordinary end; "" and null mean none yet."""
    if not isinstance(native, str) or not native:
        return None
    return FINISH_REASONS.get(native.lower(), "stop")


def shallow(data: bytes) -> dict[str, msgspec.Raw]:
    """A host's JSON object, undecoded. Raises BadUpstream."""
    try:
        if not data.isascii():
            data.decode()  # a Raw value is skipped over, and would hand broken UTF-8 to the client
        return _shallow.decode(data)
    except MALFORMED:
        raise broken("the provider sent something that is not a JSON object.") from None


def whole(data: bytes) -> dict[str, Any]:
    """A host's JSON object, decoded. Raises BadUpstream."""
    try:
        document = msgspec.json.decode(data)
    except MALFORMED:
        raise broken("the provider sent something that is not JSON.") from None
    if not isinstance(document, dict):
        raise broken("the provider sent something that is not a JSON object.")
    return document


def raise_error(document: Fields, data: bytes, items: str) -> None:
    """Raise the error that an otherwise successful document is, if it is one."""
    error = document.get("error", NULL)
    if items in document and error in NOTHING:
        return
    if error in NOTHING:
        for name in ("message", "detail"):  # vLLM and others: {"object": "error", "message": ...}
            if name in document:
                raise embedded_error(data, str(bytes(document[name]), "utf-8", "replace"))
        return
    raise embedded_error(data, decode(error))


def read_choices(raw: msgspec.Raw) -> list[Choice]:
    """Raises BadUpstream: no list of choices."""
    try:
        return _choices.decode(raw)
    except MALFORMED:
        raise broken("the provider sent choices that can't be read.") from None


def has_token(raw: msgspec.Raw) -> bool:
    """Do these choices hold a first token, or an end?"""
    try:
        choices = _opening.decode(raw)
    except MALFORMED:
        raise broken("the provider sent choices that can't be read.") from None
    return any(
        c.finish_reason or c.text or any(c.delta.get(name, NULL) not in NOTHING for name in TOKEN_FIELDS if c.delta)
        for c in choices
    )


def with_required_keys(raw: msgspec.Raw, required: Mapping[str, Any]) -> list[Fields]:
    """Choices in which clients find the keys and finish reasons that they insist on, and everything else as it was.

    Source: what OpenRouter's Python SDK 1.3.84 refuses to read, tried on 2026-11-25.
    """
    choices: list[Fields] = []
    for i, choice in enumerate(_each.decode(raw)):
        whole = {"index": i, "finish_reason": None, **required, **choice}
        native = decode(choice["finish_reason"]) if "finish_reason" in choice else None
        if native not in KNOWN_REASONS:
            whole["finish_reason"] = finish_reason(native)
            if native:
                whole.setdefault("native_finish_reason", native)
        choices.append(whole)
    return choices


def canonical_choice(choice: Any, holder: str) -> Any:
    """A choice (that `read_choices` took) with canonical finish reason and `reasoning`. holder: message or delta."""
    native = choice.get("finish_reason")
    choice.setdefault("index", 0)
    choice.setdefault("native_finish_reason", native or None)
    choice["finish_reason"] = finish_reason(native)
    said = choice.get(holder)
    if isinstance(said, dict) and said.get("reasoning_content") and not said.get("reasoning"):
        said["reasoning"] = said["reasoning_content"]
    for call in (said.get("tool_calls") if isinstance(said, dict) else None) or ():
        if isinstance((called := call.get("function") or {}).get("arguments"), dict):  # of hosts that parse them
            called["arguments"] = _encode(called["arguments"]).decode()
    return choice


def spoken(said: Any) -> Any:
    """A canonical message or delta for a format without refusals: one that has no content says its refusal instead."""
    if isinstance(said, dict) and said.get("refusal") and not said.get("content"):
        return {**said, "content": said["refusal"]}
    return said or {}


def decode(raw: msgspec.Raw) -> Any:
    """A value of a reply, whole. Raises BadUpstream."""
    try:
        return msgspec.json.decode(raw)
    except MALFORMED:
        raise broken("the provider sent JSON that can't be read.") from None


def text_or_none(raw: Any) -> str | None:
    """A string field that may be missing or something else."""
    value = decode(raw) if isinstance(raw, msgspec.Raw) else raw
    return value if isinstance(value, str) else None


def is_time(raw: Any) -> bool:
    """Is this a `created` that clients can read: a whole number of seconds?"""
    return bytes(raw).isdigit() if isinstance(raw, msgspec.Raw) else type(raw) is int and raw >= 0


def broken(what: str) -> BadUpstream:
    return BadUpstream(what, remedy=REMEDY)
