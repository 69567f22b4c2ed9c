"""Cohere's generate: a prompt in, one text or several out, whole or in lines. What lines share is the chat's.

Source: cohere 7.3.1, `base_client.py` (parameters of `generate`), `types/generation.py`,
`types/generate_streamed_response.py`, read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_cohere_v2 import said as words
from crossroads_cohere_v2.decode import RENAMED
from crossroads_cohere_v2.encode import REMEDY, plain_fields, set_limits
from crossroads_openai_chat import vendor
from crossroads_openai_chat.reply import shallow
from crossroads_openai_chat.request import plain

from crossroads import jsonbody
from crossroads.call import Fields, Lost
from crossroads.dialect import Document, Reply, Stamp
from crossroads.errors import Unsupported
from crossroads.jsonbody import Kind
from crossroads.types.usage import Usage
from crossroads_cohere_v1 import said, stream
from crossroads_cohere_v1.reply import identity, read, stamped
from crossroads_cohere_v1.request import SAMPLING_KINDS
from crossroads_cohere_v1.stream import END, kind, written
from crossroads_cohere_v1.wire import Generation, Json, Line, Said

KINDS: dict[str, Kind] = {**SAMPLING_KINDS, "num_generations": jsonbody.COUNT, "prompt": jsonbody.STRING}

NAME = "cohere-generate"
OWN = frozenset({"end_sequences", "raw_prompting", "return_likelihoods", "truncate"})
"""Cohere's alone: another dialect goes without."""
DROPPED = frozenset({"logit_bias", "metadata", "min_p", "repetition_penalty", "stream_options", "top_a", "user"})
HANDLED = frozenset({"best_of", "echo", "logprobs", "num_generations", "prompt", "suffix"})
CHOICES_MAX = 128


def canonical_fields(fields: Fields) -> Json:
    names = {**RENAMED, "num_generations": "n"}
    document: Json = {names.get(name, name): value for name, value in fields.items()}
    document |= {name: plain(document[name]) for name in OWN & set(document)}
    vendor.keep(NAME, document, drops=OWN)
    return document


def cohere_fields(fields: Json) -> tuple[Fields, list[Lost]]:
    """Raises Unsupported."""
    fields = vendor.restored(NAME, fields)
    lost: list[Lost] = []
    document = {name: fields[name] for name in ("stream",) if name in fields}
    document |= {k: v for k, v in plain_fields(fields, lost, DROPPED).items() if k not in HANDLED}
    for name, why in (
        ("suffix", "writes no middle"),
        ("echo", "doesn't repeat the prompt"),
        ("best_of", "judges none"),
    ):
        if fields.get(name) and not (name == "best_of" and fields[name] == 1):
            raise Unsupported(f"Cohere {why}.", remedy=REMEDY, field=name, value="(not shown)")
    prompt = fields["prompt"]
    if isinstance(prompt, list) and len(prompt) == 1:
        prompt = prompt[0]
    if not isinstance(prompt, str):
        what = "Cohere takes one text as a prompt, neither several nor token ids."
        raise Unsupported(what, remedy=REMEDY, field="prompt", value="(not shown)")
    document["prompt"] = prompt
    if "n" in fields:
        document["num_generations"] = fields["n"]
    if fields.get("logprobs") not in (None, False):
        document.setdefault("return_likelihoods", "GENERATION")
        if fields["logprobs"] not in (True, 0):
            lost.append(Lost("logprobs", "clamped", "Cohere tells those of the chosen tokens alone"))
    set_limits(document, lost)
    return document, list(dict.fromkeys(lost))


def decode_response(body: bytes) -> Reply:
    """See `Dialect.decode_response`."""
    told = read(body, "generations")
    usage = said.usage_of(told)
    choices = [_choice(one, at) for at, one in enumerate(told.generations or [])]
    document: Document = {"id": told.id, "object": "text_completion", "choices": choices}
    if (counts := said.canonical_usage(told, usage)) is not None:
        document["usage"] = counts
    return Reply(document=document, usage=usage, finish_reason=_reason(told), upstream_id=identity(told))


def relay_response(body: bytes, stamp: Stamp) -> Reply:
    """See `Dialect.relay_response`."""
    told = read(body, "generations")
    usage = said.usage_of(told)
    whole = jsonbody.encode(stamped(shallow(body), usage, stamp))
    return Reply(body=whole, usage=usage, finish_reason=_reason(told), upstream_id=identity(told))


