"""A vendor's own chat that is text alone: what a conversation becomes for it, and the one text that comes back.

As an upstream: our clients write OpenAI's. A member is a table of words (`places`), what it asks with (`asked`) and
what it reads: `told`, a reply; `heard`, an event of a stream. Law: what a vendor has no word for is refused or
reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from crossroads.call import Lost
from crossroads.dialect import Document, Draft, Reply
from crossroads.errors import Unsupported, UpstreamRefused
from crossroads.sse import ServerEvent
from crossroads.types.usage import Usage
from crossroads.wire import Headers
from crossroads_openai_chat import OpenAIChat, errors
from crossroads_openai_chat.ending import EndingDecoder
from crossroads_openai_chat.errors import embedded_error
from crossroads_openai_chat.foreign import Foreign, WholeDecoder, reworded
from crossroads_openai_chat.oneway import OneWay
from crossroads_openai_chat.reply import broken, finish_reason, whole
from crossroads_openai_chat.request import ROUTER_ONLY
from crossroads_openai_chat.turns import REMEDY, Turn, turns_of
from crossroads_openai_chat.worded import placed

Json = dict[str, Any]

STANDARD = frozenset(
    {
        "audio", "cache_control", "frequency_penalty", "function_call", "image_config", "include_reasoning",
        "logit_bias", "logprobs", "max_tokens", "metadata", "min_p", "modalities", "parallel_tool_calls", "prediction",
        "presence_penalty", "prompt_cache_key", "prompt_cache_options", "reasoning", "reasoning_effort",
        "repetition_penalty", "seed", "service_tier", "stop", "structured_outputs", "temperature", "tool_choice",
        "top_a", "top_k", "top_logprobs", "top_p", "user", "verbosity", "web_search_options",
    }
)  # fmt: skip
"""Canonical parameters: dropped where `places` has none for them. What is none of them is the vendor's own."""
HANDLED = frozenset(
    {
        "extra_body", "functions", "max_completion_tokens", "messages", "model", "n", "native", "prompt",
        "response_format", "stream", "stream_options", "tools",
    }
)  # fmt: skip
ONE_SEARCH = Usage(searches=1)
"""Used by an answer from the web, where a vendor sells these and counts no tokens."""


class Ask(msgspec.Struct, kw_only=True):
    """A request. fields: the canonical document. lost: to be added to."""

    fields: Json
    turns: Sequence[Turn]
    upstream: str
    stream: bool
    lost: list[Lost]


class Said(msgspec.Struct, kw_only=True):
    """What a reply, or one event of a stream, tells. notes: annotations. reason: the vendor's word for the end.
    ended: nothing follows."""

    text: str = ""
    notes: list[Json] = []
    usage: Usage | None = None
    id: str | None = None
    reason: str | None = None
    ended: bool = False


