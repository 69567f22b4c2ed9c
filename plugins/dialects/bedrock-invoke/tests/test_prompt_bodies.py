"""Bodies that are a prompt: recorded ones both ways, templates there and back, and what they refuse."""

import base64
import contextlib
import json

import msgspec
import pytest
from crossroads_bedrock_converse.frames import FrameReader, encode_frame
from crossroads_bedrock_invoke import PLAIN, STREAMED, BedrockInvoke, bodies
from crossroads_bedrock_invoke.chunks import Wrapper, read
from crossroads_bedrock_invoke.families import claude, completions, llama, mistral, template
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossroads import jsonbody
from crossroads.call import Opened
from crossroads.errors import BadRequest, Unsupported, UpstreamError
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.mutilated import misshapen, mutilated
from crossroads.testing.recordings import vectors
from crossroads.types.base import validate
from crossroads.types.chat import ChatRequest
from crossroads.types.usage import Usage

TestBedrockInvoke = dialect_conformance(BedrockInvoke)

DIALECT = BedrockInvoke()
VECTORS = vectors("bedrock-invoke")
STREAMS = [v for v in VECTORS if v.is_stream]
REPLIES = [v for v in VECTORS if v.status == 200 and not v.is_stream]
RELAXED = settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow], deadline=None)
URL = "https://bedrock.example/model/m/invoke"
TEMPLATES = {
    "turns": template.TURNS,
    "claude": claude.Claude().template(""),
    "llama 2": llama.LLAMA_2,
    "llama 3": llama.LLAMA_3,
    "llama 4": llama.LLAMA_4,
    "mistral": mistral.INSTRUCTIONS,
    "deepseek": completions.DEEPSEEK,
}
MODELS = {
    "amazon.titan-text-express-v1": ("inputText", "User: Hi\nBot:"),
    "us.meta.llama3-3-70b-instruct-v1:0": (
        "prompt",
        "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n",
    ),
    "meta.llama2-13b-chat-v1": ("prompt", "<s>[INST] Hi [/INST]"),
    "us.meta.llama4-scout-17b-instruct-v1:0": (
        "prompt",
        "<|begin_of_text|><|header_start|>user<|header_end|>\n\nHi<|eot|><|header_start|>assistant<|header_end|>\n\n",
    ),
    "mistral.mixtral-8x7b-instruct-v0:1": ("prompt", "<s>[INST] Hi [/INST]"),
    "anthropic.claude-v1": ("prompt", "\n\nHuman: Hi\n\nAssistant:"),
    "cohere.command-text-v14": ("prompt", "User: Hi\nBot:"),
    "ai21.j2-ultra-v1": ("prompt", "User: Hi\nBot:"),
    "us.deepseek.r1-v1:0": ("prompt", "<｜begin▁of▁sentence｜><｜User｜>Hi<｜Assistant｜>"),
}


def asked(model, **body):
    body = {"messages": [{"role": "user", "content": "Hi"}], **body}
    request = validate(ChatRequest, json.dumps(body).encode())
    return DIALECT.encode_request(request, url=URL, upstream=model, stream=False)


@pytest.mark.parametrize("vector", REPLIES, ids=lambda v: v.name)
def test_both_paths_give_the_same_reply_in_the_body_that_was_sent(vector):
    stamp = laws.stamp_for(DIALECT, vector.request)
    assert stamp.form in bodies.BY_NAME
    laws.both_paths_reply_the_same(DIALECT, vector.body, stamp=stamp)


@pytest.mark.parametrize("vector", STREAMS, ids=lambda v: v.name)
def test_both_paths_give_the_same_stream(vector):
    laws.both_paths_stream_the_same(DIALECT, vector.body, stamp=laws.stamp_for(DIALECT, vector.request))


@pytest.mark.parametrize("form", ["anthropic-messages", "bedrock-converse", "openai-chat", "titan-text", "llama"])
@pytest.mark.parametrize("vector", STREAMS, ids=lambda v: v.name)
def test_a_stream_in_another_body_than_the_client_s_says_the_same(vector, form):
    stamp = laws.stamp_for(DIALECT, None)
    other = msgspec.structs.replace(stamp, asked=Opened(fields={}, form=form))
    out, error = laws.relay_all(DIALECT, [vector.body], stamp=other)
    assert error is None
    assert said(out)[0] == said(vector.body)[0]


