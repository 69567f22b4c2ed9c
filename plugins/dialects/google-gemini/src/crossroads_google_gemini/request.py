"""A client's request -> canonical, spliced or decoded; canonical -> what Gemini takes.

The model and the verb stand in the URL: `open` learns both from its params, drafts write them there. A request that a
client of Google's wrote keeps its original (`Original`): unchanged, it goes out as it came, and nothing is fitted to
the model; changed, each content that nobody touched does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from crossroads import jsonbody
from crossroads.call import Fields, Opened
from crossroads.dialect import Draft
from crossroads.errors import BadRequest
from crossroads.original import Original, Reading, Span, unchanged, written_in
from crossroads_google_gemini import config, tools
from crossroads_google_gemini.contents import to_spans
from crossroads_google_gemini.history import History
from crossroads_google_gemini.lost import Ledger
from crossroads_google_gemini.models import Traits, traits
from crossroads_google_gemini.shape import Json, Misshapen, a_text, an_object
from crossroads_google_gemini.spelling import camel, camel_name
from crossroads_google_gemini.turn import ANSWER_TOOL

NAME = "google-gemini"
PLAIN_VERB, STREAM_VERB = "generateContent", "streamGenerateContent"
AUTHOR = "google/"
"""Whose a model is that a client of this format names without one."""

ROUTER_ONLY = frozenset({"models", "provider", "session_id"})
"""OpenRouter's fields that a Gemini client may add (google-genai: `HttpOptions(extra_body=...)`)."""
BESIDE = ROUTER_ONLY | {"model", "stream"}
"""Canonical fields that stand in no document of Google's."""
KINDS = {
    "contents": jsonbody.Kind("a non-empty array, an object or a string", opens=b'[{"', filled=True),
    "generationConfig": jsonbody.OBJECT,
    "models": jsonbody.STRINGS,
    "provider": jsonbody.OBJECT,
    "session_id": jsonbody.STRING,
}
PARAMETERS = {
    **{theirs: name for name, theirs in config.SAME.items() if name != "n"},
    "maxOutputTokens": "max_tokens",
    "stopSequences": "stop",
    "responseLogprobs": "logprobs",
    "logprobs": "top_logprobs",
    "thinkingConfig": "reasoning",
    "responseMimeType": "response_format",
    "responseSchema": "structured_outputs",
    "responseJsonSchema": "structured_outputs",
}
ENCODED = frozenset(
    {
        "audio", "extra_body", "function_call", "functions", "image_config", "include_reasoning", "logprobs",
        "max_completion_tokens", "max_tokens", "messages", "modalities", "model", "parallel_tool_calls", "plugins",
        "prompt", "reasoning", "reasoning_effort", "response_format", "service_tier", "stop", "stream",
        "stream_options", "structured_outputs", "tool_choice", "tools", "top_logprobs", "web_search_options",
        *config.SAME,
    }
)  # fmt: skip
SILENT = frozenset(
    {
        "debug", "models", "preset", "provider", "route", "session_id", "trace", "transforms", "usage",
        "stop_server_tools_when", "max_tool_calls",
    }
)  # fmt: skip
"""The router's own: an upstream never had them."""

NULL = msgspec.Raw(b"null")
EMPTY = (NULL, msgspec.Raw(b"[]"), msgspec.Raw(b"{}"))

_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def open_request(body: bytes, params: Mapping[str, str]) -> Opened:
    """See `Dialect.open`."""
    fields = jsonbody.open_document(body)
    if "contents" not in fields:
        raise BadRequest("it is missing.", remedy="Send `contents`.", field="contents")
    read = {name if name in ROUTER_ONLY else camel_name(name): name for name in fields}
    values = {n: jsonbody.read(read[n], fields[read[n]], kind) for n, kind in KINDS.items() if n in read}
    settings = fields.get(read.get("generationConfig", ""), NULL)
    given = {camel_name(name): raw for name, raw in ({} if settings == NULL else _object(settings)).items()}
    used = {PARAMETERS[name] for name, raw in given.items() if name in PARAMETERS and raw != NULL}
    used |= {"tools"} if fields.get("tools", NULL) not in EMPTY else set()
    used |= {"tool_choice"} if fields.get(read.get("toolConfig", ""), NULL) not in EMPTY else set()
    limit = given.get("maxOutputTokens", NULL)
    named = params.get("model", "").removeprefix("models/")
    chosen = [named] if "/" in named or not named else [named, AUTHOR + named]
    preferences = fields.get("provider")
    return Opened(
        fields=fields,
        models=tuple(dict.fromkeys([*filter(None, chosen), *(values.get("models") or [])])),
        stream=params.get("path", "").endswith(STREAM_VERB),
        max_output_tokens=jsonbody.read("maxOutputTokens", limit, jsonbody.COUNT),
        parameters=frozenset(used),
        preferences=None if preferences == NULL else preferences,
        session_id=values.get("session_id"),
    )


