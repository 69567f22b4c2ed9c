"""NLP Cloud: its formats over the documented requests and replies."""

import json

import pytest
from crossroads_nlp_cloud.chat import NlpCloudChat
from crossroads_nlp_cloud.completions import NlpCloudCompletions
from crossroads_nlp_cloud.embeddings import NlpCloudEmbeddings

from crossroads.errors import BadUpstream, Unsupported, UpstreamRefused
from crossroads.testing import dialect_conformance, embeddings_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestChat = dialect_conformance(NlpCloudChat)
TestCompletions = dialect_conformance(NlpCloudCompletions)
TestEmbeddings = embeddings_conformance(
    NlpCloudEmbeddings,
    "nlp-cloud",
    own={"sentences": ["x"]},
    told={"embeddings": [[0.5, 1.0]]},
    path="/m/embeddings",
    sent={"sentences": ["x"]},
    used=None,
)
CHAT, COMPLETES = NlpCloudChat(), NlpCloudCompletions()
WROTE = {"generated_text": " Bern.", "nb_input_tokens": 5, "nb_generated_tokens": 3}
SYSTEM, USER, BOT = ({"role": role, "content": role} for role in ("system", "user", "assistant"))


def drafted(dialect, **fields):
    opened = dialect.open(json.dumps({"model": "m", **fields}).encode())
    return dialect.encode_request(dialect.decode_request(opened), url="u", upstream="m", stream=False)


async def asked(dialect, told, fields, operation):
    row = {"model": "a/m", "upstream": "m", "operations": [operation]}
    row |= {"price_usd_per_mtok": {"input": "0.5", "output": "0.5"}}
    async with ScriptedProvider() as upstream:
        upstream.script(Answer(raw=(json.dumps(told).encode(),)))
        body = json.dumps({"model": "a/m", **fields}).encode()
        return await served("nlp-cloud", upstream, dialect, body, endpoints=[row]), upstream.requests[0]


async def test_a_chat_is_a_question_with_its_history():
    fields = {"messages": [SYSTEM, USER, BOT, USER], "temperature": 0.5}
    told = {"response": "Hi.", "history": [{"input": "user", "response": "Hi."}]}
    got, sent = await asked("openai-chat", told, fields, "chat")
    assert json.loads(got.body)["choices"][0]["message"]["content"] == "Hi."
    assert sent.path.endswith("/gpu/m/chatbot")
    assert sent.header("authorization") == "Token none"
    history = [{"input": "user", "response": "assistant"}]
    assert sent.json == {"input": "user", "context": "system", "history": history}
    assert got.call.attempt.usage.quality == "estimated"
    assert [one.field for one in drafted(CHAT, **fields).lost] == ["temperature"]


def test_several_messages_of_one_side_become_one_and_the_caller_is_told():
    draft = drafted(CHAT, messages=[BOT, USER, USER])
    assert draft.document == {"input": "user\n\nuser", "history": [{"input": "", "response": "assistant"}]}
    assert [(one.field, one.how) for one in draft.lost] == [("messages", "emulated")]
    assert drafted(CHAT, messages=[USER]).lost == []


@pytest.mark.parametrize("messages", [[SYSTEM], [USER, BOT]])
def test_a_chat_that_ends_otherwise_than_with_the_user_is_refused(messages):
    with pytest.raises(Unsupported):
        drafted(CHAT, messages=messages)


async def test_a_text_is_continued_and_its_price_is_counted():
    fields = {"prompt": "The capital is", "max_tokens": 9, "stop": ["."], "top_k": 3, "bad_words": ["Zurich"]}
    got, sent = await asked("openai-completions", WROTE, fields, "completions")
    told = json.loads(got.body)
    assert (told["choices"][0]["text"], told["usage"]["total_tokens"]) == (" Bern.", 8)
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(input_tokens=5, output_tokens=3), 4_000)
    assert sent.path.endswith("/gpu/m/generation")
    assert sent.json == {
        "text": "The capital is", "remove_input": True, "max_length": 9, "length_no_input": True, "end_sequence": ".",
        "remove_end_sequence": True, "top_k": 3, "bad_words": ["Zurich"],
    }  # fmt: skip


async def test_a_stream_of_text_comes_whole_as_one_piece():
    got, _ = await asked("openai-completions", WROTE, {"prompt": "x", "stream": True}, "completions")
    assert b'"text":" Bern."' in got.body
    assert got.body.rstrip().endswith(b"[DONE]")
    assert got.call.attempt.usage == Usage(input_tokens=5, output_tokens=3)


def test_what_has_no_word_is_told_and_an_echo_is_the_input_kept():
    draft = drafted(COMPLETES, prompt=["x"], echo=True, seed=4, user="u")
    assert draft.document == {"text": "x", "remove_input": False}
    assert [(one.field, one.how) for one in draft.lost] == [("seed", "dropped"), ("user", "dropped")]


@pytest.mark.parametrize(
    "fields",
    [
        {"n": 2},
        {"best_of": 2},
        {"suffix": "s"},
        {"stop": ["a", "b"]},
        {"prompt": ["a", "b"]},
        {"prompt": [1, 2]},
        {"response_format": {"type": "json_object"}},
    ],
)
def test_what_it_can_not_continue_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(COMPLETES, **{"prompt": "x", **fields})


@pytest.mark.parametrize("dialect", [CHAT, COMPLETES], ids=["chat", "completions"])
def test_what_has_no_text_is_a_bad_upstream_and_an_error_is_one(dialect):
    with pytest.raises(BadUpstream):
        dialect.decode_response(b"{}")
    with pytest.raises(UpstreamRefused, match="no such model"):
        dialect.decode_response(b'{"detail":"no such model"}')


def test_a_reply_without_counts_has_no_usage():
    reply = COMPLETES.decode_response(b'{"generated_text":"x"}')
    assert reply.usage is None
