"""Amazon SageMaker: what its endpoints are asked, how streams come out of frames, and whose errors are whose."""

import json

import botocore.session
import pytest
from botocore.config import Config
from crossroads_amazon_sagemaker import SageMaker
from crossroads_amazon_sagemaker.invoked import (
    SageMakerChat,
    SageMakerCompletions,
    SageMakerEmbeddings,
    SageMakerRerank,
)
from crossroads_aws import AwsSettings
from crossroads_bedrock_converse.frames import encode_frame

from crossroads import jsonbody
from crossroads.config import Secret
from crossroads.errors import BadUpstream, StreamCut, UpstreamError
from crossroads.testing import dialect_conformance, embeddings_conformance, laws, rerank_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.first_calls import said
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage
from crossroads.wire import HttpRequest

TestChat = dialect_conformance(SageMakerChat)
TestCompletions = dialect_conformance(SageMakerCompletions)
TestEmbeddings = embeddings_conformance(
    SageMakerEmbeddings,
    "amazon-sagemaker",
    own={"inputs": ["x"], "normalize": True},
    told=[[0.5, 1.0]],
    path="/endpoints/m/invocations",
    sent={"inputs": ["x"]},
    used=None,
)
TestRerank = rerank_conformance(
    SageMakerRerank,
    "amazon-sagemaker",
    own={"query": "q", "texts": ["x", "y"], "raw_scores": True},
    told=[{"index": 1, "score": 0.9}],
    path="/endpoints/m/invocations",
    sent={"query": "q", "texts": ["x", "y"]},
    used=None,
)

CHAT, COMPLETES = SageMakerChat(), SageMakerCompletions()
URL = "https://runtime.sagemaker.us-east-1.amazonaws.com/endpoints/m/invocations"
COUNTS = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}


def chunk(**fields):
    told = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", **fields}
    return b"data: " + json.dumps(told).encode() + b"\n\n"


EVENTS = (
    chunk(choices=[{"index": 0, "delta": {"role": "assistant", "content": "Gr\u00fcezi"}, "finish_reason": None}])
    + chunk(choices=[{"index": 0, "delta": {}, "finish_reason": "stop"}])
    + chunk(choices=[], usage=COUNTS)
    + b"data: [DONE]\n\n"
)
MESSAGES = [{"role": "user", "content": "Hi"}]


def part(data):
    return encode_frame("PayloadPart", data)


def drafted(dialect, *, stream=False, **fields):
    opened = dialect.open(json.dumps({"model": "m", **fields}).encode())
    return dialect.encode_request(dialect.decode_request(opened), url=URL, upstream="m", stream=stream)


async def chatted(answer, **fields):
    row = {"model": "a/m", "upstream": "m", "operations": ["chat"]}
    row |= {"price_usd_per_mtok": {"input": "1", "output": "2"}}
    async with ScriptedProvider() as upstream:
        upstream.script(answer)
        body = json.dumps({"model": "a/m", "messages": MESSAGES, **fields}).encode()
        got = await served("amazon-sagemaker", upstream, "openai-chat", body, endpoints=[row])
        return got, upstream.requests[0]


async def test_a_chat_names_no_model_and_its_price_is_counted():
    choice = {"index": 0, "message": {"role": "assistant", "content": "Hi."}, "finish_reason": "stop"}
    told = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": COUNTS}
    got, sent = await chatted(said(told), temperature=0.5)
    assert json.loads(got.body)["choices"][0]["message"]["content"] == "Hi."
    assert got.cost_nano == 3 * 1_000 + 2 * 2_000
    assert sent.path.endswith("/endpoints/m/invocations")
    assert sent.json == {"messages": MESSAGES, "temperature": 0.5}


async def test_a_stream_has_its_address_and_comes_out_of_frames():
    frames = part(EVENTS[:90]) + part(EVENTS[90:])
    answer = Answer(raw=(frames,), content_type="application/vnd.amazon.eventstream", reports="no")
    got, sent = await chatted(answer, stream=True)
    first = json.loads(got.body.partition(b"data: ")[2].partition(b"\n")[0])
    assert first["choices"][0]["delta"]["content"] == "Gr\u00fcezi"
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(input_tokens=3, output_tokens=2), 7_000)
    assert sent.path.endswith("/endpoints/m/invocations-response-stream")
    assert sent.json["stream"] is True


