"""`inputs` and `parameters` in, `generated_text` out: requests and whole replies.

Tables first. What only Hugging Face's servers understand of `parameters` stands in `native`. A text is drawn only where
`do_sample` says so, and its details (why it ended, how many tokens) come only where they are asked for.
Source: huggingface_hub, `inference/_generated/types/text_generation.py` (TextGenerationInput and -Output), and recorded
exchanges, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from crossroads_openai_chat import vendor
from crossroads_openai_chat.errors import embedded_error
from crossroads_openai_chat.reply import broken
from crossroads_openai_chat.request import FALSE, ROUTER_ONLY, TRUE, plain
from crossroads_openai_chat.usage import TOKENS_MAX

from crossroads import jsonbody
from crossroads.call import Fields, Lost
from crossroads.dialect import Document, Draft, Reply, Stamp
from crossroads.errors import BadRequest, Unsupported
from crossroads.jsonbody import MALFORMED
from crossroads.types.usage import Usage
from crossroads.wire import Headers, find_header

Json = dict[str, Any]

NAME = "tgi"
PARAMETERS = {
    "best_of": "best_of",
    "frequency_penalty": "frequency_penalty",
    "max_new_tokens": "max_tokens",
    "repetition_penalty": "repetition_penalty",
    "return_full_text": "echo",
    "seed": "seed",
    "stop": "stop",
    "temperature": "temperature",
    "top_k": "top_k",
    "top_p": "top_p",
}
"""Theirs and ours. Others (do_sample, watermark, ...) stay in `parameters`, for their servers."""
TO_PARAMETERS = {ours: theirs for theirs, ours in PARAMETERS.items()}
SAMPLED = ("temperature", "top_k", "top_p", "seed")
OWN = frozenset({"options", "parameters"})
BARE = "bare"
"""Marks a request of a client of theirs that came without `parameters`."""
HANDLED = frozenset({"logprobs", "model", "n", "prompt", "response_format", "stream", "suffix"})
DROPPED = frozenset({"logit_bias", "metadata", "min_p", "presence_penalty", "stream_options", "top_a", "user"})
REMEDY = "Leave it out, or let other providers serve the call."
NO_SUCH = "the server has no such parameter"

FINISH_REASONS = {"length": "length", "eos_token": "stop", "stop_sequence": "stop"}
NATIVE = {"length": "length", "stop": "eos_token"}
PROMPT_TOKENS, MADE_TOKENS = b"x-prompt-tokens", b"x-generated-tokens"
LIST_FORM = "list"
"""A client of the older address gets its reply in a list."""
STREAMED, WHOLE = "/generate_stream", "/generate"


def opened_parameters(fields: Fields) -> Json:
    """Raises BadRequest."""
    value = plain(fields.get("parameters"))
    if value is not None and not isinstance(value, dict):
        raise BadRequest("it is no object.", remedy="Send an object.", field="parameters", value=value)
    return value or {}


def canonical_fields(fields: Fields) -> Json:
    document: Json = {"prompt" if name == "inputs" else name: value for name, value in fields.items()}
    rest = dict(opened_parameters(fields))
    document |= {ours: rest.pop(theirs) for theirs, ours in PARAMETERS.items() if theirs in rest}
    grammar = rest.get("grammar")
    if isinstance(grammar, dict) and grammar.get("type") == "json" and isinstance(grammar.get("value"), dict):
        del rest["grammar"]
        document["response_format"] = {"type": "json_schema", "json_schema": {"schema": grammar["value"]}}
    if "parameters" in fields:
        document["parameters"] = rest
    else:
        document[BARE] = None
    if "options" in document:
        document["options"] = plain(document["options"])
    vendor.keep(NAME, document, drops=OWN | {BARE})
    return document


def server_fields(fields: Json) -> tuple[Fields, list[Lost]]:
    """Raises Unsupported."""
    ours = (fields.get("native") or {}).get(NAME) is None
    theirs = vendor.restored(NAME, fields)
    lost: list[Lost] = []
    document: Fields = {}
    bare = theirs.pop(BARE, "") is None
    parameters: Json = dict(theirs.pop("parameters", None) or {})
    for name, value in theirs.items():
        if name in DROPPED:
            if name != "stream_options" and value not in (None, [], {}):
                lost.append(Lost(name, "dropped", NO_SUCH))
        elif name in TO_PARAMETERS:
            parameters[TO_PARAMETERS[name]] = [value] if name == "stop" and isinstance(value, str) else value
        elif name not in HANDLED and name not in ROUTER_ONLY:
            document[name] = value
    if (theirs.get("n") or 1) > 1:
        raise Unsupported("the server makes one text.", remedy=REMEDY, field="n", value=theirs["n"])
    if theirs.get("suffix"):
        raise Unsupported("the server only continues a text.", remedy=REMEDY, field="suffix", value="(not shown)")
    document["inputs"] = _prompt(theirs["prompt"])
    _set_format(parameters, theirs.get("response_format"))
    if ours:
        _set_ours(parameters, theirs, lost)
    if parameters or not (ours or bare):
        document["parameters"] = parameters
    return document, list(dict.fromkeys(lost))


def _set_ours(parameters: Json, fields: Json, lost: list[Lost]) -> None:
    """What a client of theirs would have said: that it wants a text drawn, and its details told."""
    if parameters.get("temperature") == 0:  # they take none, and are greedy without
        del parameters["temperature"]
        lost.append(Lost("temperature", "emulated", "0 is greedy: no temperature is sent"))
    elif any(parameters.get(name) is not None for name in SAMPLED):
        parameters["do_sample"] = True
    parameters["details"] = True
    wanted = fields.get("logprobs")
    if wanted not in (None, False, True, 0):
        parameters["top_n_tokens"] = wanted


def _prompt(prompt: Any) -> Any:
    if isinstance(prompt, list) and len(prompt) == 1:
        prompt = prompt[0]
    if not isinstance(prompt, str):
        what = "the server takes one text as a prompt, neither several nor token ids."
        raise Unsupported(what, remedy=REMEDY, field="prompt", value="(not shown)")
    return prompt


def _set_format(parameters: Json, wanted: Any) -> None:
    kind = wanted.get("type") if wanted else "text"
    schema = (wanted.get("json_schema") or {}).get("schema") if kind == "json_schema" else None
    if schema is not None:
        parameters["grammar"] = {"type": "json", "value": schema}
    elif kind != "text":
        raise Unsupported("the server has no such format.", remedy=REMEDY, field="response_format", value=kind)


def draft(fields: Mapping[str, Any], lost: list[Lost], *, url: str, stream: bool) -> Draft:
    """What goes to the upstream. Only the older address, at the root, is told in the body what kind of reply is due."""
    document: Fields = {k: v for k, v in fields.items() if k not in (*ROUTER_ONLY, "model", "stream")}
    if url.endswith(WHOLE):
        url = url.removesuffix(WHOLE) + (STREAMED if stream else WHOLE)
    elif "stream" in fields or stream:
        document["stream"] = TRUE if stream else FALSE
    accept = b"text/event-stream" if stream else b"application/json"
    headers = ((b"content-type", b"application/json"), (b"accept", accept))
    return Draft(document=document, url=url, headers=headers, lost=lost)


class Token(msgspec.Struct):
    text: str = ""
    logprob: float | None = None
    special: bool = False


class Details(msgspec.Struct):
    """input_length: of a stream alone."""

    finish_reason: str | None = None
    generated_tokens: int | None = None
    input_length: int | None = None
    tokens: list[Token] | None = None


class Generated(msgspec.Struct):
    generated_text: str
    details: Details | None = None


_generated = msgspec.json.Decoder(list[Generated] | Generated)


def read_generated(body: bytes) -> Generated:
    """Raises BadUpstream; UpstreamRefused: an error in its place."""
    try:
        if not body.isascii():
            body.decode()  # what the types skip over would hand broken UTF-8 to the client
        told = _generated.decode(body)
    except MALFORMED:
        told = []
    if isinstance(told, Generated):
        return told
    if not told:
        raise failed(body) or broken("the provider sent something that is no generated text.")
    return told[0]


def failed(body: bytes) -> Exception | None:
    """The error that a body is, if it is one."""
    try:
        told = msgspec.json.decode(body)
    except MALFORMED:
        return None
    if isinstance(told, dict) and isinstance(told.get("error"), str):
        return embedded_error(body, told["error"])
    return None


def finish_reason(details: Details | None) -> str:
    return FINISH_REASONS.get((details and details.finish_reason) or "eos_token", "stop")


def native_reason(reason: Any, native: Any) -> str:
    if isinstance(native, str) and FINISH_REASONS.get(native) == reason:
        return native
    return NATIVE.get(reason, "eos_token")


def usage_of(headers: Headers) -> Usage | None:
    """See `DialectBase.usage_of`: a whole reply tells its tokens in its headers alone."""
    told = [find_header(headers, name) or b"" for name in (PROMPT_TOKENS, MADE_TOKENS)]
    if not all(text.isdigit() and len(text) <= 12 for text in told):
        return None
    return Usage(input_tokens=int(told[0]), output_tokens=int(told[1]))


def decode_response(body: bytes) -> Reply:
    """See `Dialect.decode_response`."""
    told = read_generated(body)
    reason = finish_reason(told.details)
    native = told.details.finish_reason if told.details else None
    choice: Json = {"index": 0, "text": told.generated_text, "finish_reason": reason, "native_finish_reason": native}
    if told.details is not None and told.details.tokens:
        choice["logprobs"] = logprobs(told.details.tokens)
    return Reply(document={"object": "text_completion", "choices": [choice]}, finish_reason=reason)


def relay_response(body: bytes, stamp: Stamp) -> Reply:
    """See `Dialect.relay_response`. It names neither a call nor a model: there is nothing to replace."""
    return Reply(body=body, finish_reason=finish_reason(read_generated(body).details))


def encode_response(reply: Reply, stamp: Stamp) -> bytes:
    """See `Dialect.encode_response`."""
    document = written((reply.document or {}).get("choices") or [{}], reply.usage)
    return jsonbody.encode([document] if stamp.form == LIST_FORM else document)


def written(choices: list[Document], usage: Usage | None) -> Json:
    """The first choice, as a text; with its details, but for a server that was not asked for them."""
    choice = choices[0]
    made: Json = {"generated_text": choice.get("text") or ""}
    if choice.get("native_finish_reason", "") is not None or choice.get("logprobs"):
        made["details"] = details_of(choice, usage)
    return made


def details_of(choice: Document, usage: Usage | None) -> Json:
    told = choice.get("logprobs") if isinstance(choice.get("logprobs"), dict) else {}
    pairs = zip(told.get("tokens") or [], told.get("token_logprobs") or [], strict=False)
    return {
        "finish_reason": native_reason(choice.get("finish_reason"), choice.get("native_finish_reason")),
        "generated_tokens": usage.completion_tokens if usage is not None else 0,
        "prefill": [],
        "tokens": [{"id": 0, "text": text, "logprob": value, "special": False} for text, value in pairs],
    }


def logprobs(tokens: list[Token]) -> Json:
    """As OpenAI's completions have them."""
    return {
        "tokens": [token.text for token in tokens],
        "token_logprobs": [token.logprob for token in tokens],
        "top_logprobs": None,
    }


def count(value: int | None) -> bool:
    return value is not None and 0 <= value <= TOKENS_MAX