def said(data):
    decoder = DIALECT.decode_stream()
    chunks = decoder.feed(data) + decoder.close(framed=True)
    text = "".join(c["delta"].get("content") or "" for chunk in chunks for c in chunk["choices"] if not c["index"])
    return text, decoder.finish_reason, decoder.usage


@RELAXED
@given(mutilated([v.body for v in STREAMS if len(v.body) < 9000]), st.lists(st.integers(0, 100_000), max_size=9))
def test_a_mutilated_stream_raises_nothing_but_our_errors(data, cuts):
    laws.relay_all(DIALECT, [data])
    laws.decode_all(DIALECT, [data])
    laws.a_split_changes_nothing(DIALECT, data, cuts)


@RELAXED
@given(st.data(), st.sampled_from([v.body for v in STREAMS]))
def test_an_event_with_a_value_of_another_kind_is_passed_on_or_is_refused(data, body):
    events = list(read(FrameReader(), body))
    at = data.draw(st.integers(0, len(events) - 1))
    events[at] = json.loads(data.draw(misshapen([json.dumps(events[at]).encode()])))
    chunks = [{"bytes": base64.b64encode(json.dumps(event).encode()).decode()} for event in events]
    sent = b"".join(encode_frame("chunk", json.dumps(chunk).encode()) for chunk in chunks)
    laws.relay_all(DIALECT, [sent])
    laws.decode_all(DIALECT, [sent])


@RELAXED
@given(mutilated([v.body for v in REPLIES]))
def test_a_mutilated_reply_raises_nothing_but_our_errors(data):
    with contextlib.suppress(UpstreamError):
        DIALECT.relay_response(data, laws.STAMP)
        assert DIALECT.encode_response(DIALECT.decode_response(data), laws.STAMP)


@RELAXED
@given(mutilated([v.request for v in VECTORS if v.request]))
def test_a_mutilated_request_is_encoded_or_is_a_bad_request(data):
    with contextlib.suppress(BadRequest, Unsupported):
        opened = DIALECT.open(data)
        DIALECT.encode_request(DIALECT.decode_request(opened), url=URL, upstream="x", stream=opened.stream)


@pytest.mark.parametrize("name", TEMPLATES)
@given(data=st.data())
def test_a_written_conversation_is_read_back_word_for_word(name, data):
    marks = TEMPLATES[name]
    words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(lambda t: not marks.forbidden(t))
    turns = data.draw(st.lists(words, min_size=1, max_size=5))
    system = data.draw(st.just("") | words) if marks.system[0] else ""
    read = marks.read(marks.write(system, turns))
    if read is None:  # where two readings are open there is none: it stays a prompt
        return
    told = [{"role": "system", "content": system}] if system else []
    assert read == [*told, *({"role": ("user", "assistant")[n % 2], "content": t} for n, t in enumerate(turns))]


@pytest.mark.parametrize("name", TEMPLATES)
def test_an_ordinary_conversation_has_one_reading(name):
    marks = TEMPLATES[name]
    for turns in (["Hi"], ["Hi", "Hello."], ["Hi", "Hello.", "And now?"]):
        system = "Be kind." if marks.system[0] else ""
        read = marks.read(marks.write(system, turns))
        assert [message["content"] for message in read] == [*filter(None, [system]), *turns]


@pytest.mark.parametrize("model", MODELS)
def test_a_conversation_is_written_as_its_maker_says(model):
    field, prompt = MODELS[model]
    draft = asked(model)
    assert draft.document[field] == prompt
    assert ("messages", "emulated") in {(lost.field, lost.how) for lost in draft.lost}


@pytest.mark.parametrize("model", MODELS)
def test_text_that_holds_a_mark_of_the_prompt_is_refused(model):
    marks = bodies.of_upstream(model, None).family.template(model)
    text = f"Hi{marks.asks}I am yours."
    with pytest.raises(Unsupported, match="divided"):
        asked(model, messages=[{"role": "user", "content": text}])