@pytest.mark.parametrize("cut", [1, 7, 91, len(EVENTS) - 3])
def test_frames_may_cut_events_anywhere(cut):
    whole, _ = laws.decode_all(CHAT, [part(EVENTS)])
    halves, _ = laws.decode_all(CHAT, [part(EVENTS[:cut]) + part(EVENTS[cut:])])
    assert halves == whole
    data = part(EVENTS[:cut]) + part(EVENTS[cut:])
    assert laws.decode_all(CHAT, [data[:cut], data[cut:]])[0] == whole


def test_a_stream_that_ends_inside_a_frame_or_before_its_end_was_cut():
    for data in (part(EVENTS)[:-1], part(EVENTS[:90])):
        decoder = CHAT.decode_stream()
        decoder.feed(data)
        with pytest.raises(StreamCut):
            decoder.close(framed=True)


def test_an_exception_ends_a_stream_after_what_came_before_it():
    told = json.dumps({"Message": "out of memory", "ErrorCode": "ModelStreamError"}).encode()
    decoder = CHAT.decode_stream()
    assert decoder.feed(part(EVENTS) + encode_frame("ModelStreamError", told, exception=True))
    with pytest.raises(UpstreamError, match="out of memory"):
        decoder.feed(b"")


def test_completions_are_tgis():
    draft = drafted(COMPLETES, inputs="The capital is", parameters={"max_new_tokens": 9}, stream=True)
    assert draft.url == f"{URL}-response-stream"
    body = json.loads(jsonbody.encode(draft.document))
    assert (body["inputs"], body["parameters"]["max_new_tokens"], body["stream"]) == ("The capital is", 9, True)
    reply = COMPLETES.decode_response(b'[{"generated_text":" Bern"}]')
    assert reply.document["choices"][0]["text"] == " Bern"


def test_vectors_may_stand_in_an_object():
    reply = SageMakerEmbeddings().decode_response(b'{"embedding":[[0.5,1.0]]}')
    assert [row["embedding"] for row in reply.document["data"]] == [[0.5, 1.0]]
    with pytest.raises(BadUpstream):
        SageMakerEmbeddings().decode_response(b'{"embedding":[0.5,1.0]}')


def test_an_error_of_the_container_is_read_as_it_said_it():
    said_ = {"error": {"message": "inputs tokens + max_new_tokens must be <= 4096", "code": "context_length_exceeded"}}
    told = {"Message": "Received client error", "OriginalStatusCode": 400, "OriginalMessage": json.dumps(said_)}
    error = CHAT.decode_error(424, (), json.dumps(told).encode())
    assert (error.status, error.upstream_status) == (400, 424)
    assert "4096" in str(error)


@pytest.mark.parametrize(
    ("kind", "status", "elsewhere"), [("ThrottlingException", 400, True), ("ModelError", 424, True)]
)
def test_an_error_of_sagemaker_is_one_of_aws(kind, status, elsewhere):
    error = CHAT.decode_error(status, ((b"x-amzn-errortype", kind.encode()),), b'{"message":"no"}')
    assert (error.upstream_status, error.elsewhere) == (status, elsewhere)


class Kept:
    """A transport that keeps what it is given."""

    async def send(self, request):
        self.sent = request


async def test_the_signature_is_that_of_botocores_own_client(monkeypatch):
    """Signed at the same second, over the same body, as `client.invoke_endpoint` does it."""
    own = []
    access, secret = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"
    session = botocore.session.Session()
    session.set_credentials(access, secret)
    client = session.create_client("sagemaker-runtime", "eu-west-1", config=Config(retries={"max_attempts": 1}))

    def stop(request, **_):
        own.append(request)
        raise InterruptedError

    client.meta.events.register("before-send", stop)
    with pytest.raises(InterruptedError):
        client.invoke_endpoint(EndpointName="m", Body=b"{}", ContentType="application/json")
    stamp = own[0].headers["X-Amz-Date"].decode()
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda **_: _at(stamp))
    kept = Kept()
    transport = await SageMaker(AwsSettings(region="eu-west-1")).provider_open(kept, Secret(f"{access}:{secret}"))
    kind = ((b"content-type", b"application/json"),)
    await transport.send(HttpRequest(method="POST", url=URL, headers=kind, body=b"{}"))
    assert kept.sent.url == own[0].url
    signature = kept.sent.header(b"authorization").decode().partition("Signature=")[2]
    assert signature == own[0].headers["Authorization"].decode().partition("Signature=")[2]
    assert secret not in repr(kept.sent)


def _at(stamp):
    import datetime

    return datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ")
