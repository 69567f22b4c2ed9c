"""`POST /v1/gpu/{model}/generation`: one text is continued, whole; the reply counts its tokens.

Source: pkg:npm/nlpcloud@2.0.8 (dist/index.d.ts: generation), pkg:pypi/nlpcloud@1.1.47 (__init__.py), and what
pkg:pypi/langchain-community@0.4.2 (llms/nlpcloud.py) says of its parameters, read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.errors import embedded_error
from crossroads_openai_chat.foreign import JSON_HEADERS, Foreign, Json, WholeDecoder, leftover, stated
from crossroads_openai_chat.oneway import OneWay
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_chat.textchat import counts
from crossroads_openai_chat.turns import REMEDY
from crossroads_openai_chat.worded import counted_at
from crossroads_openai_completions import OpenAICompletions

from crossroads.dialect import Document, Draft, Reply
from crossroads.errors import Unsupported
from crossroads.types.usage import Usage

SAME = ("repetition_penalty", "temperature", "top_k", "top_p")
HANDLED = (*SAME, "best_of", "echo", "max_tokens", "n", "prompt", "response_format", "stop", "suffix")
DROPPED = ("frequency_penalty", "logit_bias", "logprobs", "min_p", "presence_penalty", "seed", "top_a")


class NlpCloudCompletions(OneWay, OpenAICompletions):
    """As an upstream: our clients write OpenAI's. The model stands in the address."""

    name = "nlp-cloud-completions"
    upstream_path = "/generation"
    stream_type = Foreign.stream_type

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        _refuse(fields)
        document, lost = leftover(fields, HANDLED, DROPPED)
        document |= {name: fields[name] for name in SAME if name in fields}
        document |= {"text": _lone(fields, "prompt"), "remove_input": not fields.get("echo")}
        if "max_tokens" in fields:
            document |= {"max_length": fields["max_tokens"], "length_no_input": True}
        if fields.get("stop"):
            document |= {"end_sequence": _lone(fields, "stop"), "remove_end_sequence": True}
        return Draft(document=document, url=url, headers=JSON_HEADERS, lost=lost)

    def decode_response(self, body: bytes) -> Reply:
        told = whole(body)
        if not isinstance(text := told.get("generated_text"), str):
            error = told.get("error") or told.get("detail")
            raise embedded_error(body, error) if error else broken("the provider's reply has no text.")
        choice = {"index": 0, "text": text, "finish_reason": "stop", "native_finish_reason": None}
        document: Document = {"object": "text_completion", "choices": [choice]}
        read, made = counted_at(told, "nb_input_tokens"), counted_at(told, "nb_generated_tokens")
        if read is None or made is None:
            return Reply(document=document, finish_reason="stop")
        usage = Usage(input_tokens=read, output_tokens=made)
        return Reply(document={**document, "usage": counts(usage)}, usage=usage, finish_reason="stop")

    def decode_stream(self) -> Any:
        return WholeDecoder(self)  # type: ignore[arg-type]

    def chunks(self, reply: Reply) -> list[Document]:
        """A whole reply as the chunks of a stream (see `WholeDecoder`): text, and usage by itself."""
        document = reply.document or {}
        parts = [
            {"choices": document["choices"]},
            *([{"choices": [], "usage": document["usage"]}] if reply.usage else []),
        ]
        return [{"object": "text_completion", **part} for part in parts]


def _refuse(fields: Json) -> None:
    """Raises Unsupported."""
    for name in ("n", "best_of"):
        if (fields.get(name) or 1) > 1:
            raise Unsupported("NLP Cloud gives one text.", remedy=REMEDY, field=name, value=fields[name])
    if fields.get("suffix"):
        raise Unsupported("NLP Cloud only continues a text.", remedy=REMEDY, field="suffix", value="(not shown)")
    kind = (fields.get("response_format") or {}).get("type", "text")
    if kind != "text":
        raise Unsupported("NLP Cloud promises no format.", remedy=REMEDY, field="response_format", value=kind)


def _lone(fields: Json, name: str) -> str:
    """The text that stands there, alone. Raises Unsupported."""
    value = fields[name]
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, str):
        raise Unsupported("NLP Cloud takes one text here.", remedy=REMEDY, field=name, value="(not shown)")
    return value