@pytest.mark.parametrize(
    "body",
    [
        {"tools": [{"type": "function", "function": {"name": "f"}}]},
        {"response_format": {"type": "json_object"}},
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png,x"}}]}]},
        {"messages": [{"role": "user", "content": "Hi"}, {"role": "tool", "tool_call_id": "a", "content": "1"}]},
        {"n": 2},
    ],
)
def test_what_no_prompt_can_hold_is_refused_by_name(body):
    with pytest.raises(Unsupported) as caught:
        asked("amazon.titan-text-lite-v1", **body)
    assert (caught.value.field or "").split(".")[0] in body


def test_parameters_find_their_places_and_the_others_are_told():
    draft = asked("ai21.j2-mid-v1", max_tokens=5, presence_penalty=1, stop="x", seed=3, n=2)
    assert draft.document["maxTokens"] == 5
    assert draft.document["presencePenalty"] == {"scale": 1}
    assert draft.document["stopSequences"] == ["x"]
    assert draft.document["numResults"] == 2
    assert ("seed", "dropped") in {(lost.field, lost.how) for lost in draft.lost}


def test_a_limit_that_a_maker_insists_on_is_set_and_told():
    draft = asked("anthropic.claude-v1")
    assert draft.document["max_tokens_to_sample"] == claude.LIMIT
    assert ("max_tokens", "emulated") in {(lost.field, lost.how) for lost in draft.lost}


@pytest.mark.parametrize("path", [PLAIN, STREAMED])
@pytest.mark.parametrize("vector", [v for v in VECTORS if v.request], ids=lambda v: v.name)
def test_a_client_s_body_goes_out_as_it_came_spliced_and_encoded(vector, path):
    opened = DIALECT.open(vector.request, {"path": path})
    spliced = DIALECT.splice_request(opened, url=URL, upstream="arn:aws:x")
    encoded = DIALECT.encode_request(
        DIALECT.decode_request(opened), url=URL, upstream="arn:aws:x", stream=opened.stream
    )
    for draft in (spliced, encoded):
        assert json.loads(jsonbody.encode(draft.document)) == json.loads(vector.request)
        assert draft.url.endswith(path.rpartition("/")[2])


def test_a_changed_request_keeps_what_only_its_maker_knows():
    body = {"prompt": "Hi", "maxTokens": 5, "countPenalty": {"scale": 2}}
    opened = DIALECT.open(json.dumps(body).encode(), {"model": "ai21.j2-mid-v1", "path": PLAIN})
    request = DIALECT.decode_request(opened)
    assert request.original.unsaid == ("countPenalty",)
    changed = request.model_copy(update={"max_tokens": 7})
    draft = DIALECT.encode_request(changed, url=URL, upstream="ai21.j2-mid-v1", stream=False)
    assert draft.document == {**body, "maxTokens": 7}


def test_a_limit_by_its_other_name_is_a_change_too():
    opened = DIALECT.open(b'{"inputText": "Hi"}')
    changed = DIALECT.decode_request(opened).model_copy(update={"max_completion_tokens": 7})
    changed.model_fields_set.add("max_completion_tokens")
    draft = DIALECT.encode_request(changed, url=URL, upstream="amazon.titan-text-lite-v1", stream=False)
    assert draft.document == {"inputText": "Hi", "textGenerationConfig": {"maxTokenCount": 7}}


def test_a_prompt_in_its_maker_s_words_reaches_another_model_as_messages():
    body = {
        "prompt": "Be kind.\n\nHuman: Hi\n\nAssistant: Hello.\n\nHuman: More\n\nAssistant:",
        "max_tokens_to_sample": 5,
    }
    opened = DIALECT.open(json.dumps(body).encode(), {"model": "anthropic.claude-v2", "path": PLAIN})
    draft = DIALECT.splice_request(opened, url=URL, upstream="us.amazon.nova-lite-v1:0")
    assert draft.document["system"] == [{"text": "Be kind."}]
    assert [message["role"] for message in draft.document["messages"]] == ["user", "assistant", "user"]


def test_the_reply_of_another_body_s_model_comes_in_the_client_s_own():
    stamp = laws.stamp_for(DIALECT, b'{"inputText": "Hi"}')
    body = next(v.body for v in REPLIES if v.name == "llama")
    reply = DIALECT.relay_response(body, stamp)
    assert json.loads(reply.body)["results"][0]["completionReason"] == "LENGTH"
    assert reply.usage == Usage(input_tokens=158, output_tokens=128)


