"""Text completions: the laws on vectors and recordings, and what differs from chat."""

import json

import pytest
from crossroads_openai_completions import OpenAICompletions

from crossroads.errors import BadRequest
from crossroads.testing import laws
from crossroads.testing.recordings import NO_RECORDINGS, recordings, recordings_folder, vectors

DIALECT = OpenAICompletions()
VECTORS = {vector.name: vector for vector in vectors("openai-completions")}
DONE = b"data: [DONE]"


def keeps_the_laws(one):
    # Hugging Face's routers take a name where OpenRouter's `provider` is an object; one record is a chat in disguise.
    asked = json.loads(one.request) if one.request else {}
    if one.status == 200 and "prompt" in asked and not isinstance(asked.get("provider"), str):
        laws.both_paths_send_the_same(DIALECT, one.request)
    if one.status != 200:
        assert DIALECT.decode_error(one.status, one.headers, one.body).remedy
    elif one.is_stream:
        laws.both_paths_stream_the_same(DIALECT, one.body)
        laws.a_split_changes_nothing(DIALECT, one.body, [7, len(one.body) // 2])
        laws.a_cut_never_looks_complete(DIALECT, one.body, DONE, [1, len(one.body) // 2])
    elif one.body:
        laws.both_paths_reply_the_same(DIALECT, one.body)


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
def test_the_vectors_keep_the_laws(vector):
    keeps_the_laws(vector)


@pytest.mark.skipif(recordings_folder() is None, reason=NO_RECORDINGS)
def test_every_recording_keeps_the_laws():
    for one in recordings("openai-completions"):
        keeps_the_laws(one)


def test_a_stream_begins_with_its_first_text_and_has_no_delta():
    relay = DIALECT.relay_stream(laws.STAMP)
    assert relay.feed(b'data: {"id":"u","choices":[{"text":"","index":0,"finish_reason":null}]}\n\n') == b""
    out = relay.feed(b'data: {"id":"u","choices":[{"text":"a","index":0}]}\n\n')
    first, second = (json.loads(event[6:]) for event in out.strip().split(b"\n\n"))
    assert first["choices"] == [{"text": "", "index": 0, "finish_reason": None}]
    assert second["choices"] == [{"text": "a", "index": 0, "finish_reason": None}]
    assert first["object"] == "text_completion"


@pytest.mark.parametrize(
    "body",
    [
        b'{"model":"a"}', b'{"prompt":[]}', b'{"prompt":5}', b'{"prompt":"a","max_tokens":-1}',
        b'{"prompt":"a","best_of":0}', b'{"prompt":"a","echo":1}',
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(body):
    with pytest.raises(BadRequest) as caught:
        DIALECT.open(body)
    assert caught.value.field in body.decode() + "prompt"


def test_scoring_without_writing_is_allowed():
    assert DIALECT.open(b'{"prompt":"a","max_tokens":0,"echo":true,"logprobs":1}').parameters == {
        "max_tokens",
        "logprobs",
    }


@pytest.mark.parametrize("prompt", ["", "a", ["a", "b"], [1, 2], [[1], [2, 3]]])
def test_every_kind_of_prompt_is_sent_as_it_came(prompt):
    body = json.dumps({"prompt": prompt}).encode()
    laws.both_paths_send_the_same(DIALECT, body)
    sent = DIALECT.splice_request(DIALECT.open(body), url="u", upstream="m").document
    assert json.loads(bytes(sent["prompt"])) == prompt