class TextChat(OneWay, OpenAIChat):
    """See the module, and `crossroads.dialect.Dialect` for each method.

    vendor: as it is called in a refusal. places: canonical parameter -> its place in the vendor's body (`worded`).
    reads: canonical fields that `asked` reads itself. streamed: it has streams. gathered: it answers in one always.
    ends_framed: a stream of its has no last event. beside: types of parts that `asked` reads itself (images, videos).
    """

    vendor: str
    places: Mapping[str, str] = {}
    reads: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()
    streamed = False
    gathered = False
    ends_framed = False

    @property
    def stream_type(self) -> str:  # type: ignore[override]
        """Of an answer to a request for a stream: of one that has none it comes whole (see `WholeDecoder`)."""
        return OpenAIChat.stream_type if self.streamed or self.gathered else Foreign.stream_type

    def asked(self, ask: Ask) -> Json:
        """The fields of the vendor's body. Raises Unsupported."""
        raise NotImplementedError

    def address(self, url: str, upstream: str, *, stream: bool) -> str:
        """Where it is sent, of the endpoint's URL."""
        return url

    def told(self, document: Json) -> Said | None:
        """A reply; None: it is none. Raises UpstreamRefused: an error in its place."""
        raise NotImplementedError

    def heard(self, event: ServerEvent) -> Said | None:
        """An event; None: it says nothing of the text. Raises UpstreamError: an error, or none of the vendor's."""
        raise NotImplementedError

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = self.canonical(request)
        self._refuse(fields)
        turns = turns_of(fields, self.vendor, self.beside)
        ask = Ask(fields=fields, turns=turns, upstream=upstream, stream=stream, lost=[])
        document = self.asked(ask)
        self._place(document, ask)
        accept = b"text/event-stream" if self.gathered or (stream and self.streamed) else b"application/json"
        return Draft(
            document=document,
            url=self.address(url, upstream, stream=stream),
            headers=((b"content-type", b"application/json"), (b"accept", accept)),
            lost=list(dict.fromkeys(ask.lost)),
        )

    def canonical(self, request: Any) -> Json:
        """The request as a document. Raises Unsupported."""
        fields: Json = request.model_dump(exclude_unset=True, by_alias=True)
        return fields

    def _refuse(self, fields: Json) -> None:
        if (fields.get("n") or 1) > 1:
            raise Unsupported(f"{self.vendor} gives one answer.", remedy=REMEDY, field="n", value=fields["n"])
        for name in ("tools", "functions"):
            if fields.get(name) and name not in self.reads:
                raise Unsupported(f"{self.vendor} takes no tools.", remedy=REMEDY, field=name, value="(not shown)")
        shape = fields.get("response_format") or {}
        kind = shape.get("type", "text")
        if kind == "json_schema" and not isinstance(shape.get("json_schema"), dict):
            raise Unsupported("it has no schema.", remedy="Send `json_schema`.", field="response_format", value=kind)
        if kind != "text" and "response_format" not in self.reads:
            what = f"{self.vendor} promises no format."
            raise Unsupported(what, remedy=REMEDY, field="response_format", value=kind)

    def _place(self, document: Json, ask: Ask) -> None:
        """Parameters, where the vendor has a word for them; its own as they are."""
        fields = dict(ask.fields)
        if (most := fields.get("max_completion_tokens")) is not None:
            fields["max_tokens"] = most
        for name, value in fields.items():
            if name in self.places:
                if value is not None:
                    placed(document, self.places[name], value)
            elif name in self.reads or name in HANDLED or name in ROUTER_ONLY:
                continue
            elif name not in STANDARD:
                document[name] = value
            elif says_something(value):
                ask.lost.append(Lost(name, "dropped", "the provider has no such parameter"))

    def decode_response(self, body: bytes) -> Reply:
        if self.gathered and not body.lstrip().startswith(b"{"):
            return self.reply_of(self._gather(body))
        told = whole(body)
        said = self.told(told)
        if said is None:
            error = told.get("error") or told.get("message") or told.get("detail")
            raise embedded_error(body, error) if error else broken("the provider's reply has no answer.")
        return self.reply_of(said)

    def reply_of(self, said: Said) -> Reply:
        """As the canonical document."""
        reason = finish_reason(said.reason) or "stop"
        message: Json = {"role": "assistant", "content": said.text}
        if said.notes:
            message["annotations"] = said.notes
        choice = {"index": 0, "message": message, "finish_reason": reason, "native_finish_reason": said.reason}
        document: Document = {"id": said.id, "object": "chat.completion", "choices": [choice]}
        if said.usage is not None:
            document["usage"] = counts(said.usage)
        return Reply(document=document, usage=said.usage, finish_reason=reason, upstream_id=said.id)

    def _gather(self, body: bytes) -> Said:
        decoder = TextStream(self)
        chunks = [*decoder.feed(body), *decoder.close(framed=True)]
        deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
        return Said(
            text="".join(delta.get("content", "") for delta in deltas),
            notes=[note for delta in deltas for note in delta.get("annotations", ())],
            usage=decoder.usage,
            id=decoder.upstream_id,
            reason=decoder.native,
        )

    def decode_stream(self) -> Any:
        return TextStream(self) if self.streamed or self.gathered else WholeDecoder(self)  # type: ignore[arg-type]

    def chunks(self, reply: Reply) -> list[Document]:
        """A whole reply as the chunks of a stream (see `WholeDecoder`)."""
        document = reply.document or {}
        (choice,) = document["choices"]
        delta = {"role": "assistant", **choice["message"]}
        told = [_chunk(document["id"], delta, choice["native_finish_reason"], choice["finish_reason"])]
        return [*told, *_counted(reply.usage)]

    def decode_error(self, status: int, headers: Headers, body: bytes) -> UpstreamRefused:
        return errors.decode_error(status, headers, reworded(body))


