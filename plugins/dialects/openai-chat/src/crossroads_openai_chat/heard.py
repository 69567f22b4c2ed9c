"""What a host's choice must be before another dialect's encoder reads it: every field that they read, of its kind.

Law (HTTP-6): a field of another kind makes the reply a broken one, here; behind here nobody asks again. What is not
named passes untouched.
"""

from __future__ import annotations

from typing import Any

import msgspec

from crossroads_openai_chat.reply import broken

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


def check(choice: Any) -> None:
    """Raises BadUpstream: a field of it is of another kind."""
    try:
        msgspec.convert(choice, _Choice)
    except msgspec.ValidationError as error:
        where = str(error).rpartition(" - at ")[2].strip("`$.") or "it"
        raise broken(f"the provider sent a choice that can't be read: {where} is of another kind.") from None
