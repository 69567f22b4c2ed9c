"""What a host's choice must be before another dialect's encoder reads it: every field that they read, of its kind.

Law (HTTP-6): a field of another kind makes the reply a broken one, here; behind here nobody asks again. What is not
named passes untouched.
"""

from __future__ import annotations

from typing import Any

import msgspec

from crossroads_openai_chat.reply import broken

CALLS_MAX = 2048
"""Of one stream that are told apart."""

Text = str | None
Object = dict[str, Any]


class _Function(msgspec.Struct):
    name: Text = None
    arguments: str | Object | None = None


class _Call(msgspec.Struct):
    id: Text = None
    type: Text = None
    function: _Function | None = None
    custom: Object | None = None


class _Detail(msgspec.Struct):
    type: Text = None
    text: Text = None
    summary: Text = None
    data: Text = None
    signature: Text = None
    id: Text = None
    format: Text = None
    index: int | None = None


class _Page(msgspec.Struct):
    url: Text = None
    title: Text = None
    content: Text = None


class _Note(msgspec.Struct):
    type: Text = None
    url_citation: _Page | None = None


class _Address(msgspec.Struct):
    url: Text = None


class _Image(msgspec.Struct):
    image_url: _Address | None = None


class _Audio(msgspec.Struct):
    id: Text = None
    data: Text = None
    transcript: Text = None


class _Part(msgspec.Struct):
    type: Text = None
    text: Text = None


class _Message(msgspec.Struct):
    content: str | list[_Part] | None = None
    refusal: Text = None
    reasoning: Text = None
    reasoning_content: Text = None
    reasoning_details: list[_Detail] | None = None
    tool_calls: list[_Call] | None = None
    function_call: _Function | None = None
    annotations: list[_Note] | None = None
    images: list[_Image] | None = None
    audio: _Audio | None = None


class _Token(msgspec.Struct):
    token: Text = None
    logprob: float | None = None
    top_logprobs: list[Object] | None = None


class _Logprobs(msgspec.Struct):
    content: list[_Token] | None = None


class _Choice(msgspec.Struct):
    text: Text = None
    native_finish_reason: Text = None
    logprobs: _Logprobs | None = None
    message: _Message | None = None
    delta: _Message | None = None


class Calls:
    """The tool calls of a stream, told apart by id where a host gives several the same number.

    Hosts that translate Gemini's parallel calls do (github.com/su-kaka/gcli2api/pull/406, read 2026-11-25). An id alone
    proves nothing (vLLM once made one for each piece): the call's name comes with it.
    """

    def __init__(self) -> None:
        self._ids: dict[tuple[int, int], str] = {}  # by choice and number of ours
        self._numbers: dict[tuple[int, int], int] = {}  # by choice and number of theirs: ours

    def apart(self, choice: Any) -> None:
        """Number the calls of a checked choice anew, in place, where an id says that another call begins."""
        delta, at = choice.get("delta") or {}, choice.get("index") or 0
        for call in delta.get("tool_calls") or ():
            if type(theirs := call.get("index")) is not int:
                continue
            ours = self._numbers.get((at, theirs))
            id_, name = call.get("id"), (call.get("function") or {}).get("name")
            begins = ours is None or (id_ and name and self._ids.get((at, ours), id_) != id_)
            if begins and len(self._numbers) + len(self._ids) < CALLS_MAX:
                used = {number for choice_at, number in self._ids if choice_at == at}
                ours = theirs if theirs not in used else max(used) + 1
                self._numbers[at, theirs] = ours
                self._ids[at, ours] = id_ or ""
            call["index"] = theirs if ours is None else ours


def check(choice: Any) -> None:
    """Raises BadUpstream: a field of it is of another kind."""
    try:
        msgspec.convert(choice, _Choice)
    except msgspec.ValidationError as error:
        where = str(error).rpartition(" - at ")[2].strip("`$.") or "it"
        raise broken(f"the provider sent a choice that can't be read: {where} is of another kind.") from None
