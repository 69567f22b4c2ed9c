"""watsonx.ai's text generation: one input, `parameters` beside it, one result.

Tables first. What only IBM understands of `parameters` stands in `native`; so does what it moderates, without which
another dialect would answer what here must not be answered.
Source: ibm-watsonx-ai 1.8.1 (`foundation_models/schema/_api.py`, TextGenParameters), IBM watsonx.ai API reference,
"Text generation", and recorded exchanges, read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads_openai_chat import vendor
from crossroads_openai_chat.errors import embedded_error
from crossroads_openai_chat.reply import broken, is_time, shallow
from crossroads_openai_chat.request import ROUTER_KINDS, ROUTER_ONLY, plain
from crossroads_openai_chat.usage import TOKENS_MAX

from crossroads import jsonbody
from crossroads.call import Fields, Lost
from crossroads.dialect import Document, Reply, Stamp
from crossroads.errors import Unsupported
from crossroads.jsonbody import MALFORMED, Kind
from crossroads.types.usage import Usage
from crossroads_watsonx_chat import words
from crossroads_watsonx_chat.shared import NO_SUCH, REMEDY, Json, keep_own, kinds_of

NAME = "watsonx"
KINDS: dict[str, Kind] = kinds_of(ROUTER_KINDS, input=jsonbody.STRING, parameters=jsonbody.OBJECT)

PARAMETERS = {
    "max_new_tokens": "max_tokens",
    "random_seed": "seed",
    "repetition_penalty": "repetition_penalty",
    "stop_sequences": "stop",
    "temperature": "temperature",
    "top_k": "top_k",
    "top_p": "top_p",
}
"""Theirs and ours. Others (decoding_method, min_new_tokens, ...) stay in `parameters`, for IBM."""
TO_PARAMETERS = {ours: theirs for theirs, ours in PARAMETERS.items()}
SAMPLED = ("temperature", "top_k", "top_p", "random_seed")

OWN = frozenset({"crypto", "parameters"})
NEEDED = frozenset({"moderations"})
HANDLED = frozenset({"best_of", "echo", "logprobs", "n", "parameters", "prompt", "suffix"})
DROPPED = frozenset(
    {"frequency_penalty", "logit_bias", "metadata", "min_p", "presence_penalty", "stream_options", "top_a", "user"}
)


def canonical_fields(fields: Fields) -> Json:
    document: Json = {"prompt" if name == "input" else name: value for name, value in fields.items()}
    given = plain(document.get("parameters"))
    if isinstance(given, dict):
        rest = dict(given)
        document |= {ours: rest.pop(theirs) for theirs, ours in PARAMETERS.items() if theirs in rest}
        document["parameters"] = rest
    kept = (OWN | NEEDED | {"project_id", "space_id"}) & set(document)
    document |= {name: plain(document[name]) for name in kept}
    keep_own(NAME, document, drops=OWN, needs=NEEDED)
    return document


def limits_of(fields: Fields) -> tuple[int | None, frozenset[str]]:
    """What routing needs of `parameters`: the most tokens of the text, and canonical names of those that were used."""
    given = plain(fields.get("parameters"))
    given = given if isinstance(given, dict) else {}
    most = given.get("max_new_tokens")
    used = {ours for theirs, ours in PARAMETERS.items() if given.get(theirs) is not None}
    return (most if type(most) is int and most > 0 else None), frozenset(used)


def ibm_fields(fields: Json) -> tuple[Fields, list[Lost]]:
    """Raises Unsupported."""
    theirs = vendor.restored(NAME, fields)
    lost: list[Lost] = []
    document: Fields = {}
    parameters: Json = dict(theirs.get("parameters") or {})
    for name, value in theirs.items():
        if name in DROPPED:
            if name != "stream_options" and value not in (None, [], {}):
                lost.append(Lost(name, "dropped", NO_SUCH))
        elif name in TO_PARAMETERS:
            if value is not None:
                parameters[TO_PARAMETERS[name]] = [value] if name == "stop" and isinstance(value, str) else value
        elif name not in HANDLED and name not in ROUTER_ONLY:
            document[name] = value
    for name in ("n", "best_of"):
        if (theirs.get(name) or 1) > 1:
            raise Unsupported("watsonx.ai makes one text.", remedy=REMEDY, field=name, value=theirs[name])
    for name in ("echo", "suffix"):
        if theirs.get(name):
            raise Unsupported("watsonx.ai only continues a text.", remedy=REMEDY, field=name, value="(not shown)")
    document["input"] = _input(theirs["prompt"])
    _set_logprobs(parameters, theirs.get("logprobs"))
    native = (fields.get("native") or {}).get(NAME)
    if native is None and any(parameters.get(name) for name in SAMPLED):
        parameters.setdefault("decoding_method", "sample")  # IBM is greedy unless told otherwise
    if parameters or "parameters" in theirs:
        document["parameters"] = parameters
    return document, list(dict.fromkeys(lost))


def _input(prompt: Any) -> str:
    if isinstance(prompt, list) and len(prompt) == 1:
        prompt = prompt[0]
    if not isinstance(prompt, str):
        what = "watsonx.ai takes one text as a prompt, neither several nor token ids."
        raise Unsupported(what, remedy=REMEDY, field="prompt", value="(not shown)")
    return prompt


def _set_logprobs(parameters: Json, wanted: Any) -> None:
    if wanted not in (None, False):
        asked = {"generated_tokens": True, "token_logprobs": True}
        parameters.setdefault("return_options", asked if wanted is True else {**asked, "top_n_tokens": wanted})


class Result(msgspec.Struct):
    """Of a whole reply, or what one event adds. generated_token_count is of all so far, input_token_count of one."""

    generated_text: str = ""
    generated_token_count: int | None = None
    input_token_count: int | None = None
    stop_reason: str | None = None
    generated_tokens: list[Json] | None = None


class Said(msgspec.Struct):
    """results None: something else than a generation."""

    results: list[Result] | None = None
    model_id: str | None = None
    created_at: str | None = None
    errors: list[Json] | None = None


_said = msgspec.json.Decoder(Said)


def read_said(data: bytes) -> Said:
    """Raises BadUpstream: not of this format; UpstreamRefused: an error in its place."""
    try:
        if not data.isascii():
            data.decode()  # what the types skip over would hand broken UTF-8 to the client
        said = _said.decode(data)
    except MALFORMED:
        raise broken("the provider sent something that is no text generation of watsonx.ai.") from None
    if said.errors:
        raise embedded_error(data, said.errors[0])
    return said


def decode_response(body: bytes) -> Reply:
    """See `Dialect.decode_response`. A list of models, which has no results, is a reply without a choice."""
    said = read_said(body)
    if said.results is None and "resources" not in shallow(body):
        raise broken("the provider's reply has no results.")
    results = said.results or []
    usage = usage_of(results)
    choices = [canonical_choice(one, at) for at, one in enumerate(results)]
    document: Document = {
        "object": "text_completion",
        "created": words.seconds(said.created_at),
        "model": said.model_id,
        "choices": choices,
    }
    if usage is not None:
        document["usage"] = openai_counts(usage)
    return Reply(document=document, usage=usage, finish_reason=choices[0]["finish_reason"] if choices else None)


def relay_response(body: bytes, stamp: Stamp) -> Reply:
    """See `Dialect.relay_response`."""
    results = read_said(body).results
    if not results:
        raise broken("the provider's reply has no results.")
    usage = usage_of(results)
    document: dict[str, Any] = {**shallow(body), "model_id": stamp.model}
    if usage is not None:
        document["cost"] = stamp.price(usage).json()
    reason = words.finish_reason(results[0].stop_reason)
    return Reply(body=jsonbody.encode(document), usage=usage, finish_reason=reason)


def encode_response(reply: Reply, stamp: Stamp) -> bytes:
    """See `Dialect.encode_response`."""
    source = reply.document or {}
    created = source.get("created")
    choices = source.get("choices") or [{}]
    results = [written(one, reply.usage if at == 0 else None) for at, one in enumerate(choices)]
    at = words.created_at(created if is_time(created) else stamp.created)
    document: Json = {"model_id": stamp.model, "created_at": at, "results": results}
    if reply.usage is not None:
        document["cost"] = stamp.price(reply.usage).json()
    return jsonbody.encode(document)


def usage_of(results: list[Result]) -> Usage | None:
    given = [one.input_token_count for one in results]
    made = [one.generated_token_count for one in results]
    if not results or any(count is None or not 0 <= count <= TOKENS_MAX for count in given + made):
        return None
    return Usage(input_tokens=sum(filter(None, given)), output_tokens=sum(filter(None, made)))


def openai_counts(usage: Usage) -> Json:
    counts = {"prompt_tokens": usage.prompt_tokens, "completion_tokens": usage.completion_tokens}
    return {**counts, "total_tokens": usage.prompt_tokens + usage.completion_tokens}


def canonical_choice(result: Result, index: int) -> Json:
    reason = words.finish_reason(result.stop_reason)
    native = result.stop_reason if reason else None
    choice: Json = {"index": index, "text": result.generated_text, "finish_reason": reason}
    choice["native_finish_reason"] = native
    if result.generated_tokens is not None:
        rows = result.generated_tokens
        choice["logprobs"] = {
            "tokens": [row.get("text") for row in rows],
            "token_logprobs": [row.get("logprob") for row in rows],
            "top_logprobs": [_by_text(row.get("top_tokens")) for row in rows],
        }
    return choice


def _by_text(rows: Any) -> Json:
    listed = rows if isinstance(rows, list) else []
    return {str(row.get("text")): row.get("logprob") for row in listed if isinstance(row, dict)}


def written(choice: Json, usage: Usage | None) -> Json:
    """A canonical choice, whole or a piece, as a result. usage: of all so far, where it is known."""
    made: Json = {"generated_text": choice.get("text") or ""}
    if usage is not None:
        made |= {"generated_token_count": usage.completion_tokens, "input_token_count": usage.prompt_tokens}
    made["stop_reason"] = words.native_reason(choice.get("finish_reason"), choice.get("native_finish_reason"))
    told = choice.get("logprobs")
    if isinstance(told, dict) and told.get("tokens"):
        pairs = zip(told["tokens"], told.get("token_logprobs") or [], strict=False)
        made["generated_tokens"] = [{"text": token, "logprob": value} for token, value in pairs]
    return made