class TextStream(EndingDecoder[Said]):
    """See `crossroads.dialect.StreamDecoder`. native: the vendor's word for the end."""

    def __init__(self, dialect: TextChat) -> None:
        super().__init__()
        self.native: str | None = None
        self._dialect = dialect

    def close(self, *, framed: bool) -> list[Document]:
        """See `crossroads.dialect.StreamDecoder.close`. framed proves the end only where the format has none."""
        self._raise_failure()
        rest = [chunk for said in self.last() for chunk in self._chunks(said)]
        if not self.done and framed and self._dialect.ends_framed:
            rest += self._ended(None)
        self.must_be_done()
        return rest

    def pieces(self, data: bytes) -> Iterator[Said]:
        for event in self.frames.feed(data):
            if self.done:
                return
            if (said := self._dialect.heard(event)) is not None:
                self.usage, self.upstream_id = said.usage or self.usage, said.id or self.upstream_id
                yield said

    def _chunks(self, piece: Said) -> Iterator[Document]:
        delta = {
            **({"content": piece.text} if piece.text else {}),
            **({"annotations": piece.notes} if piece.notes else {}),
        }
        if delta:
            yield _chunk(self.upstream_id, delta, None, None)
        if piece.ended:
            yield from self._ended(piece.reason)

    def _ended(self, native: str | None) -> list[Document]:
        self.done, self.native, self.finish_reason = True, native, finish_reason(native) or "stop"
        return [_chunk(self.upstream_id, {}, native, self.finish_reason), *_counted(self.usage)]


def says_something(value: Any) -> bool:
    """Is this parameter more than a default that is spelled out? A number is, 0 too."""
    return value is not None and value is not False and value not in ([], {})


def counts(usage: Usage) -> Json:
    """Tokens, as OpenAI's `usage` has them."""
    told = {"prompt_tokens": usage.prompt_tokens, "completion_tokens": usage.completion_tokens}
    return {**told, "total_tokens": usage.prompt_tokens + usage.completion_tokens}


def cited(rows: Any, *, title: str = "title", content: str | None = None) -> list[Json]:
    """Sources that an answer names, each with its `url`, as annotations. content: the field of what is quoted."""
    notes = []
    for row in rows if isinstance(rows, list) else ():
        if not isinstance(row, dict) or not isinstance(row.get("url"), str):
            continue
        told = {"url": row["url"], "title": row.get(title), "content": row.get(content) if content else None}
        notes.append({"type": "url_citation", "url_citation": {k: v for k, v in told.items() if isinstance(v, str)}})
    return notes


def _chunk(id_: str | None, delta: Json, native: str | None, reason: str | None) -> Document:
    choice = {"index": 0, "delta": delta, "finish_reason": reason, "native_finish_reason": native}
    return {"id": id_, "object": "chat.completion.chunk", "choices": [choice]}


def _counted(usage: Usage | None) -> list[Document]:
    return [] if usage is None else [{"object": "chat.completion.chunk", "choices": [], "usage": counts(usage)}]
