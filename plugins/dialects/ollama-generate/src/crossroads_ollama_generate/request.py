"""Requests: a client's Ollama fields -> canonical JSON, not yet validated; a canonical request, dumped -> Ollama's.

Tables first. A field that neither side names passes untouched. What only Ollama understands stands in `native`; of
that, a picture, a conversation or a system prompt is no detail: without it another question would be answered.
"""

from __future__ import annotations

from typing import Any

from crossroads_ollama_chat.decode import plain_options
from crossroads_ollama_chat.encode import TO_OPTIONS, draft, set_format
from crossroads_openai_chat import vendor
from crossroads_openai_chat.request import ROUTER_KINDS, ROUTER_ONLY, plain

from crossroads import jsonbody
from crossroads.call import Fields, Lost
from crossroads.errors import Unsupported
from crossroads.jsonbody import Kind

__all__ = ["KINDS", "canonical_fields", "draft", "ollama_fields"]

Json = dict[str, Any]

KINDS: dict[str, Kind] = {
    **ROUTER_KINDS,
    "logprobs": jsonbody.BOOLEAN,
    "options": jsonbody.OBJECT,
    "prompt": jsonbody.STRING,
    "suffix": jsonbody.STRING,
    "top_logprobs": jsonbody.INTEGER,
}

DIALECT = "ollama-generate"
OWN = frozenset({"format", "keep_alive", "options", "raw", "template", "think"})
NEEDED = frozenset({"context", "height", "images", "steps", "system", "width"})
"""Ollama's alone: another dialect goes without the former, and an answer without the latter makes no sense."""

REMEDY = "Leave it out, or let other providers serve the call."
NO_SUCH = "Ollama has no such parameter"

HANDLED = frozenset({"best_of", "echo", "logprobs", "model", "n", "options", "prompt", "response_format", "stream"})
DROPPED = frozenset({"logit_bias", "metadata", "stream_options", "top_a", "user"})
SILENT = frozenset({"stream_options"})
"""Of these: what is left out without a loss."""


def canonical_fields(fields: Fields) -> Json:
    document: Json = dict(fields)
    document |= plain_options(document)
    document |= {name: plain(document[name]) for name in (OWN | NEEDED) & set(document)}
    wanted = document.get("format")
    if wanted == "json":
        document["response_format"] = {"type": "json_object"}
    elif wanted and isinstance(wanted, dict):
        document["response_format"] = {"type": "json_schema", "json_schema": {"schema": wanted}}
    if wanted:
        del document["format"]
    vendor.keep(DIALECT, document, drops=OWN, needs=NEEDED)
    return document


def ollama_fields(fields: Json) -> tuple[Fields, list[Lost]]:
    """Raises Unsupported."""
    fields = vendor.restored(DIALECT, fields)
    lost: list[Lost] = []
    document: Fields = {"stream": fields["stream"]} if "stream" in fields else {}
    options: Json = dict(fields.get("options") or {})
    for name, value in fields.items():
        if name in DROPPED:
            if name not in SILENT and value not in (None, [], {}):
                lost.append(Lost(name, "dropped", NO_SUCH))
        elif name in TO_OPTIONS:
            if value is not None:
                options[TO_OPTIONS[name]] = value
        elif name not in HANDLED and name not in ROUTER_ONLY:
            document[name] = value
    for name in ("n", "best_of"):
        if (fields.get(name) or 1) > 1:
            raise Unsupported("Ollama makes one answer.", remedy=REMEDY, field=name, value=fields[name])
    if fields.get("echo"):
        raise Unsupported("Ollama doesn't repeat the prompt.", remedy=REMEDY, field="echo", value=True)
    if options or "options" in fields:
        document["options"] = options
    document["prompt"] = _prompt(fields["prompt"])
    set_format(document, fields.get("response_format"))
    _set_logprobs(document, fields.get("logprobs"))
    return document, list(dict.fromkeys(lost))


def _prompt(prompt: Any) -> str:
    if isinstance(prompt, list) and len(prompt) == 1 and isinstance(prompt[0], str):
        prompt = prompt[0]
    if not isinstance(prompt, str):
        what = "Ollama takes one text as a prompt, neither several nor token ids."
        raise Unsupported(what, remedy=REMEDY, field="prompt", value="(not shown)")
    return prompt


def _set_logprobs(document: Fields, wanted: Any) -> None:
    """OpenAI's completions ask with a number of alternatives, of which 0 means the chosen token alone."""
    if isinstance(wanted, bool):
        document["logprobs"] = wanted
    elif wanted is not None:
        document["logprobs"] = True
        document.setdefault("top_logprobs", wanted)
