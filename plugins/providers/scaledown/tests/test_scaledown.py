"""ScaleDown's tasks: a path and a body for each, what each refuses, what they find, and the package at work."""

import json

import pytest
from crossroads_scaledown.chat import ScaleDownChat

from crossroads.errors import BadUpstream, Unsupported, UpstreamRefused
from crossroads.testing import dialect_conformance
from crossroads.testing.first_calls import said
from crossroads.testing.served import answered
from crossroads.types.usage import Usage

TestScaleDown = dialect_conformance(ScaleDownChat)

ASKS = ScaleDownChat()
BRIEF, LONG = {"role": "system", "content": "For a child."}, {"role": "user", "content": "A long text."}
LABELS = [{"name": "spam", "rubric": "unwanted"}]


def drafted(upstream, *messages, **fields):
    body = json.dumps({"messages": list(messages or [LONG]), **fields}).encode()
    return ASKS.splice_request(ASKS.open(body), url="https://api.scaledown.xyz", upstream=upstream)


@pytest.mark.parametrize(
    ("upstream", "messages", "fields", "path", "sent"),
    [
        (
            "summarize", [BRIEF, LONG], {"max_tokens": 9},
            "/summarization/abstractive", {"text": "A long text.", "instructions": "For a child.", "max_tokens": 9},
        ),
        (
            "compress", [BRIEF, LONG], {"compression_rate": 0.5},
            "/compress/raw/", {"context": "For a child.", "prompt": "A long text.", "scaledown": {"rate": 0.5}},
        ),
        ("classify", [LONG], {"labels": LABELS}, "/classify", {"text": "A long text.", "labels": LABELS}),
        (
            "decisions", [LONG], {"questions": {"ok": {"type": "noul"}}}, "/v1/scaledown",
            {"model": "classify-1", "state": {"text": "A long text."}, "questions": {"ok": {"type": "noul"}}},
        ),
        ("classify-2", [LONG], {}, "/v1/scaledown", {"model": "classify-2", "state": {"text": "A long text."}}),
    ],
)  # fmt: skip
def test_each_task_has_its_path_and_its_words(upstream, messages, fields, path, sent):
    draft = drafted(upstream, *messages, **fields)
    assert (draft.url, draft.document) == (f"https://api.scaledown.xyz{path}", sent)
    assert draft.lost == []


def test_a_rate_is_lost_where_nothing_is_compressed():
    assert [lost.field for lost in drafted("summarize", LONG, compression_rate=0.5).lost] == ["compression_rate"]


@pytest.mark.parametrize(
    ("upstream", "messages", "fields"),
    [
        ("classify", [LONG], {}),
        ("classify", [BRIEF, LONG], {"labels": LABELS}),
        ("decisions", [BRIEF, LONG], {}),
        ("summarize", [{"role": "assistant", "content": "So"}], {}),
    ],
)
def test_what_a_task_does_not_take_is_refused(upstream, messages, fields):
    with pytest.raises(Unsupported):
        drafted(upstream, *messages, **fields)


@pytest.mark.parametrize(
    ("told", "text", "read"),
    [
        ({"summary": "Short.", "input_tokens": 9}, '{"summary":"Short.","input_tokens":9}', 9),
        ({"answers": {"ok": "yes"}, "usage": {"input_tokens": 4, "output_tokens": 1}}, '{"ok":"yes"}', 4),
        ({"results": {"original_prompt_tokens": 7}}, '{"results":{"original_prompt_tokens":7}}', 7),
    ],
)
def test_what_a_task_finds_is_the_answer_as_json(told, text, read):
    reply = ASKS.decode_response(json.dumps(told).encode())
    assert (reply.document["choices"][0]["message"]["content"], reply.usage) == (text, Usage(input_tokens=read))


def test_an_error_is_no_finding():
    for body, error in ((b'{"error": "no"}', UpstreamRefused), (b"{}", BadUpstream)):
        with pytest.raises(error):
            ASKS.decode_response(body)


async def test_the_package_asks_with_its_key_and_what_was_read_is_paid():
    body = json.dumps({"model": "scaledown/summarize", "messages": [LONG]}).encode()
    got, [sent] = await answered("scaledown", [said({"summary": "Short.", "input_tokens": 1000})], "openai-chat", body)
    assert "Short." in json.loads(got.body)["choices"][0]["message"]["content"]
    assert got.cost_nano == 50_000
    assert (sent.path.rpartition("/")[2], sent.header("x-api-key")) == ("abstractive", "none")
