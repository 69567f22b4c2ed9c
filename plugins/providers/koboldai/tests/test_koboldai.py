"""KoboldAI's generate: the prompt that goes out, what is refused, the text that follows, and the package at work."""

import json

import pytest
from crossroads_koboldai.completions import KoboldCompletions

from crossroads.errors import BadUpstream, UpstreamRefused
from crossroads.testing import dialect_conformance
from crossroads.testing.first_calls import said
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider

TestKobold = dialect_conformance(KoboldCompletions)

WRITES = KoboldCompletions()


def test_a_prompt_goes_out_in_its_words():
    body = json.dumps(
        {"prompt": "Once", "max_tokens": 9, "repetition_penalty": 1.1, "stop": "\n", "seed": 1, "tfs": 0.9}
    )
    draft = WRITES.splice_request(WRITES.open(body.encode()), url="u", upstream="any")
    assert draft.document == {"prompt": "Once", "stop_sequence": ["\n"], "max_length": 9, "rep_pen": 1.1, "tfs": 0.9}
    assert [(lost.field, lost.how) for lost in draft.lost] == [("seed", "dropped")]


def test_the_text_that_follows_is_the_answer():
    (choice,) = WRITES.decode_response(b'{"results": [{"text": " upon a time"}]}').document["choices"]
    assert (choice["text"], choice["finish_reason"]) == (" upon a time", "stop")
    for body, error in (
        (b'{"detail": {"msg": "busy"}}', (BadUpstream, UpstreamRefused)),
        (b'{"results": []}', BadUpstream),
    ):
        with pytest.raises(error):
            WRITES.decode_response(body)


@pytest.mark.parametrize("stream", [False, True])
async def test_the_package_asks_without_a_key(stream):
    async with ScriptedProvider() as upstream:
        upstream.script(said({"results": [{"text": " upon a time"}]}))
        body = json.dumps({"model": "me/mine", "prompt": "Once", "stream": stream}).encode()
        row = {"model": "me/mine", "upstream": "mine", "operations": ["completions"]}
        got = await served("koboldai", upstream, "openai-completions", body, endpoints=[row])
        sent = upstream.requests[0]
    assert b" upon a time" in got.body
    assert got.call.attempt.usage.quality == "estimated"
    assert (sent.path[-12:], sent.header("authorization")) == ("/v1/generate", None)
