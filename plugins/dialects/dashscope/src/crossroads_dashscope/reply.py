"""What DashScope answers <-> OpenAI's document, of which the canonical form is made.

output.choices[] with a message (a text, or a list of parts), or output.text alone; "null" as a finish reason is none.
Usage counts input and output; what is cached, thought or heard is inside. A client gets what it asked for: `text`,
`message`, or parts.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat import response
from crossroads_openai_chat.errors import embedded_error
from crossroads_openai_chat.reply import Shape, broken, spoken, whole
from crossroads_openai_chat.usage import parse_usage

from crossroads import jsonbody
from crossroads.dialect import Reply, Stamp
from crossroads.types.usage import Cost, Usage

Json = dict[str, Any]

MESSAGE_FORM, PARTS_FORM, TEXT_FORM = "message", "parts", "text"
INSIDE = (("prompt_tokens_details", "input_tokens_details"), ("completion_tokens_details", "output_tokens_details"))
"""OpenAI's name of a part of usage, and DashScope's."""


def openai_document(told: Json, body: bytes, holder: str) -> Json:
    """holder: message, or delta of a stream. Raises BadUpstream, UpstreamRefused."""
    output = told.get("output")
    if told.get("code") or not isinstance(output, dict):
        if told.get("code") or told.get("message"):
            raise embedded_error(body, {"message": told.get("message") or str(told.get("code"))})
        raise broken("the provider's reply has no output.")
    choices = output.get("choices")
    if not isinstance(choices, list) or not choices:
        choices = [{"message": {"role": "assistant", "content": output.get("text")}, **output}]
    made = [_choice(one, at, holder) for at, one in enumerate(choices) if isinstance(one, dict)]
    if not made:
        raise broken("the provider's reply has no choices.")
    found = _found(output.get("search_info"))
    if found:
        made[0][holder]["annotations"] = found
    document: Json = {"choices": made}
    if isinstance(told.get("request_id"), str):
        document["id"] = told["request_id"]
    if isinstance(told.get("usage"), dict):
        document["usage"] = openai_usage(told["usage"])
    return document


def _choice(choice: Json, at: int, holder: str) -> Json:
    message = choice.get("message")
    said = dict(message) if isinstance(message, dict) else {}
    content = said.get("content")
    if isinstance(content, list):
        parts = [part for part in content if isinstance(part, dict)]
        said["content"] = "".join(part["text"] for part in parts if isinstance(part.get("text"), str))
        images = [part["image"] for part in parts if isinstance(part.get("image"), str)]
        if images:
            said["images"] = [{"type": "image_url", "image_url": {"url": url}} for url in images]
    if not said.get("reasoning_content"):
        said.pop("reasoning_content", None)
    if holder == "message" and isinstance(said.get("tool_calls"), list):
        calls = [call for call in said["tool_calls"] if isinstance(call, dict)]
        said["tool_calls"] = [{k: v for k, v in call.items() if k != "index"} for call in calls]
    reason = choice.get("finish_reason")
    index = choice.get("index")
    made: Json = {"index": index if isinstance(index, int) else at, holder: said}
    made["finish_reason"] = reason if isinstance(reason, str) and reason not in ("null", "") else None
    if isinstance(choice.get("logprobs"), dict):
        made["logprobs"] = choice["logprobs"]
    return made


def _found(info: Any) -> list[Json]:
    results = info.get("search_results") if isinstance(info, dict) else None
    pages = [one for one in results or [] if isinstance(one, dict) and isinstance(one.get("url"), str)]
    return [
        {"type": "url_citation", "url_citation": {"url": one["url"], "title": one.get("title") or ""}} for one in pages
    ]


def openai_usage(told: Json) -> Json:
    """OpenAI's counts, and DashScope's own beside them."""
    made = dict(told)
    for ours, theirs in (("prompt_tokens", "input_tokens"), ("completion_tokens", "output_tokens")):
        if theirs in told:
            made[ours] = told[theirs]
    for ours, theirs in INSIDE:
        inside = {**_object(told.get(theirs)), **_object(told.get(ours))}
        if inside:
            made[ours] = inside
    count = _object(_object(told.get("plugins")).get("search")).get("count")
    if isinstance(count, int) and count > 0:
        made["num_search_queries"] = count
    return made


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def decode_response(body: bytes, shape: Shape) -> Reply:
    """See `Dialect.decode_response`."""
    document = openai_document(whole(body), body, "message")
    return response.decode_response(jsonbody.encode(document), shape)


def relay_response(body: bytes, stamp: Stamp, shape: Shape) -> Reply:
    """See `Dialect.relay_response`."""
    told = whole(body)
    read = response.decode_response(jsonbody.encode(openai_document(told, body, "message")), shape)
    document = {**told, "request_id": stamp.id}
    if read.usage is not None:
        document["usage"] = priced(told.get("usage"), read.usage, stamp.price(read.usage))
    return Reply(
        body=jsonbody.encode(document), usage=read.usage, finish_reason=read.finish_reason, upstream_id=read.upstream_id
    )


def encode_response(reply: Reply, stamp: Stamp) -> bytes:
    """See `Dialect.encode_response`."""
    source = reply.document or {}
    choices = [
        {
            "index": at,
            "finish_reason": one.get("finish_reason") or "stop",
            "message": written(one.get("message"), stamp),
        }
        | ({"logprobs": one["logprobs"]} if one.get("logprobs") else {})
        for at, one in enumerate(source.get("choices") or [{}])
    ]
    document: Json = {"output": output_of(choices, stamp), "request_id": stamp.id}
    found = found_by(source)
    if found:
        document["output"]["search_info"] = {"search_results": found}
    if reply.usage is not None:
        document["usage"] = priced(source.get("usage"), reply.usage, stamp.price(reply.usage))
    return jsonbody.encode(document)


def output_of(choices: list[Json], stamp: Stamp) -> Json:
    """As `text` for who asked for that, or said nothing; as choices for everybody."""
    text = stamp.form.partition("+")[0] == TEXT_FORM and choices
    first = choices[0] if choices else {}
    return {
        "text": _object(first.get("message")).get("content") if text else None,
        "finish_reason": first.get("finish_reason") if text else None,
        "choices": choices,
    }


def written(message: Any, stamp: Stamp) -> Json:
    """A canonical message, or what a stream has of one."""
    said = _object(spoken(message))
    content = said.get("content") or ""
    made: Json = {"role": "assistant", "content": content}
    if stamp.form.startswith(PARTS_FORM):
        made["content"] = [{"text": content}] if content else []
    if said.get("reasoning"):
        made["reasoning_content"] = said["reasoning"]
    if said.get("tool_calls"):
        made["tool_calls"] = [{"index": at, **call} for at, call in enumerate(said["tool_calls"])]
    return made


def found_by(document: Json) -> list[Json]:
    """Pages that the first choice cites, as results of a search."""
    choice = (document.get("choices") or [{}])[0]
    notes = (choice.get("message") or choice.get("delta") or {}).get("annotations") or []
    pages = [note["url_citation"] for note in notes if isinstance(note.get("url_citation"), dict)]
    return [{"index": at, "title": page.get("title") or "", "url": page.get("url")} for at, page in enumerate(pages, 1)]


def priced(theirs: Any, usage: Usage, cost: Cost) -> Json:
    """Counts under DashScope's names, and the price."""
    kept = {k: v for k, v in _object(theirs).items() if k not in ("prompt_tokens", "completion_tokens")}
    counts = {"input_tokens": usage.prompt_tokens, "output_tokens": usage.completion_tokens}
    inside: Json = {}
    if usage.cache_read_tokens:
        inside["prompt_tokens_details"] = {"cached_tokens": usage.cache_read_tokens}
    if usage.reasoning_tokens:
        inside["output_tokens_details"] = {"reasoning_tokens": usage.reasoning_tokens}
    total = usage.prompt_tokens + usage.completion_tokens
    if parse_usage(openai_usage(kept)) is not None:
        counts = {name: kept.get(name, value) for name, value in counts.items()}
        inside = {name: kept.get(name, value) for name, value in inside.items()}
    return {"total_tokens": total, **kept, **counts, **inside, "cost": cost.json()}