def decode_request(opened: Opened) -> Any:
    """See `Dialect.decode_request`."""
    from crossroads.types.base import parse, validate_document  # pydantic: only when somebody asks
    from crossroads.types.chat import ChatRequest

    document = parse(jsonbody.encode(opened.fields))
    router = {name: document.pop(name) for name in ROUTER_ONLY if name in document}
    document.pop("model", None)  # the old SDK repeats it here
    document = camel(document)
    try:
        found = dict(_canonical(document).fields)
    except Misshapen as error:
        raise BadRequest(
            f"expected {error.expected}.", field=error.field, value=error.value, remedy=f"Correct `{error.field}`."
        ) from None
    if opened.models:
        found["model"] = opened.models[0]
    if opened.stream:
        found["stream"] = True
    request = validate_document(ChatRequest, {**found, **router})
    request.keep(Original(NAME, document))
    return request


def _canonical(document: Json) -> Reading:
    """Nothing is left unsaid: what has no canonical word stands in `extra_body`."""
    spans = to_spans(document)
    found, settings = config.to_canonical(an_object(document, "generationConfig"))
    found["messages"] = [message for span in spans for message in span.messages]
    offered, search = tools.to_canonical(document)
    if offered:
        found["tools"] = offered
    if search:
        found["web_search_options"] = {}
    left = {n: v for n, v in document.items() if v is not None and n not in ("contents", "systemInstruction", "tools")}
    left.pop("generationConfig", None)
    if (tier := a_text(left, "serviceTier")) in config.TIER_NAMES:
        found["service_tier"] = config.TIER_NAMES[tier or ""]
        del left["serviceTier"]
    choosing = dict(an_object(left, "toolConfig"))
    wanted = an_object(choosing, "functionCallingConfig")
    if str(wanted.get("mode") or "").upper() in tools.CHOICES:
        found["tool_choice"] = tools.choice_to_canonical(wanted)
        wanted = {name: wanted[name] for name in wanted if name not in ("mode", "allowedFunctionNames")}
        choosing = {n: v for n, v in {**choosing, "functionCallingConfig": wanted}.items() if v}
    left["toolConfig"], left["generationConfig"] = choosing, settings
    if left := {name: value for name, value in left.items() if value not in ({}, [])}:
        found["extra_body"] = {"google": left}
    return Reading(found, spans)


def splice_request(opened: Opened, *, url: str, upstream: str) -> Draft:
    """See `Dialect.splice_request`."""
    document: Fields = {name: raw for name, raw in opened.fields.items() if name not in ROUTER_ONLY and name != "model"}
    return _draft(document, url, upstream, opened.stream, Ledger())


