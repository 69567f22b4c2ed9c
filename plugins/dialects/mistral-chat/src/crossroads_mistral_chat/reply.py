"""Whole replies, and what they have in common with streams: choices in chunks <-> canonical choices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from crossroads.dialect import Document
from crossroads_mistral_chat.content import Folding, Unfolding

CHOICES_MAX = 1024
"""Of one stream that are told apart; those beyond share their place in the text."""


def unfolded_choices(document: Document, holder: str, known: dict[int, Unfolding] | None = None) -> Document:
    """The document with canonical choices. holder: message or delta. known: what a stream has said so far."""
    document.pop("p", None)  # padding against guessing tokens from lengths: not content

    def unfold(at: int, said: Any) -> Any:
        state = Unfolding(whole=True) if known is None else _state(known, at, Unfolding)
        return _calls(state.unfold(said))

    return _changed(document, holder, unfold)


def folded_choices(document: Document, holder: str, known: dict[int, Folding] | None = None) -> Document:
    """The document with Mistral's choices."""

    def fold(at: int, said: Any) -> Any:
        state = Folding() if known is None else _state(known, at, Folding)
        return state.fold(said)

    return _changed(document, holder, fold)


def _state(states: dict[int, Any], at: int, kind: type) -> Any:
    if at not in states:
        at = at if len(states) < CHOICES_MAX else min(states)
        states.setdefault(at, kind())
    return states[at]


def _changed(document: Document, holder: str, change: Callable[[int, Any], Any]) -> Document:
    choices = []
    for number, choice in enumerate(document.get("choices") or []):
        said = choice.get(holder) if isinstance(choice, dict) else None
        if isinstance(said, dict):
            index = choice.get("index")
            choice = {**choice, holder: change(index if type(index) is int else number, said)}
        choices.append(choice)
    return {**document, "choices": choices}


def _calls(said: dict[str, Any]) -> dict[str, Any]:
    """Tool calls as OpenAI's clients insist on them, with a type."""
    calls = said.get("tool_calls")
    if not isinstance(calls, list):
        return said
    typed = [{"type": "function", **call} if isinstance(call, dict) else call for call in calls]
    return {**said, "tool_calls": list(map(text_call, typed))}


def text_call(call: Any) -> Any:
    """A tool call with its arguments as text: Mistral's types also allow an object."""
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict):
        return call
    if isinstance(function.get("arguments"), dict):
        function = {**function, "arguments": msgspec.json.encode(function["arguments"]).decode()}
    return {**call, "function": function}
