"""Canonical chunks -> a stream of version 1: pieces as they come, calls whole, and everything once more in the end."""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.reply import spoken

from crossroads.dialect import Document, Stamp
from crossroads.types.usage import Usage
from crossroads_cohere_v1 import reply, said
from crossroads_cohere_v1.stream import CALLS_MAX, END, written
from crossroads_cohere_v1.wire import Json


class StreamEncoder:
    """See `crossroads.dialect.StreamEncoder`. Cohere's stream has one choice: the first."""

    def __init__(self, stamp: Stamp) -> None:
        self._stamp = stamp
        self._ready = [_event("stream-start", generation_id=stamp.id)]
        self._text: list[str] = []
        self._calls: dict[int, Json] = {}  # index -> the call as far as it came
        self._notes: list[Json] = []
        self._named: set[str] = set()  # documents that have been told
        self._usage: Any = None
        self._reason: tuple[Any, Any] = (None, None)

    def encode(self, chunk: Document) -> bytes:
        """The events of one chunk; the first one also starts the stream."""
        if chunk.get("usage") is not None:
            self._usage = chunk["usage"]
        out, self._ready = self._ready, []
        for choice in chunk.get("choices") or []:
            if choice.get("index", 0) != 0:
                continue
            out += self._said(spoken(choice.get("delta")))
            if choice.get("finish_reason"):
                self._reason = choice["finish_reason"], choice.get("native_finish_reason")
        return b"".join(out)

    def close(self, usage: Usage) -> bytes:
        """The tool calls, whole, then the end, which says it all again."""
        text = "".join(self._text)
        calls = [self._calls[index] for index in sorted(self._calls)]
        message = {"content": text, "tool_calls": calls, "annotations": self._notes}
        response = reply.written(message, self._stamp)
        if calls:
            self._ready.append(_event("tool-calls-generation", tool_calls=response["tool_calls"]))
        reason = said.native_reason(*self._reason)
        response |= {"finish_reason": reason, "meta": said.meta(self._usage, usage, self._stamp.price(usage))}
        return b"".join((*self._ready, _event(END, finished=True, finish_reason=reason, response=response)))

    def _said(self, delta: Json) -> list[bytes]:
        out = []
        if text := reply.text_of(delta.get("content")):
            self._text.append(text)
            out.append(_event("text-generation", text=text))
        noted, documents = said.citations(delta.get("annotations"))
        if new := [page for id_, page in documents.items() if id_ not in self._named]:
            self._named |= documents.keys()
            out.append(_event("search-results", documents=new))
        if noted:
            self._notes += delta["annotations"]
            out.append(_event("citation-generation", citations=noted))
        for call in delta.get("tool_calls") or []:
            out.append(self._gather(call))
        return out

    def _gather(self, call: Json) -> bytes:
        index, function = call.get("index", 0), call.get("function") or {}
        if index not in self._calls and len(self._calls) >= CALLS_MAX:
            return b""
        known = self._calls.setdefault(index, {"function": {"name": "", "arguments": ""}})["function"]
        name, arguments = function.get("name"), function.get("arguments")
        known["name"] = name or known["name"]
        known["arguments"] += arguments or ""
        told = {"index": index, **({"name": name} if name else {}), **({"parameters": arguments} if arguments else {})}
        return _event("tool-calls-chunk", tool_call_delta=told)


def _event(kind: str, *, finished: bool = False, **told: Any) -> bytes:
    return written({"is_finished": finished, "event_type": kind, **told})
