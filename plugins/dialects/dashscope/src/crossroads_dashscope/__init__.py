"""DashScope, the own chat API of Alibaba Cloud's Model Studio: both sides, text and multimodal.

Client equal to upstream: requests are spliced, replies and streams relayed event by event. Otherwise they pass through
`crossroads.types.chat`. Whether a client wants a stream stands in its Accept header. What the format carries, emulates
and drops stands in carries.toml.
Sources: dashscope 2.0.2 (the vendor's Python SDK), Alibaba Cloud Model Studio, "DashScope API reference", read
2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossroads_openai_chat import OpenAIChat
from crossroads_openai_chat import errors as openai
from crossroads_openai_chat.request import ROUTER_KINDS, open_fields
from crossroads_openai_chat.splicing import SplicedRelay

from crossroads import jsonbody
from crossroads.call import Call, Opened
from crossroads.dialect import NO_PARAMS, Draft, Reply, Stamp
from crossroads.errors import BadRequest, CrossroadsError, UpstreamRefused
from crossroads.wire import Headers
from crossroads_dashscope import reply, request, stream

__all__ = ["DashScope"]

POLICY = b"DataInspectionFailed"
UNPAID = b"Arrearage"


class DashScope(OpenAIChat):
    """A client reaches it with its base URL set to ours, `.../api/v1`, to which it adds `/services/aigc/...`."""

    name = "dashscope"
    paths: tuple[str, ...] = (request.TEXT, request.MULTIMODAL)
    upstream_path = request.TEXT
    accepts = True
    kinds = {**ROUTER_KINDS, "input": jsonbody.OBJECT, "parameters": jsonbody.OBJECT}
    required: tuple[str, ...] = ("input",)

    # client side

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        fields = jsonbody.open_document(body)
        if "input" not in fields:
            raise BadRequest("it is missing.", remedy="Send `input`.", field="input")
        opened = open_fields(fields, self.kinds)
        parameters = request.opened_object(fields, "parameters")
        opened.stream = "text/event-stream" in params.get("accept", "") or parameters.get("stream") is True
        most = parameters.get("max_tokens")
        opened.max_output_tokens = most if type(most) is int and most > 0 else None
        used = {name for name in request.SAME if parameters.get(name) not in (None, [], {})}
        used |= {"reasoning"} if parameters.get("enable_thinking") else set()
        opened.parameters |= used - {"n"}
        if params.get("path") == request.MULTIMODAL:
            form = reply.PARTS_FORM
        else:
            form = reply.MESSAGE_FORM if parameters.get("result_format") == "message" else reply.TEXT_FORM
        opened.form = form + ("+delta" if parameters.get("incremental_output") is True else "")
        return opened

    def decode_request(self, opened: Opened) -> Any:
        given, parameters = (request.opened_object(opened.fields, name) for name in ("input", "parameters"))
        fields = request.canonical_fields(given, parameters, opened.fields, stream=opened.stream)
        return self.validate(jsonbody.encode(fields))

    def encode_response(self, reply_: Reply, stamp: Stamp) -> bytes:
        return reply.encode_response(reply_, stamp)

    def encode_stream(self, stamp: Stamp) -> Any:
        return stream.StreamEncoder(stamp)

    def encode_error(self, error: CrossroadsError, call: Call | None, *, in_stream: bool) -> bytes:
        told = openai.envelope(error, call)
        called = {"request_id": call.id} if call is not None else {}
        body = jsonbody.encode({"code": told["metadata"]["error_type"], "message": told["message"], **called})
        return b"event:error\n:HTTP_STATUS/%d\ndata:%b\n\n" % (told["code"], body) if in_stream else body

    # upstream side

    def encode_request(self, request_: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        dumped = request_.model_dump(exclude_unset=True, by_alias=True)
        fields, lost, multimodal = request.dashscope_fields(dumped, stream=stream, upstream=upstream)
        return request.draft(fields, lost, url=url, upstream=upstream, stream=stream, multimodal=multimodal)

    def decode_response(self, body: bytes) -> Reply:
        return reply.decode_response(body, self.shape)

    def decode_stream(self) -> Any:
        return stream.StreamDecoder(self.shape)

    def decode_error(self, status: int, headers: Headers, body: bytes) -> UpstreamRefused:
        if UNPAID in body:  # told with 400, and no fault of the caller's
            error = openai.decode_error(402, headers, body)
        elif POLICY in body:
            error = openai.decode_error(status, headers, body.replace(POLICY, b"content_policy_violation"))
        else:
            return openai.decode_error(status, headers, body)
        error.upstream_status = status
        return error

    # both

    def splice_request(self, opened: Opened, *, url: str, upstream: str) -> Draft:
        multimodal = opened.form.startswith(reply.PARTS_FORM)
        return request.draft(opened.fields, [], url=url, upstream=upstream, stream=opened.stream, multimodal=multimodal)

    def relay_response(self, body: bytes, stamp: Stamp) -> Reply:
        return reply.relay_response(body, stamp, self.shape)

    def relay_stream(self, stamp: Stamp) -> Any:
        return SplicedRelay(stream.Source(stamp))