def encode_request(request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
    """See `Dialect.encode_request`."""
    asked: Json = request.model_dump(exclude_unset=True, by_alias=True)
    ledger = Ledger()
    spans: Sequence[Span] = ()
    if (original := written_in(request, NAME)) is not None:
        was = _canonical(original)
        if unchanged(asked, was.fields, BESIDE):
            return _draft(original, url, upstream, stream, ledger)
        spans = was.spans
    return _draft(_translated(asked, spans, traits(upstream), ledger), url, upstream, stream, ledger)


def still_says(request: Any, document: Json) -> bool:
    """Does this request still say what the document says that it was decoded from?"""
    return unchanged(request.model_dump(exclude_unset=True, by_alias=True), _canonical(document).fields, BESIDE)


def _translated(asked: Json, spans: Sequence[Span], model: Traits, ledger: Ledger) -> Fields:
    history = History(model, ledger)
    messages = asked.get("messages") or []
    if not messages and asked.get("prompt") is not None:
        messages = [{"role": "user", "content": asked["prompt"]}]
        ledger.emulated("prompt", "sent as one user message")
    history.take_all(messages, spans)
    document: Fields = {"contents": history.contents}
    if history.system:
        document["systemInstruction"] = {"parts": history.system}
    settings = config.to_google(asked, model, ledger)
    if offered := tools.to_google(asked, ledger):
        document["tools"] = offered
    if (choice := tools.choice_to_google(asked, ledger)) is not None:
        document["toolConfig"] = {"functionCallingConfig": choice}
    _answer_by_tool(document, settings, model, ledger)
    if settings:
        document["generationConfig"] = settings
    if (tier := asked.get("service_tier")) in config.TIERS:
        document["serviceTier"] = config.TIERS[tier]
    elif tier not in (None, "auto"):
        ledger.dropped("service_tier", "Gemini has no such tier")
    for name in asked:
        if name not in ENCODED and name not in SILENT and asked[name] is not None:
            ledger.dropped(name, "Gemini has no such parameter")
    return _with_extras(document, asked.get("extra_body"), ledger)


def _answer_by_tool(document: Fields, settings: Json, model: Traits, ledger: Ledger) -> None:
    """Before Gemini 3 a schema and functions exclude each other: the answer becomes one more function."""
    offered = document.get("tools")
    declared = next((tool["functionDeclarations"] for tool in offered or [] if "functionDeclarations" in tool), None)
    if declared is None or "responseMimeType" not in settings or model.schema_with_tools:
        return
    del settings["responseMimeType"]
    schema = settings.pop("responseJsonSchema", None) or {"type": "object"}
    answer = {"name": ANSWER_TOOL, "description": "Gives the final answer.", "parametersJsonSchema": schema}
    declared.append(answer)
    choice = document.get("toolConfig", {}).get("functionCallingConfig", {})
    if choice.get("mode") == "NONE":
        choice = {"allowedFunctionNames": [ANSWER_TOOL]}
    document["toolConfig"] = {"functionCallingConfig": {**choice, "mode": "ANY"}}
    ledger.emulated("response_format", "the model answers by a function, for it can't have a schema beside functions")


def _with_extras(document: Fields, extra_body: Any, ledger: Ledger) -> Fields:
    """`extra_body.google` laid under what was encoded."""
    google = extra_body.get("google") if isinstance(extra_body, dict) else None
    if extra_body and (not isinstance(google, dict) or set(extra_body) != {"google"}):
        ledger.dropped("extra_body", "only its `google` is read")
    if not isinstance(google, dict):
        return document
    extras: Json = camel(google)
    if (thought := extras.pop("thinkingConfig", None)) is not None:
        extras["generationConfig"] = {"thinkingConfig": thought, **(extras.get("generationConfig") or {})}
    return _laid(extras, document)


def _laid(under: Json, over: Json) -> Json:
    found = {**under, **over}
    for name in under.keys() & over.keys():
        if isinstance(under[name], dict) and isinstance(over[name], dict):
            found[name] = _laid(under[name], over[name])
    return found


def _draft(document: Fields, url: str, upstream: str, stream: bool, ledger: Ledger) -> Draft:
    headers = (
        (b"content-type", b"application/json"),
        (b"accept", b"text/event-stream" if stream else b"application/json"),
    )
    return Draft(document=document, url=verb_url(url, upstream, stream), headers=headers, lost=ledger.lost())


def verb_url(url: str, upstream: str, stream: bool) -> str:
    """A URL with or without its verb -> the one of this call. Streams are asked for as events (`alt=sse`)."""
    path, _, query = url.partition("?")
    for verb in (STREAM_VERB, PLAIN_VERB):
        path = path.removesuffix(f":{verb}")
    if path == url.partition("?")[0] and not path.endswith(f"/{upstream}"):
        path = f"{path.rstrip('/')}/models/{upstream}"
    kept = [pair for pair in query.split("&") if pair and not pair.startswith(("alt=", "$alt=", "%24alt="))]
    if stream:
        kept.append("alt=sse")
    return f"{path}:{STREAM_VERB if stream else PLAIN_VERB}" + ("?" + "&".join(kept) if kept else "")
