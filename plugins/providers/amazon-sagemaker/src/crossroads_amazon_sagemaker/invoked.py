"""`POST /endpoints/{name}/invocations`: what the container behind an endpoint speaks, passed through by SageMaker.

Chat is OpenAI's (TGI's Messages API, vLLM, Nova), completions are TGI's, embeddings and ranks TEI's. The endpoint is
the model: none is named in the body. A stream has an address of its own, and comes in frames that are cut anywhere.
Source: botocore 1.44.8 (service model sagemaker-runtime: InvokeEndpoint, InvokeEndpointWithResponseStream, ModelError),
routers of huggingface/text-generation-inference and huggingface/text-embeddings-inference ("AWS Sagemaker route"),
pkg:pypi/litellm@1.110.2 (llms/sagemaker), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads_bedrock_converse import errors
from crossroads_openai_chat import OpenAIChat
from crossroads_openai_chat import errors as openai
from crossroads_openai_chat.oneway import OneWay
from crossroads_tgi import TeiEmbed, TeiRerank, Tgi

from crossroads.dialect import Draft, Reply
from crossroads.errors import UpstreamRefused
from crossroads.jsonbody import MALFORMED
from crossroads.wire import Headers
from crossroads_amazon_sagemaker.frames import Unframed

STREAM = "-response-stream"
"""At the end of the address."""
HEADERS: Headers = ((b"content-type", b"application/json"), (b"accept", b"application/json"))


class ModelError(msgspec.Struct, rename="pascal"):
    """What the container said, and with which status."""

    original_status_code: int
    original_message: str


_model_error = msgspec.json.Decoder(ModelError)


class Invoked(OneWay):
    """Stands before the dialect that the container speaks. As an upstream: our clients write OpenAI's or Cohere's."""

    upstream_path = "/invocations"

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        draft: Draft = super().encode_request(request, url=url, upstream=upstream, stream=stream)  # type: ignore[misc]
        draft.document.pop("model", None)
        draft.headers = HEADERS
        if stream:
            draft.url, draft.headers = f"{url}{STREAM}", HEADERS[:1]
        return draft

    def decode_stream(self) -> Unframed:
        return Unframed(super().decode_stream())  # type: ignore[misc]

    def decode_error(self, status: int, headers: Headers, body: bytes) -> UpstreamRefused:
        """Of the container as it said it; of SageMaker as of any service of AWS."""
        try:
            told = _model_error.decode(body)
        except MALFORMED:
            return errors.decode_error(status, headers, body)
        said = told.original_status_code
        error = openai.decode_error(said if 400 <= said <= 599 else 502, headers, told.original_message.encode())
        error.upstream_status = status
        return error


class SageMakerChat(Invoked, OpenAIChat):
    """A container that speaks OpenAI's chat."""

    name = "amazon-sagemaker-chat"


class SageMakerCompletions(Invoked, Tgi):
    """A container that speaks TGI's `inputs` and `parameters`."""

    name = "amazon-sagemaker-completions"


class SageMakerEmbeddings(Invoked, TeiEmbed):
    """A container that speaks TEI's `/embed`, or Hugging Face's toolkit, whose rows stand in `embedding`."""

    name = "amazon-sagemaker-embeddings"

    def decode_response(self, body: bytes) -> Reply:
        return super().decode_response(body) if body.lstrip().startswith(b"[") else WRAPPED.decode_response(body)


class SageMakerRerank(Invoked, TeiRerank):
    """A container that speaks TEI's `/rerank`."""

    name = "amazon-sagemaker-rerank"


class _Wrapped(TeiEmbed):
    rows = "embedding"


WRAPPED = _Wrapped()