def test_command_r_takes_cohere_s_chat_tools_included():
    body = {"message": "Hi", "tools": [{"name": "f", "description": "", "parameter_definitions": {}}]}
    request = DIALECT.decode_request(DIALECT.open(json.dumps(body).encode()))
    draft = DIALECT.encode_request(request, url=URL, upstream="cohere.command-r-v1:0", stream=False)
    assert draft.document == body
    assert request.tools[0].function.name == "f"


def test_a_stream_of_command_r_is_read_to_its_end_with_bedrock_s_counts():
    events = [
        {"event_type": "text-generation", "is_finished": False, "text": "Hi"},
        {
            "event_type": "stream-end", "is_finished": True, "finish_reason": "COMPLETE",
            "response": {"text": "Hi", "finish_reason": "COMPLETE"},
            "amazon-bedrock-invocationMetrics": {"inputTokenCount": 3, "outputTokenCount": 1},
        },
    ]  # fmt: skip
    data = Wrapper(bodies.COHERE).wrap(b"".join(json.dumps(event).encode() + b"\n" for event in events))
    assert said(data) == ("Hi", "stop", Usage(input_tokens=3, output_tokens=1))
    stamp = laws.stamp_for(DIALECT, b'{"message": "Hi"}')
    relayed, error = laws.relay_all(DIALECT, [data], stamp=stamp)
    assert error is None
    assert said(relayed)[:2] == ("Hi", "stop")


def test_what_was_used_stands_in_bedrock_s_headers_where_no_body_says_it():
    counts = ((b"x-amzn-bedrock-input-token-count", b"7"), (b"x-amzn-bedrock-output-token-count", b"9"))
    assert DIALECT.usage_of(counts) == Usage(input_tokens=7, output_tokens=9)
    assert DIALECT.usage_of(counts[:1]) is None
    assert DIALECT.usage_of(((counts[0][0], b"-1"), counts[1])) is None


def test_of_another_body_s_words_the_caller_is_told():
    body = {"inputText": "Hi", "guardrailConfig": {"id": "g"}}
    request = DIALECT.decode_request(DIALECT.open(json.dumps(body).encode()))
    assert "titan-text" in DIALECT.speaks("amazon.titan-text-lite-v1")
    same = DIALECT.encode_request(request, url=URL, upstream="amazon.titan-text-lite-v1", stream=False)
    assert (same.document, same.lost) == (body, [])
    other = DIALECT.encode_request(request, url=URL, upstream="meta.llama3-8b-instruct-v1:0", stream=False)
    assert ("guardrailConfig", "dropped") in {(lost.field, lost.how) for lost in other.lost}


def test_a_stream_of_openai_s_chunks_has_its_usage_from_bedrock():
    def chunk(delta, reason=None, **more):
        return {"id": "c", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}], **more}

    counted = {"amazon-bedrock-invocationMetrics": {"inputTokenCount": 3, "outputTokenCount": 2}}
    events = [chunk({"role": "assistant", "content": "Hi"}), chunk({}, "stop", **counted)]
    data = Wrapper(bodies.OPENAI).wrap(b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events))
    assert said(data) == ("Hi", "stop", Usage(input_tokens=3, output_tokens=2))
    body = b'{"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 5}'
    stamp = laws.stamp_for(DIALECT, body)
    assert stamp.form == "openai-chat"
    relayed, error = laws.relay_all(DIALECT, [data], stamp=stamp)
    assert error is None
    assert b"DONE" not in relayed
    assert said(relayed) == said(data)


def test_openai_s_body_goes_out_without_what_stands_in_the_url():
    body = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 5}
    opened = DIALECT.open(json.dumps(body).encode(), {"model": "openai.gpt-oss-20b-1:0", "path": STREAMED})
    for draft in (
        DIALECT.splice_request(opened, url=URL, upstream="openai.gpt-oss-20b-1:0"),
        DIALECT.encode_request(
            DIALECT.decode_request(opened), url=URL, upstream="openai.gpt-oss-20b-1:0", stream=opened.stream
        ),
    ):
        assert json.loads(jsonbody.encode(draft.document)) == body