def encode_response(reply: Reply, stamp: Stamp) -> bytes:
    """See `Dialect.encode_response`."""
    source = reply.document or {}
    document: Json = {"id": stamp.id, "generations": [_generation(one, stamp) for one in source.get("choices") or []]}
    if reply.usage is not None:
        document["meta"] = said.meta(source.get("usage"), reply.usage, stamp.price(reply.usage))
    return jsonbody.encode(document)


class StreamDecoder(stream.StreamDecoder):
    """See `crossroads.dialect.StreamDecoder`. Each text ends with the whole."""

    def _chunks(self, piece: tuple[bytes, Line]) -> Any:
        _, line = piece
        if kind(line) == "text-generation" and line.text:
            yield self._text_chunk([{"index": line.index or 0, "text": line.text, "finish_reason": None}])
        elif kind(line) == END:
            whole = line.response or Said()
            made = whole.generations or [Generation()]
            reasons = [one.finish_reason or line.finish_reason for one in made]
            end = self._text_chunk(
                [
                    {
                        "index": at if one.index is None else one.index,
                        "text": "",
                        "finish_reason": said.finish_reason(reason, called=False),
                        "native_finish_reason": reason,
                    }
                    for at, (one, reason) in enumerate(zip(made, reasons, strict=True))
                ]
            )
            if (counts := said.canonical_usage(whole, self.usage)) is not None:
                end["usage"] = counts
            yield end

    def _text_chunk(self, choices: list[Json]) -> Document:
        return {"id": self.upstream_id, "object": "text_completion", "choices": choices}


class StreamEncoder:
    """See `crossroads.dialect.StreamEncoder`."""

    def __init__(self, stamp: Stamp) -> None:
        self._stamp = stamp
        self._choices: dict[int, Json] = {}
        self._usage: Any = None

    def encode(self, chunk: Document) -> bytes:
        """The lines of one chunk; none for one that only carries usage or an end."""
        if chunk.get("usage") is not None:
            self._usage = chunk["usage"]
        out = []
        for choice in chunk.get("choices") or []:
            index, text = choice.get("index", 0), choice.get("text") or ""
            if index not in self._choices and len(self._choices) >= CHOICES_MAX:
                continue
            known = self._choices.setdefault(index, {"index": index, "text": []})
            if choice.get("finish_reason"):
                known |= {name: choice.get(name) for name in ("finish_reason", "native_finish_reason")}
            if text:
                known["text"].append(text)
                numbered = {"index": index} if index else {}
                line = {"text": text, **numbered, "is_finished": False, "event_type": "text-generation"}
                out.append(written(line))
        return b"".join(out)

    def close(self, usage: Usage) -> bytes:
        """The end, which says it all again."""
        choices = [self._choices[index] for index in sorted(self._choices)] or [{"text": []}]
        made = [_generation({**one, "text": "".join(one["text"])}, self._stamp) for one in choices]
        meta = said.meta(self._usage, usage, self._stamp.price(usage))
        response = {"id": self._stamp.id, "generations": made, "meta": meta}
        reason = made[0]["finish_reason"]
        return written({"is_finished": True, "event_type": END, "finish_reason": reason, "response": response})


def _choice(one: Generation, at: int) -> Json:
    choice: Json = {
        "index": at if one.index is None else one.index,
        "text": one.text or "",
        "finish_reason": said.finish_reason(one.finish_reason, called=False),
        "native_finish_reason": one.finish_reason,
    }
    if one.token_likelihoods is not None:
        tokens = [row.get("token") for row in one.token_likelihoods]
        values = [row.get("likelihood") for row in one.token_likelihoods]
        choice["logprobs"] = {"tokens": tokens, "token_logprobs": values, "top_logprobs": None}
    return choice


def _generation(choice: Json, stamp: Stamp) -> Json:
    """Each needs an id at Cohere's; ours has one for all of them."""
    made: Json = {"id": f"{stamp.id}-{choice.get('index') or 0}", "text": choice.get("text") or ""}
    made["index"] = choice.get("index") or 0
    made["finish_reason"] = words.native_reason(choice.get("finish_reason"), choice.get("native_finish_reason"))
    told = choice.get("logprobs")
    if isinstance(told, dict) and told.get("tokens"):
        pairs = zip(told["tokens"], told.get("token_logprobs") or [], strict=False)
        made["token_likelihoods"] = [{"token": token, "likelihood": value} for token, value in pairs]
    return made


def _reason(told: Said) -> str | None:
    first = (told.generations or [Generation()])[0]
    return said.finish_reason(first.finish_reason, called=False)
