"""Replicate's predictions for images: recorded exchanges read by hand, and what a request becomes."""

import contextlib
import json

import pytest
from crossroads_replicate_chat import Replicate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossroads import jsonbody, native
from crossroads.dialect import Reply
from crossroads.errors import BadRequest, BadUpstream, StreamCut, UpstreamError, UpstreamRefused
from crossroads.multipart import File
from crossroads.testing import dialect_conformance, laws
from crossroads.testing.mutilated import mutilated
from crossroads.testing.recordings import recordings, vectors
from crossroads.types.images import ImageRequest
from crossroads.types.usage import Usage

TestReplicate = dialect_conformance(Replicate)

DIALECT = Replicate()
VECTORS = {one.name: one for one in vectors("replicate")}
ALL = [*VECTORS.values(), *recordings("replicate")]
RELAXED = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
BASE = "https://api.northwind.example/v1"


def draft_of(request, upstream="acme/small"):
    url = f"{BASE}/models/{upstream}/predictions"
    draft = DIALECT.encode_request(request, url=url, upstream=upstream, stream=False)
    return draft, json.loads(jsonbody.encode(draft.document))


def sent(upstream="acme/small", **fields):
    draft, document = draft_of(ImageRequest(**fields), upstream)
    return document["input"], [(one.field, one.how) for one in draft.lost]


def leaves(value):
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value or []
    return [text for one in inner for text in leaves(one)]


@pytest.mark.parametrize("one", [one for one in ALL if one.status < 400], ids=lambda one: one.name)
def test_what_a_prediction_put_out_are_the_images(one):
    raw, reply = json.loads(one.body), DIALECT.decode_response(one.body)
    assert [row["url"] for row in reply.document["data"]] == leaves(raw.get("output"))
    assert reply.upstream_id == raw["id"]
    assert reply.usage == (Usage(images=len(reply.document["data"])) if raw.get("output") else None)


@pytest.mark.parametrize("one", [one for one in ALL if one.request], ids=lambda one: one.name)
def test_a_request_goes_out_as_it_came(one):
    asked = json.loads(one.request)
    if "model" in asked:
        with pytest.raises(BadRequest, match="model"):
            DIALECT.open(one.request)
        return
    opened = DIALECT.open(one.request, {} if "version" in asked else {"model": "acme/small"})
    upstream = opened.models[0]
    url = f"{BASE}/models/{upstream}/predictions"
    for draft in (
        DIALECT.splice_request(opened, url=url, upstream=upstream),
        DIALECT.encode_request(DIALECT.decode_request(opened), url=url, upstream=upstream, stream=False),
    ):
        assert json.loads(jsonbody.encode(draft.document)) == asked
        assert draft.url == (f"{BASE}/predictions" if "version" in asked else f"{BASE}/models/acme/small/predictions")


def test_the_reply_is_ours_and_leads_nowhere_but_to_the_images():
    body = VECTORS["official"].body
    relayed = DIALECT.relay_response(body, laws.STAMP)
    told, raw = json.loads(relayed.body), json.loads(body)
    assert (told["id"], told["model"], told["status"]) == (laws.STAMP.id, "acme/small", "succeeded")
    assert told["output"] == raw["output"]
    assert raw["id"].encode() not in relayed.body
    assert "cost" in told["metrics"]
    laws.both_paths_send_the_same(DIALECT, VECTORS["version"].request)


def test_a_prediction_that_has_made_nothing_is_a_state_and_no_reply():
    body = b'{"id":"p","status":"starting","output":null}'
    assert DIALECT.decode_response(body).document["data"] == []
    with pytest.raises(BadUpstream, match="starting"):
        DIALECT.relay_response(body, laws.STAMP)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"id":"p","status":"failed","error":"CUDA out of memory"}', "provider_unavailable"),
        (b'{"id":"p","status":"failed","error":"NSFW content detected."}', "content_policy_violation"),
        (b'{"detail":"Unauthenticated","status":401,"title":"Unauthenticated"}', "provider_unavailable"),
    ],
)
def test_a_failed_prediction_is_an_error(body, code):
    with pytest.raises(UpstreamRefused) as raised:
        DIALECT.decode_response(body)
    assert raised.value.code == code


