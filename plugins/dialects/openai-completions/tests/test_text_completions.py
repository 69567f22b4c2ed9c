"""A vendor's own completions: what is asked and refused, and how its one text comes back, whole and in a stream."""

import json

import pytest
from crossroads_openai_chat.textchat import Said
from crossroads_openai_completions.text import TextCompletions, stops_of

from crossroads.errors import Unsupported
from crossroads.testing import dialect_conformance, laws
from crossroads.types.usage import Usage


class Northwind(TextCompletions):
    name = "northwind-completions"
    upstream_path = "/write"
    vendor = "Northwind"
    reads = frozenset({"stop"})
    places = {"max_tokens": "most"}

    def asked(self, ask):
        return {"p": ask.fields["prompt"], **stops_of(ask, "ends")}

    def told(self, document):
        text = document.get("t")
        return Said(text=text, usage=Usage(input_tokens=1, output_tokens=2)) if isinstance(text, str) else None


TestNorthwind = dialect_conformance(Northwind)

WRITES = Northwind()


def drafted(**fields):
    return WRITES.splice_request(WRITES.open(json.dumps(fields).encode()), url="u", upstream="m")


@pytest.mark.parametrize("prompt", ["Once", ["Once"]])
def test_one_prompt_goes_out_in_the_vendors_words(prompt):
    draft = drafted(prompt=prompt, max_tokens=9, stop="x", echo=False, best_of=1, logprobs=3)
    assert draft.document == {"p": "Once", "ends": ["x"], "most": 9}
    assert [(lost.field, lost.how) for lost in draft.lost] == [("logprobs", "dropped")]
    assert drafted(prompt=prompt, stop=["x", "y"]).document["ends"] == ["x", "y"]


@pytest.mark.parametrize(
    "fields", [{"suffix": "end"}, {"echo": True}, {"best_of": 2}, {"n": 2}, {"prompt": ["a", "b"]}, {"prompt": [1, 2]}]
)
def test_what_is_not_one_text_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**{"prompt": "Once", **fields})


def test_its_text_is_the_reply_and_the_one_chunk_of_a_stream():
    reply = WRITES.decode_response(b'{"t": " upon"}')
    choice = {"index": 0, "text": " upon", "finish_reason": "stop", "native_finish_reason": None}
    assert (reply.document["choices"], reply.document["object"]) == ([choice], "text_completion")
    chunks, decoder = laws.decode_all(WRITES, [b'{"t": " upon"}'])
    assert ([one["choices"] for one in chunks], chunks[-1]["usage"]["total_tokens"]) == ([[choice], []], 3)
    assert decoder.usage == Usage(input_tokens=1, output_tokens=2)
