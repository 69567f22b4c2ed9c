"""The Horde's images and texts: what goes out, a job's steps, what comes back."""

import json

import pytest
from crossroads_ai_horde.completions import AIHordeCompletions
from crossroads_ai_horde.images import AIHordeImages
from crossroads_openai_completions import OpenAICompletions
from crossroads_openai_images import OpenAIImages

from crossroads.errors import BadUpstream, Unsupported, UpstreamError, UpstreamRefused
from crossroads.testing import QuickClock, dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestImages = dialect_conformance(AIHordeImages)
TestCompletions = dialect_conformance(AIHordeCompletions)

DRAWS, WRITES = AIHordeImages(), AIHordeCompletions()
BEGIN, WRITE = "https://h.example/api/v2/generate/async", "https://h.example/api/v2/generate/text/async"
BEGUN = {"id": "34a9f91a-6db5", "kudos": 10.0}
WAITS = {"finished": 0, "processing": 1, "waiting": 0, "done": False, "faulted": False, "is_possible": True}
DONE = {**WAITS, "finished": 1, "processing": 0, "done": True}
DRAWN = {"img": "https://r2.example/a.webp?signed", "seed": "7", "id": "g1", "censored": False, "model": "Deliberate"}
WRITTEN = {"text": " there was a clown.", "seed": 0, "model": "m", "state": "ok"}
URL = "https://a.example/a.png"


def drafted(**fields):
    opened = OpenAIImages().open(json.dumps({"model": "a/m", "prompt": "a cat", **fields}).encode())
    return DRAWS.encode_request(OpenAIImages().decode_request(opened), url=BEGIN, upstream="Deliberate", stream=False)


def asked(**fields):
    opened = OpenAICompletions().open(json.dumps({"model": "a/m", "prompt": "Once", **fields}).encode())
    return WRITES.encode_request(OpenAICompletions().decode_request(opened), url=WRITE, upstream="m", stream=False)


def test_what_is_drawn_stands_among_the_parameters_and_who_draws_beside_them():
    draft = drafted(size="512x768", n=2, seed=7, steps=20, nsfw=False, params={"karras": True}, quality="high")
    assert draft.document == {
        "prompt": "a cat",
        "models": ["Deliberate"],
        "r2": True,
        "nsfw": False,
        "params": {"karras": True, "width": 512, "height": 768, "n": 2, "seed": "7", "steps": 20},
    }
    assert [lost.field for lost in draft.lost] == ["quality"]


def test_an_image_is_changed_and_a_mask_says_where():
    changed = drafted(image="data:image/png;base64,aGk=", response_format="b64_json").document
    assert (changed["source_image"], changed["source_processing"], changed["r2"]) == ("aGk=", "img2img", False)
    masked = drafted(image=URL, mask={"image_url": "data:image/png;base64,bQ=="}).document
    assert masked["source_image"] == URL
    assert (masked["source_processing"], masked["source_mask"]) == ("inpainting", "bQ==")


@pytest.mark.parametrize("fields", [{"mask": URL}, {"images": [URL, URL]}, {"size": "big"}])
def test_what_it_can_not_draw_is_refused(fields):
    with pytest.raises(Unsupported):
        drafted(**fields)


def test_a_prompt_goes_on_in_the_words_of_the_horde():
    draft = asked(max_tokens=80, temperature=0.5, repetition_penalty=1.1, stop="\n", typical=0.9, workers=["w"], seed=1)
    assert draft.document == {
        "prompt": "Once",
        "models": ["m"],
        "context_fit": "reject",
        "workers": ["w"],
        "params": {"typical": 0.9, "max_length": 80, "temperature": 0.5, "rep_pen": 1.1, "stop_sequence": ["\n"]},
    }
    assert [lost.field for lost in draft.lost] == ["seed"]
    assert asked(context_fit="grow").document["context_fit"] == "grow"


@pytest.mark.parametrize(
    "fields", [{"echo": True}, {"suffix": "end"}, {"logprobs": 2}, {"best_of": 2}, {"prompt": ["a", "b"]}]
)
def test_what_it_can_not_write_is_refused(fields):
    with pytest.raises(Unsupported):
        asked(**fields)