def test_openais_words_become_those_of_the_family():
    asked = {
        "prompt": "a cat",
        "n": 2,
        "size": "1536x1024",
        "output_format": "jpeg",
        "output_compression": 80,
        "seed": 7,
    }
    assert sent("black-forest-labs/flux-schnell", **asked) == (
        {
            "prompt": "a cat", "seed": 7, "num_outputs": 2, "output_format": "jpg", "output_quality": 80,
            "width": 1536, "height": 1024, "aspect_ratio": "3:2",
        },
        [("size", "emulated")],
    )  # fmt: skip
    assert sent("openai/gpt-image-1", prompt="a cat", n=2, output_format="jpeg", output_compression=80)[0] == {
        "prompt": "a cat", "number_of_images": 2, "output_format": "jpeg", "output_compression": 80,
    }  # fmt: skip
    with pytest.raises(BadRequest, match="size"):
        sent(prompt="a cat", size="big")


def test_images_go_where_the_family_takes_them():
    file = File(data=b"\x89PNG", filename="a.png", content_type="image/png")
    address = "data:image/png;base64,iVBORw=="
    assert sent("black-forest-labs/flux-kontext-pro", prompt="x", image=file)[0]["input_image"] == address
    assert sent("openai/gpt-image-1", prompt="x", image=[file, file])[0]["input_images"] == [address] * 2
    assert sent("google/gemini-2.5-flash-image", prompt="x", images=[{"image_url": "https://a"}])[0]["image_input"] == [
        "https://a"
    ]
    asked, lost = sent(prompt="x", image="https://a", mask=file, response_format="b64_json", user="u")
    assert asked == {"prompt": "x", "image": "https://a", "mask": address}
    assert lost == [("response_format", "dropped"), ("user", "dropped")]


def test_another_dialect_gets_the_prompt_and_is_told_what_it_lacks():
    opened = DIALECT.open(b'{"input":{"prompt":"a cat","num_outputs":2,"guidance":3},"webhook":"https://a.example"}')
    other, lost = native.request_for("openai-images", DIALECT.decode_request(opened))
    assert other.model_dump(exclude_unset=True) == {"prompt": "a cat", "n": 2}
    assert [one.field for one in lost] == ["input"]
    draft = DIALECT.splice_request(opened, url=f"{BASE}/models/a/b/predictions", upstream="a/b")
    assert "webhook" not in draft.document
    assert [one.field for one in draft.lost] == ["webhook"]


def test_base64_of_another_dialects_reply_is_a_data_url():
    reply = Reply(document={"data": [{"b64_json": "iVBORw=="}, {"url": "https://a"}]}, usage=Usage(images=2))
    told = json.loads(DIALECT.encode_response(reply, laws.STAMP))
    assert told["output"] == ["data:image/png;base64,iVBORw==", "https://a"]
    assert told["status"] == "succeeded"


def test_a_stream_of_any_model_is_text():
    data = b"event: output\nid: 1\ndata: Hel\n\nevent: output\nid: 2\ndata: lo\ndata: you\n\nevent: done\ndata: {}\n\n"
    documents, _ = laws.decode_all(DIALECT, [data])
    assert "".join(one["delta"] for one in documents) == "Hello\nyou"
    _, cut = laws.decode_all(DIALECT, [data[:60]])
    assert isinstance(cut, StreamCut)


@RELAXED
@given(mutilated([VECTORS["official"].body]))
def test_a_mutilated_reply_raises_nothing_but_our_errors(data):
    with contextlib.suppress(UpstreamError):
        decoded = DIALECT.decode_response(data)
        assert DIALECT.encode_response(decoded, laws.STAMP)
        relayed = DIALECT.relay_response(data, laws.STAMP)
        assert relayed.usage == decoded.usage


@RELAXED
@given(mutilated([VECTORS["version"].request, VECTORS["official"].request]))
def test_a_mutilated_request_is_encoded_or_is_refused(data):
    with contextlib.suppress(BadRequest):
        opened = DIALECT.open(data)
        DIALECT.splice_request(opened, url=BASE, upstream="a/b")
        DIALECT.encode_request(DIALECT.decode_request(opened), url=BASE, upstream="a/b", stream=False)


WORD = st.text("ab ü", min_size=1, max_size=6)


@RELAXED
@given(
    st.fixed_dictionaries(
        {"prompt": WORD},
        optional={"n": st.integers(1, 4), "output_format": st.sampled_from(["png", "webp"])},
    ),
    st.dictionaries(st.sampled_from(["guidance", "seed", "go_fast"]), st.integers(0, 9), max_size=2),
)
def test_what_is_carried_of_a_request_comes_back_from_it(body, rest):
    if rest:
        body["native"] = {"replicate": {"drops": {"input": rest}}}
    _, document = draft_of(ImageRequest(**body))
    back = DIALECT.decode_request(DIALECT.open(json.dumps(document).encode(), {"model": "acme/small"}))
    assert back.model_dump(exclude_unset=True) == body
