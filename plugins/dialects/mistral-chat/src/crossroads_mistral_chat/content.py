"""Content in chunks <-> text, reasoning details and annotations: of a message, or of the deltas of one choice.

    {"type": "thinking", "thinking": [{"type": "text", ...}]}   <->  reasoning_details, one per inner chunk
    {"type": "text", "text": ...}                               <->  content
    {"type": "reference", "reference_ids": [...]}               <->  an annotation at its place in the text

Law: `Folding` of what `Unfolding` gave is the same content again, but for how text was cut into pieces, and for
thinking that came after text in one message, which comes first.
"""

from __future__ import annotations

from typing import Any

FORMAT = "unknown"
"""OpenRouter's vocabulary of reasoning formats has no word for Mistral."""

Chunk = dict[str, Any]


class Unfolding:
    """Mistral's content -> canonical fields. One for each choice: it knows how far the text has come.

    whole: every thinking chunk is a thought. Otherwise the pieces of one thought come until it is closed or text comes.
    """

    __slots__ = ("_chars", "_index", "_open", "_thought", "_whole")

    def __init__(self, *, whole: bool = False) -> None:
        self._whole = whole
        self._chars = 0
        self._index = 0
        self._open = self._thought = False

    def unfold(self, said: Chunk) -> Chunk:
        """A message or delta with canonical content, reasoning and annotations."""
        content = said.get("content")
        if isinstance(content, str):
            self._say(content)
        if not isinstance(content, list):
            return said
        text, details, notes = "", [], []
        for chunk in content:
            kind = chunk.get("type") if isinstance(chunk, dict) else None
            if kind == "thinking":
                details += self.think(chunk)
            elif kind == "text" and isinstance(chunk.get("text"), str):
                self._say(chunk["text"])
                text += chunk["text"]
            elif isinstance(kind, str):
                notes.append({"type": kind, kind: {**chunk, "index": self._chars}})
        said = {**said, "content": text if text or not details else None}
        if details:
            said["reasoning"] = "".join(detail.get("text") or "" for detail in details)
            said["reasoning_details"] = details
        if notes:
            said["annotations"] = [*(said.get("annotations") or []), *notes]
        return said

    def think(self, chunk: Chunk) -> list[Chunk]:
        """The reasoning details of one thinking chunk; they share its `index`."""
        if self._thought and not self._open:
            self._index += 1
        self._thought, self._open = True, True
        inner = chunk.get("thinking")
        details = [self._detail(one) for one in (inner if isinstance(inner, list) else [inner])]
        for name in ("signature", "closed"):
            if chunk.get(name) is not None:
                details = details or [self._detail({"type": "text", "text": ""})]
                details[-1][name] = chunk[name]
        if chunk.get("closed") or self._whole:
            self._open = False
        return details

    def _detail(self, inner: Any) -> Chunk:
        if isinstance(inner, str):
            inner = {"type": "text", "text": inner}
        detail = {"type": "reasoning.text", "text": "", "format": FORMAT, "index": self._index}
        if isinstance(inner, dict) and inner.get("type", "text") == "text" and isinstance(inner.get("text"), str):
            detail["text"] = inner["text"]
        else:
            detail["chunk"] = inner
        return detail

    def _say(self, text: str) -> None:
        self._chars += len(text)
        if text:
            self._open = False


class Folding:
    """Canonical fields -> Mistral's content. One for each choice."""

    __slots__ = ("_chars",)

    def __init__(self) -> None:
        self._chars = 0

    def fold(self, said: Chunk) -> Chunk:
        """A message or delta whose content holds its reasoning and references. Other annotations stay."""
        rest = {k: v for k, v in said.items() if k not in ("reasoning", "reasoning_details", "reasoning_content")}
        thoughts, _ = thinking_chunks(said)
        places: list[Chunk] = []
        others: list[Any] = []
        for note in said.get("annotations") or []:
            kind = note.get("type") if isinstance(note, dict) else None
            own = note.get(kind) if kind else None
            if isinstance(own, dict) and own.get("type") == kind and type(own.get("index")) is int:
                places.append(own)
            else:
                others.append(note)
        text = said.get("content")
        length = len(text) if isinstance(text, str) else 0
        if thoughts or places:
            rest["content"] = thoughts + self._pieces(text, places)
        if "annotations" in rest:
            del rest["annotations"]
            if others:
                rest["annotations"] = others
        self._chars += length
        return rest

    def _pieces(self, text: Any, places: list[Chunk]) -> list[Chunk]:
        if isinstance(text, list):
            return [*text, *map(_without_index, places)]
        text, out, at = text or "", [], 0
        for place in sorted(places, key=lambda one: one["index"]):
            until = min(max(place["index"] - self._chars, at), len(text))
            if until > at:
                out.append({"type": "text", "text": text[at:until]})
            out.append(_without_index(place))
            at = until
        if at < len(text):
            out.append({"type": "text", "text": text[at:]})
        return out


def thinking_chunks(said: Chunk) -> tuple[list[Chunk], list[str]]:
    """The reasoning of a message or delta as thinking chunks, and what of it can't be said, in words.

    Text of others is carried as text; what only its maker can read (encrypted, signed elsewhere) is not.
    """
    details, lost = said.get("reasoning_details"), []
    if not isinstance(details, list) or not details:
        text = said.get("reasoning") or said.get("reasoning_content")
        details = [{"text": text, "format": FORMAT}] if isinstance(text, str) and text else []
    chunks: list[Chunk] = []
    last: Any = object()
    for detail in details:
        text = detail.get("text") if detail.get("type", "reasoning.text") == "reasoning.text" else detail.get("summary")
        if not isinstance(text, str) and "chunk" not in detail:
            lost.append(f"{detail.get('type')} is readable by its maker only")
            continue
        index = detail.get("index")
        if index is None or index != last or (chunks and ("closed" in chunks[-1] or "signature" in chunks[-1])):
            chunks.append({"type": "thinking", "thinking": []})
        last = index
        chunk = chunks[-1]
        if detail.get("chunk") is not None:
            chunk["thinking"].append(detail["chunk"])
        elif text or not ("closed" in detail or "signature" in detail):
            chunk["thinking"].append({"type": "text", "text": text})
        if detail.get("format", FORMAT) == FORMAT:
            chunk |= {name: detail[name] for name in ("signature", "closed") if detail.get(name) is not None}
        elif detail.get("signature"):
            lost.append("a signature is valid at its maker only")
    return chunks, lost


def _without_index(place: Chunk) -> Chunk:
    return {name: value for name, value in place.items() if name != "index"}
