"""A body family as a dialect of its own, which `BedrockInvoke` wraps: requests and whole replies.

What a prompt can't hold (tools, media, schemas) is refused; what a family has no field for is dropped and told. Of a
request that a client of the family wrote, what nobody changed goes out as it came (`crossroads.original`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_bedrock_converse import errors
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_chat.request import ROUTER_KINDS, ROUTER_ONLY, open_fields, plain
from crossroads_openai_chat.splicing import SplicedRelay

from crossroads import jsonbody
from crossroads.call import Call, Fields, Lost, Opened
from crossroads.dialect import NO_PARAMS, DialectBase, Draft, Reply, Stamp
from crossroads.errors import CrossroadsError, UpstreamRefused
from crossroads.original import Original, Reading, unchanged, written_in
from crossroads.types.usage import Cost, Usage, openai_usage
from crossroads.wire import Headers
from crossroads_bedrock_invoke import prompt_stream
from crossroads_bedrock_invoke.conversation import cant, conversation
from crossroads_bedrock_invoke.families.base import (
    GUARDRAIL,
    INTERVENED,
    TRACE,
    Counts,
    Family,
    Json,
    Path,
    Piece,
)

BAG = "bedrock-invoke"
NOT_SENT = ROUTER_ONLY | {"model", "modelId"}
UNTOLD = NOT_SENT | {"native", "stream", "stream_options"}
"""Canonical fields that stand in no body of these."""
READ = UNTOLD | {"max_completion_tokens", "messages", "prompt"}
"""Canonical fields that are read elsewhere, or by the router alone."""
REFUSED: tuple[str, ...] = ("audio", "functions", "response_format", "tools")


class Prompted(DialectBase):
    """See `crossroads.dialect.Dialect` for each method. Its streams are server-sent events of the family's JSON."""

    operation = "chat"
    paths: tuple[str, ...] = ()
    upstream_path = ""

    def __init__(self, family: Family) -> None:
        self.name, self.family = family.name, family

    # client side

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        fields = jsonbody.open_document(body)
        opened = open_fields(fields, {**ROUTER_KINDS, "stream": jsonbody.Kind("a boolean or null", opens=b"tfn")})
        jsonbody.read(self.family.prompt, fields[self.family.prompt], jsonbody.Kind("a string", opens=b'"'))
        given = _given(self.family.fields, {name: plain(raw) for name, raw in fields.items()})
        limit = given.get("max_tokens")
        opened.max_output_tokens = limit if type(limit) is int and limit > 0 else None
        opened.parameters = frozenset(given)
        return opened

    def decode_request(self, opened: Opened) -> Any:
        from crossroads.types.base import parse, validate_document  # pydantic costs an import
        from crossroads.types.chat import ChatRequest

        document = parse(jsonbody.encode({n: v for n, v in opened.fields.items() if n not in ROUTER_ONLY}))
        named = opened.models[0] if opened.models else ""
        read = self._read(document, named)
        routed = {"model": named} if named else {}
        request = validate_document(ChatRequest, {**read.fields, **routed})
        request.keep(Original(self.name, document, read.unsaid))
        return request

    def _read(self, document: Json, named: str) -> Reading:
        family = self.family
        text = document[family.prompt]
        messages = family.template(named).read(text)
        told = {"prompt": text} if messages is None else {"messages": messages}
        known = {family.prompt, "stream", *(path[0] for path in family.fields.values())}
        unsaid = [name for name, value in document.items() if name not in known and value not in (None, [], {})]
        return Reading({**told, **_given(family.fields, document)}, unsaid=tuple(unsaid))

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        """Tools and reasoning are for clients that can have asked for them: none of these. So are further choices."""
        pieces = []
        choices = (reply.document or {}).get("choices") or [{}]
        for at, choice in enumerate(choices[: self.family.choices_max]):
            message = choice.get("message") or {}
            said = message.get("content") or message.get("refusal") or ""
            native = self.family.native(choice.get("finish_reason"), choice.get("native_finish_reason"))
            pieces.append(Piece(at, said, native))
        usage = reply.usage
        counts = Counts() if usage is None else Counts(usage.prompt_tokens, usage.completion_tokens)
        bag = ((reply.document or {}).get("native") or {}).get(BAG) or {}
        told, blocked = zip(*map(self.family.unblocked, pieces), strict=True)
        return jsonbody.encode({**self.family.reply(list(told), counts), **(bag.get("drops") or {}), **blocked[0]})

    def encode_stream(self, stamp: Stamp) -> prompt_stream.StreamEncoder:
        return prompt_stream.StreamEncoder(self.family)

    def encode_error(self, error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
        return errors.encode_error(error, call, in_stream=in_stream)

    # upstream side

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        lost: list[Lost] = []
        now = request.model_dump(exclude_unset=True, by_alias=True)
        document = self._translated(now, upstream, stream, lost, raw=getattr(request, "original", None) is not None)
        if (original := written_in(request, self.name)) is not None:
            was = self._read(original, now.get("model") or "").fields
            if unchanged(now, was, UNTOLD):
                return Draft(document=_sent(original), url=url)
            taken = {self.family.prompt, *(path[0] for path in self.family.fields.values())}
            document = {**{name: value for name, value in original.items() if name not in taken}, **document}
        return Draft(document=_sent(document), url=url, lost=lost)

    def _translated(self, now: Json, upstream: str, stream: bool, lost: list[Lost], *, raw: bool) -> Json:
        """raw: a lone prompt was written for a model that takes prompts, and stays as it is."""
        family = self.family
        _refuse(now, family.choices_max)
        if raw and now.get("prompt") is not None and not now.get("messages"):
            document = {family.prompt: now["prompt"]}
        else:
            template = family.template(upstream)
            document = {family.prompt: template.write(*conversation(now, template, lost))}
        for name, path in family.fields.items():
            value = now.get(name)
            if name == "max_tokens":
                value = now.get("max_completion_tokens") or value
            if value is None and name in family.insists:
                value = family.insists[name]
                lost.append(Lost(name, "emulated", f"these models insist on one: {value}"))
            if value is not None:
                _put(document, path, [value] if name == "stop" and isinstance(value, str) else value)
        if stream and family.says_stream:
            document["stream"] = True
        silent = {*READ, *family.fields, *REFUSED, "modalities", "n", "tool_choice"}
        lost += [Lost(n, "dropped", "these models have nothing like it") for n in now if n not in silent and now[n]]
        return document

    def decode_response(self, body: bytes) -> Reply:
        document, pieces, counts = self._opened(body)
        choices = []
        for piece in pieces:
            message = {"role": "assistant", "content": piece.text}
            native = INTERVENED if _blocked(document) else piece.reason
            ended = {"finish_reason": self._finish(native), "native_finish_reason": native}
            choices.append({"index": piece.number, "message": message, **ended})
        canonical: Json = {"object": "chat.completion", "choices": choices}
        if drops := {name: document[name] for name in (*self.family.own, TRACE) if document.get(name)}:
            canonical["native"] = {BAG: {"drops": drops}}
        usage = used(counts)
        if usage is not None:
            canonical["usage"] = openai_usage(usage, Cost(total_nano=None))
        ended_by = INTERVENED if _blocked(document) else pieces[0].reason
        return Reply(document=canonical, usage=usage, finish_reason=self._finish(ended_by), upstream_id=_id(document))

    def decode_stream(self) -> prompt_stream.StreamDecoder:
        return prompt_stream.StreamDecoder(self.family)

    def decode_error(self, status: int, headers: Headers, body: bytes) -> UpstreamRefused:
        return errors.decode_error(status, headers, body)

    # both

    def splice_request(self, opened: Opened, *, url: str, upstream: str) -> Draft:
        return Draft(document=_sent(opened.fields), url=url)

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        """Its own identity, where the format has a place for one."""
        document, pieces, counts = self._opened(body)
        return Reply(
            body=jsonbody.encode(prompt_stream.stamped(document, stamp)),
            usage=used(counts),
            finish_reason=self._finish(INTERVENED if _blocked(document) else pieces[0].reason),
            upstream_id=_id(document),
        )

    def relay_stream(self, stamp: Stamp) -> SplicedRelay:
        return SplicedRelay(prompt_stream.Source(self.family, stamp))

    def _finish(self, native: str | None) -> str:
        """A whole reply has ended, also where no word says how."""
        return self.family.finish(native) or "stop"

    def _opened(self, body: bytes) -> tuple[Json, list[Piece], Counts]:
        document = whole(body)
        pieces = self.family.pieces(document)
        if not pieces:
            raise broken("the provider's reply has no text that can be read.")
        return document, pieces, self.family.counts(document)


def used(counts: Counts) -> Usage | None:
    """None: a count is missing, and will be estimated."""
    if counts.prompt is None or counts.completion is None:
        return None
    return Usage(input_tokens=counts.prompt, output_tokens=counts.completion)


def _blocked(document: Json) -> bool:
    return document.get(GUARDRAIL) == INTERVENED


def _id(document: Json) -> str | None:
    found = document.get("id")
    return found if isinstance(found, str) and found else None


def _sent(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if name not in NOT_SENT}


def _given(fields: Mapping[str, Path], document: Json) -> Json:
    """The canonical parameters that a body states."""
    found: Json = {}
    for name, path in fields.items():
        value: Any = document
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        if value is not None:
            found[name] = value
    return found


def _put(document: Json, path: Path, value: Any) -> None:
    for step in path[:-1]:
        document = document.setdefault(step, {})
    document[path[-1]] = value


def _refuse(now: Json, choices_max: int) -> None:
    """What would be another answer without it."""
    wanted = {name: now[name] for name in REFUSED if now.get(name)}
    if (wanted.get("response_format") or {}).get("type") == "text":
        del wanted["response_format"]
    if (now.get("n") or 1) > choices_max:
        wanted["n"] = now["n"]
    if set(now.get("modalities") or ["text"]) != {"text"}:
        wanted["modalities"] = now["modalities"]
    for name, value in wanted.items():
        raise cant(name, value)
