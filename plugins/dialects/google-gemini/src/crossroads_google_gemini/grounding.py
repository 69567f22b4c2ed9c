"""Sources of an answer: grounding and citation metadata -> canonical annotations, and back for clients.

Google counts bytes of UTF-8 from the start of a part, canonical annotations count characters of the message.
Source: google-genai 3.4, `types.GroundingMetadata`, `types.Segment`, `types.CitationMetadata`, read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_google_gemini.shape import Json, Misshapen, a_count, a_text, an_object, objects

KINDS = ("web", "maps", "retrievedContext", "image")


class Sources:
    """Annotations of one candidate, each given once: streams repeat their metadata."""

    def __init__(self) -> None:
        self.searches = 0
        self._seen: set[tuple[Any, ...]] = set()

    def read(self, candidate: Json, texts: list[str]) -> list[Json]:
        """The annotations that are new. texts: the visible text parts so far. Raises Misshapen."""
        grounding = an_object(candidate, "groundingMetadata")
        queries = grounding.get("webSearchQueries")
        if isinstance(queries, list):
            self.searches = max(self.searches, len(queries))
        found = [*self._grounded(grounding, texts), *self._cited(an_object(candidate, "citationMetadata"), texts)]
        fresh = []
        for annotation in found:
            inner = annotation[annotation["type"]]
            key = (inner.get("url"), inner.get("filename"), inner.get("start_index"), inner.get("end_index"))
            if key not in self._seen:
                self._seen.add(key)
                fresh.append(annotation)
        return fresh

    def _grounded(self, grounding: Json, texts: list[str]) -> list[Json]:
        chunks = [_source(chunk) for chunk in objects(grounding, "groundingChunks")]
        found, used = [], set()
        for support in objects(grounding, "groundingSupports"):
            segment = an_object(support, "segment")
            place = _place(segment, texts)
            indices = support.get("groundingChunkIndices")
            for index in indices if isinstance(indices, list) else ():
                if type(index) is int and 0 <= index < len(chunks):
                    used.add(index)
                    found.append(_annotation(chunks[index], place, a_text(segment, "text")))
        found += [_annotation(chunk, {}, None) for index, chunk in enumerate(chunks) if index not in used]
        return found

    def _cited(self, citations: Json, texts: list[str]) -> list[Json]:
        rows = [*objects(citations, "citationSources"), *objects(citations, "citations")]
        cited = [(row, {"url": a_text(row, "uri"), "title": a_text(row, "title")}) for row in rows]
        return [_annotation(source, _place(row, texts), None) for row, source in cited if source["url"]]


def _source(chunk: Json) -> Json:
    for kind in KINDS:
        if inner := an_object(chunk, kind):
            url = a_text(inner, "uri") or a_text(inner, "sourceUri")
            text = a_text(inner, "text") if kind == "retrievedContext" else None
            return {"url": url, "title": a_text(inner, "title"), "text": text}
    return {"url": None, "title": None, "text": None}


def _place(segment: Json, texts: list[str]) -> Json:
    """Bytes of a part -> characters of the message. No segment: no place."""
    start, end = a_count(segment, "startIndex") or 0, a_count(segment, "endIndex")
    if end is None:
        return {}
    part = a_count(segment, "partIndex") or 0
    before = texts[:part] if part < len(texts) else []
    said = "".join(texts[len(before) :]).encode()
    offset = sum(map(len, before))
    # A lone surrogate can't be here: the text came as UTF-8.
    return {
        f"{name}_index": offset + len(said[:at].decode("utf-8", "ignore"))
        for name, at in (("start", start), ("end", end))
    }


def _annotation(source: Json, place: Json, cited: str | None) -> Json:
    title = {"title": source["title"]} if source.get("title") else {}
    content = source.get("text") or cited
    said = {"content": content} if content else {}
    if source["url"]:
        return {"type": "url_citation", "url_citation": {"url": source["url"], **title, **said, **place}}
    named = {"filename": source["title"]} if source.get("title") else {}
    return {"type": "file_citation", "file_citation": {**named, **said, **place}}


def grounding_metadata(annotations: list[Json], text: str) -> Json:
    """Annotations of another upstream -> `groundingMetadata`; {} when there is none to show."""
    chunks: list[Json] = []
    supports: list[Json] = []
    index: dict[tuple[str, str], int] = {}
    for annotation in annotations:
        inner = annotation.get("url_citation") if annotation.get("type") == "url_citation" else None
        if not isinstance(inner, dict) or not isinstance(inner.get("url"), str):
            continue
        title = inner.get("title")
        source = (inner["url"], title if isinstance(title, str) else "")
        if source not in index:
            index[source] = len(chunks)
            chunks.append({"web": {"uri": source[0], **({"title": source[1]} if source[1] else {})}})
        start, end = inner.get("start_index"), inner.get("end_index")
        if type(start) is int and type(end) is int and 0 <= start < end <= len(text):
            segment = {
                "startIndex": len(text[:start].encode()),
                "endIndex": len(text[:end].encode()),
                "text": text[start:end],
            }
            supports.append({"segment": segment, "groundingChunkIndices": [index[source]]})
    return {"groundingChunks": chunks, **({"groundingSupports": supports} if supports else {})} if chunks else {}


def logprobs(result: Json) -> Json | None:
    """`logprobsResult` -> canonical `logprobs`. Raises Misshapen."""
    tops = objects(result, "topCandidates")
    rows = []
    for number, chosen in enumerate(objects(result, "chosenCandidates")):
        others = objects(tops[number], "candidates") if number < len(tops) else []
        rows.append({**_token(chosen), "top_logprobs": [_token(other) for other in others]})
    return {"content": rows} if rows else None


def _token(row: Json) -> Json:
    token, probability = a_text(row, "token") or "", row.get("logProbability", 0.0)
    if not isinstance(probability, int | float):
        raise Misshapen("logProbability", "a number", probability)
    return {"token": token, "logprob": probability, "bytes": list(token.encode("utf-8", "replace"))}


def logprobs_result(found: Any) -> Json:
    """Canonical `logprobs` -> `logprobsResult`; {} when there are none."""
    rows = (found or {}).get("content") or []
    if not rows:
        return {}
    tops = [[_row(other) for other in row.get("top_logprobs") or []] for row in rows]
    shown = {"topCandidates": [{"candidates": top} for top in tops]} if any(tops) else {}
    return {"chosenCandidates": [_row(row) for row in rows], **shown}


def _row(token: Json) -> Json:
    return {"token": token.get("token"), "logProbability": token.get("logprob")}
