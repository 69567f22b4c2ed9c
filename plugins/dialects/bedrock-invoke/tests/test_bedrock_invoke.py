"""InvokeModel: both bodies whole and streamed, wrapped and unwrapped, mutilated, and refused."""

import contextlib
import json

import pytest
from crossroads_bedrock_converse.frames import FrameReader, encode_frame
from crossroads_bedrock_invoke import PLAIN, STREAMED, BedrockInvoke, bodies
from crossroads_bedrock_invoke.chunks import Wrapper
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossroads import jsonbody
from crossroads.errors import BadRequest, StreamCut, Unsupported, UpstreamRefused
from crossroads.testing import laws
from crossroads.testing.mutilated import mutilated
from crossroads.types.base import validate
from crossroads.types.chat import ChatRequest
from crossroads.types.usage import Usage

DIALECT = BedrockInvoke()
RELAXED = settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow], deadline=None)
URL = "https://bedrock.example/model/m/invoke"
CLAUDE, LITE = "anthropic.claude-3-5-haiku-20241022-v1:0", "us.amazon.nova-lite-v1:0"
ASKED = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 9, "anthropic_version": "bedrock-2023-05-31"}
NOVA = {
    "schemaVersion": "messages-v1",
    "messages": [{"role": "user", "content": [{"text": "Hi"}]}],
    "inferenceConfig": {"max_new_tokens": 9},
}
EVENTS = [
    b'{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"c","content":[],'
    b'"usage":{"input_tokens":3,"output_tokens":1}}}',
    b'{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}',
    b'{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}',
    b'{"type":"content_block_stop","index":0}',
    b'{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":4}}',
    b'{"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":3,"outputTokenCount":4}}',
]
OF_CLAUDE = Wrapper(bodies.ANTHROPIC).wrap(b"".join(b"data: " + event + b"\n\n" for event in EVENTS))
OF_NOVA = Wrapper(bodies.NOVA).wrap(
    encode_frame("messageStart", b'{"role":"assistant"}')
    + encode_frame("contentBlockDelta", b'{"delta":{"text":"Hello"},"contentBlockIndex":0}')
    + encode_frame("messageStop", b'{"stopReason":"end_turn"}')
    + encode_frame("metadata", b'{"usage":{"inputTokens":3,"outputTokens":4,"totalTokens":7}}')
)
STREAMS = {"claude": OF_CLAUDE, "nova": OF_NOVA}


def decoded(data):
    decoder = DIALECT.decode_stream()
    chunks = decoder.feed(data) + decoder.close(framed=True)
    text = "".join(c["delta"].get("content") or "" for chunk in chunks for c in chunk["choices"])
    return text, decoder.finish_reason, decoder.usage


@pytest.mark.parametrize("data", STREAMS.values(), ids=STREAMS)
def test_a_stream_of_either_body_is_read_to_its_end(data):
    text, reason, usage = decoded(data)
    assert (text, reason, usage.prompt_tokens, usage.completion_tokens) == ("Hello", "stop", 3, 4)


@pytest.mark.parametrize("data", STREAMS.values(), ids=STREAMS)
def test_a_relayed_stream_is_chunks_again_with_the_same_text_and_usage(data):
    relay = DIALECT.relay_stream(laws.STAMP)
    out = relay.feed(data) + relay.close(framed=True, usage=Usage())
    assert {frame.name for frame in FrameReader().feed(out)} == {"chunk"}
    assert decoded(out) == decoded(data)


@pytest.mark.parametrize("data", STREAMS.values(), ids=STREAMS)
def test_a_cut_stream_is_never_complete(data):
    for end in range(0, len(data) - 1, 7):
        decoder = DIALECT.decode_stream()
        decoder.feed(data[:end])
        with pytest.raises(StreamCut):
            decoder.close(framed=False)


@RELAXED
@given(mutilated(list(STREAMS.values())), st.lists(st.integers(0, 100_000), max_size=9))
def test_a_mutilated_stream_raises_nothing_but_our_errors(data, cuts):
    laws.relay_all(DIALECT, [data])
    laws.decode_all(DIALECT, [data])
    laws.a_split_changes_nothing(DIALECT, data, cuts)


@RELAXED
@given(mutilated([json.dumps(ASKED).encode(), json.dumps(NOVA).encode()]))
def test_a_mutilated_request_is_encoded_or_is_a_bad_request(data):
    with contextlib.suppress(BadRequest, Unsupported):
        opened = DIALECT.open(data)
        DIALECT.encode_request(DIALECT.decode_request(opened), url=URL, upstream=CLAUDE, stream=opened.stream)


@pytest.mark.parametrize(("body", "model"), [(ASKED, CLAUDE), (NOVA, LITE)], ids=["claude", "nova"])
@pytest.mark.parametrize("path", [PLAIN, STREAMED])
def test_a_client_s_body_goes_out_as_it_came_spliced_and_encoded(body, model, path):
    opened = DIALECT.open(json.dumps(body).encode(), {"model": model, "path": path})
    spliced = DIALECT.splice_request(opened, url=URL, upstream=model)
    request = DIALECT.decode_request(opened)
    encoded = DIALECT.encode_request(request, url=URL, upstream=model, stream=opened.stream)
    for draft in (spliced, encoded):
        assert json.loads(jsonbody.encode(draft.document)) == body
        assert draft.url.endswith(path.rpartition("/")[2])
    assert opened.models[0] == model
    assert opened.stream is (path == STREAMED)


def test_a_limit_under_its_older_name_reaches_a_model_with_the_other_body():
    opened = DIALECT.open(json.dumps(NOVA).encode())
    draft = DIALECT.encode_request(DIALECT.decode_request(opened), url=URL, upstream=CLAUDE, stream=False)
    assert draft.document["max_tokens"] == 9
    assert not {"model", "stream"} & set(draft.document)


def test_a_model_whose_name_tells_nothing_is_refused_by_name():
    request = validate(ChatRequest, b'{"messages":[{"role":"user","content":"Hi"}]}')
    with pytest.raises(Unsupported, match="Converse"):
        DIALECT.encode_request(request, url=URL, upstream="arn:aws:bedrock:x:1:imported-model/a", stream=False)


def test_an_exception_in_a_stream_is_its_error_and_tokens_before_it_stay():
    began = OF_CLAUDE[: OF_CLAUDE.rindex(b"\x0b:event-type", 0, len(OF_CLAUDE) // 2) - 12]
    data = began + encode_frame("throttlingException", b'{"message":"Too many tokens"}', exception=True)
    decoder = DIALECT.decode_stream()
    assert decoder.feed(data)
    with pytest.raises(UpstreamRefused) as caught:
        decoder.close(framed=True)
    assert caught.value.status == 429
