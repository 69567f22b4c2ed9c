"""Hugging Face's servers: texts (TGI, and what else takes `inputs` and `parameters`), embeddings and ranks (TEI).

`tgi`, both sides: a client reaches it at `/generate` and `/generate_stream`, or at the older address
`/hf-inference/models/{model}`, where the model is named. `tei-embed` and `tei-rerank` are upstreams: our clients write
OpenAI's and Cohere's. What the formats carry and drop stands in carries.toml.
Sources: huggingface_hub (the vendor's Python SDK: `inference/_generated/types`), recorded exchanges, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat import errors as openai
from crossroads_openai_chat.request import ROUTER_KINDS, open_fields, plain
from crossroads_openai_chat.splicing import SplicedRelay

from crossroads import jsonbody
from crossroads.call import Call, Opened
from crossroads.dialect import NO_PARAMS, DialectBase, Draft, Reply, Stamp
from crossroads.errors import BadRequest, CrossroadsError, UpstreamRefused
from crossroads.sse import encode_event
from crossroads.types.usage import Usage
from crossroads.wire import Headers
from crossroads_tgi import generate, stream
from crossroads_tgi.tei import TeiEmbed, TeiRerank

__all__ = ["TeiEmbed", "TeiRerank", "Tgi"]

ROOT = "/hf-inference/models/{model}"


class Tgi(DialectBase):
    """See the module."""

    name = "tgi"
    operation = "completions"
    paths: tuple[str, ...] = (generate.WHOLE, generate.STREAMED, ROOT)
    upstream_path = generate.WHOLE
    kinds = {**ROUTER_KINDS, "inputs": jsonbody.STRING, "parameters": jsonbody.OBJECT}

    # client side

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        fields = jsonbody.open_document(body)
        if "inputs" not in fields:
            raise BadRequest("it is missing.", remedy="Send `inputs`.", field="inputs")
        opened = open_fields(fields, self.kinds)
        if named := params.get("model"):
            opened.models = (named,)
        parameters = generate.opened_parameters(fields)
        most = parameters.get("max_new_tokens")
        opened.max_output_tokens = most if type(most) is int and most > 0 else None
        opened.parameters |= {
            ours for theirs, ours in generate.PARAMETERS.items() if parameters.get(theirs) is not None
        }
        path = params.get("path")
        opened.stream = path == generate.STREAMED or plain(fields.get("stream")) is True
        opened.form = generate.LIST_FORM if path == ROOT else ""
        return opened

    def decode_request(self, opened: Opened) -> Any:
        from crossroads.types.base import validate  # pydantic costs an import: only when somebody asks
        from crossroads.types.completions import CompletionRequest

        return validate(CompletionRequest, jsonbody.encode(generate.canonical_fields(opened.fields)))

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        return generate.encode_response(reply, stamp)

    def encode_stream(self, stamp: Stamp) -> stream.StreamEncoder:
        return stream.StreamEncoder(stamp)

    def encode_error(self, error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
        told = openai.envelope(error, call)
        body = jsonbody.encode({"error": told["message"], "error_type": told["metadata"]["error_type"]})
        return encode_event(body) if in_stream else body

    # upstream side

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        dumped = request.model_dump(exclude_unset=True, by_alias=True)
        fields, lost = generate.server_fields(dumped)
        kept = {"stream": dumped["stream"]} if "stream" in dumped else {}
        return generate.draft({**fields, **kept}, lost, url=url, stream=stream)

    def decode_response(self, body: bytes) -> Reply:
        return generate.decode_response(body)

    def decode_stream(self) -> stream.StreamDecoder:
        return stream.StreamDecoder()

    def decode_error(self, status: int, headers: Headers, body: bytes) -> UpstreamRefused:
        return openai.decode_error(status, headers, body)

    def usage_of(self, headers: Headers) -> Usage | None:
        return generate.usage_of(headers)

    # both

    def splice_request(self, opened: Opened, *, url: str, upstream: str) -> Draft:
        return generate.draft(opened.fields, [], url=url, stream=opened.stream)

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        return generate.relay_response(body, stamp)

    def relay_stream(self, stamp: Stamp) -> SplicedRelay:
        return SplicedRelay(stream.Source())