@pytest.mark.parametrize(
    ("dialect", "told", "url", "asked_at"),
    [
        (DRAWS, BEGUN, BEGIN, "https://h.example/api/v2/generate/check/34a9f91a-6db5"),
        (DRAWS, WAITS, "https://h.example/check/1", "https://h.example/check/1"),
        (DRAWS, DONE, "https://h.example/check/1", "https://h.example/status/1"),
        (DRAWS, {**DONE, "generations": [DRAWN]}, "https://h.example/status/1", None),
        (WRITES, BEGUN, WRITE, "https://h.example/api/v2/generate/text/status/34a9f91a-6db5"),
        (WRITES, WAITS, "https://h.example/status/1", "https://h.example/status/1"),
        (WRITES, {**DONE, "generations": [WRITTEN]}, "https://h.example/status/1", None),
    ],
)
def test_a_job_is_asked_for_until_it_is_done(dialect, told, url, asked_at):
    step = dialect.step(json.dumps(told).encode(), None, url=url, upstream="m")
    assert (step and step.url) == asked_at


@pytest.mark.parametrize("failure", [{"faulted": True}, {"is_possible": False}])
def test_a_job_that_can_not_be_done_is_another_provider_s(failure):
    with pytest.raises(UpstreamError) as caught:
        DRAWS.step(json.dumps({**WAITS, **failure}).encode(), None, url="https://h.example/check/1", upstream="m")
    assert caught.value.elsewhere


@pytest.mark.parametrize("body", [b"", b"{}", b'{"id": "../x"}', b'{"id": 5}'])
def test_what_names_no_job_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        DRAWS.step(body, None, url=BEGIN, upstream="m")


@pytest.mark.parametrize("rows", [None, [], [5], [{}], [{"img": 5, "text": 5}]])
def test_what_was_not_made_is_a_bad_upstream(rows):
    body = json.dumps({**DONE, "generations": rows}).encode()
    for dialect in (DRAWS, WRITES):
        with pytest.raises(BadUpstream):
            dialect.decode_response(body)


def test_an_image_in_the_reply_is_webp_and_a_censored_one_is_refused():
    inline = {**DRAWN, "img": "UklGRg=="}
    reply = DRAWS.decode_response(json.dumps({**DONE, "generations": [inline]}).encode())
    assert reply.document["data"] == [{"b64_json": "UklGRg==", "media_type": "image/webp"}]
    with pytest.raises(UpstreamRefused) as caught:
        DRAWS.decode_response(json.dumps({**DONE, "generations": [{**DRAWN, "censored": True}]}).encode())
    assert caught.value.code == "content_policy_violation"


async def run(operation, client, document, *answers, **row):
    row = {"model": "a/m", "upstream": "m", "operations": [operation], **row}
    async with ScriptedProvider() as upstream:
        upstream.script(*(Answer(raw=(json.dumps(one).encode(),)) for one in answers))
        body = json.dumps({"model": "a/m", **document}).encode()
        got = await served("ai-horde", upstream, client, body, endpoints=[row], clock=QuickClock())
        return got, upstream.requests


async def test_a_client_of_openai_gets_the_address_and_pays_for_one_image():
    answers = (BEGUN, WAITS, WAITS, DONE, {**DONE, "generations": [DRAWN]})
    got, sent = await run("images", "openai-images", {"prompt": "a cat"}, *answers, price_usd={"image": "0.01"})
    assert json.loads(got.body)["data"] == [{"url": DRAWN["img"]}]
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=1), 10_000_000)
    verbs = ["async", *["check/34a9f91a-6db5"] * 3, "status/34a9f91a-6db5"]
    assert [one.path.removeprefix("/v1/generate/") for one in sent] == verbs
    assert {one.header("apikey") for one in sent} == {"none"}


@pytest.mark.parametrize("stream", [False, True])
async def test_a_client_of_openai_gets_the_text(stream):
    asks = {"prompt": "Once", "stream": stream}
    row = {"price_usd_per_mtok": {"input": "1", "output": "1"}}
    answers = (BEGUN, WAITS, {**DONE, "generations": [WRITTEN]})
    got, sent = await run("completions", "openai-completions", asks, *answers, **row)
    assert got.status == 200
    assert WRITTEN["text"] in got.body.decode()
    assert b'"finish_reason":"stop"' in got.body
    assert got.cost_nano
    assert [one.path.removeprefix("/v1/generate/text/") for one in sent] == ["async", *["status/34a9f91a-6db5"] * 2]
