"""Kling's images and videos: what goes out, how its tasks are asked for, who signs, what comes back, what is billed."""

import base64
import hashlib
import hmac
import json

import pytest
from crossroads_klingai import signed
from crossroads_klingai.images import KlingImages
from crossroads_klingai.video import KlingVideo
from crossroads_openai_images import OpenAIImages
from crossroads_openai_video import OpenAIVideo

from crossroads import AsyncClient
from crossroads.clock import SystemClock
from crossroads.errors import BadUpstream, Unsupported, UpstreamRefused
from crossroads.testing import dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.filmed import FILM, Filmed, filmed
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage

TestImages = dialect_conformance(KlingImages, "vectors/images")
TestVideo = dialect_conformance(KlingVideo, "vectors/video")

DRAWS, FILMS, IMAGES, VIDEOS = KlingImages(), KlingVideo(), OpenAIImages(), OpenAIVideo()
URL = "https://api-singapore.klingai.com/v1/videos/text2video/kling-v2-6"
ROW = {"model": "a/m", "upstream": "text2video/m", "operations": ["video"], "price_usd": {"second": "0.1"}}
FIRST, INLINE = "https://a.example/a.png", "data:image/png;base64,aGk="


class Quick(SystemClock):
    async def sleep(self, seconds):
        """Not slept."""


def drawn(**fields):
    request = IMAGES.decode_request(IMAGES.open(json.dumps({"prompt": "a cat", **fields}).encode()))
    return DRAWS.encode_request(request, url="u", upstream="kling-v2", stream=False)


def drafted(upstream="text2video/kling-v2-6", **fields):
    request = VIDEOS.decode_request(VIDEOS.open(json.dumps({"prompt": "a cat", **fields}).encode()))
    return FILMS.encode_request(request, url=URL, upstream=upstream, stream=False)


def frame(url, place):
    return {"type": "image_url", "image_url": {"url": url}, "frame_type": f"{place}_frame"}


def told(status="submitted", **more):
    return json.dumps(
        {"code": 0, "message": "SUCCEED", "data": {"task_id": "7", "task_status": status, **more}}
    ).encode()


def test_openais_words_for_images_become_klings():
    draft = drawn(size="1536x1024", n=2, image=INLINE, seed=7)
    assert draft.document == {
        "prompt": "a cat", "model_name": "kling-v2", "n": 2, "aspect_ratio": "3:2", "image": "aGk=",
    }  # fmt: skip
    assert [one.field for one in draft.lost] == ["seed", "size"]


def test_openais_words_for_videos_become_klings():
    draft = drafted(seconds="5", size="720x1280", generate_audio=True, mode="pro")
    assert draft.document == {
        "prompt": "a cat", "model_name": "kling-v2-6", "aspect_ratio": "9:16", "duration": "5", "sound": "on",
        "mode": "pro",
    }  # fmt: skip
    assert draft.url == "https://api-singapore.klingai.com/v1/videos/text2video"


def test_frames_are_addresses_or_bare_base64_and_have_their_own_shape():
    frames = [frame(INLINE, "first"), frame(FIRST, "last")]
    draft = drafted("image2video/kling-v3", frame_images=frames, aspect_ratio="16:9", generate_audio=False)
    assert draft.document == {
        "prompt": "a cat", "model_name": "kling-v3", "image": "aGk=", "image_tail": FIRST, "sound": "off",
    }  # fmt: skip
    assert [one.field for one in draft.lost] == ["aspect_ratio"]


@pytest.mark.parametrize(
    ("upstream", "frames"), [("text2video/m", [frame(FIRST, "first")]), ("image2video/m", []), ("image2video/m", None)]
)
def test_what_a_model_can_not_begin_with_is_refused(upstream, frames):
    with pytest.raises(Unsupported, match="2v"):
        drafted(upstream, frame_images=frames)


@pytest.mark.parametrize(
    "fields", [{"mask": FIRST}, {"images": [FIRST, FIRST]}, {"n": 2, "response_format": "b64_json"}]
)
def test_what_it_can_not_draw_is_refused(fields):
    with pytest.raises(Unsupported):
        drawn(**fields)


def test_an_answer_with_a_code_is_a_refusal():
    body = json.dumps({"code": 1201, "message": "Invalid parameter", "request_id": "r", "data": None}).encode()
    for ask in (FILMS.decode_response, FILMS.decode_job, lambda body: DRAWS.step(body, None, url="u", upstream="m")):
        with pytest.raises(UpstreamRefused, match="Invalid parameter"):
            ask(body)


def test_a_task_that_failed_says_why():
    body = told("failed", task_status_msg="Failure to pass the risk control system")
    with pytest.raises(UpstreamRefused) as caught:
        DRAWS.step(body, None, url="u", upstream="m")
    assert caught.value.code == "content_policy_violation"
    assert FILMS.decode_job(body)["error"] == "Failure to pass the risk control system"


@pytest.mark.parametrize("body", [b"", b"[]", b'{"code": 0}', b'{"data": {"task_id": "../x"}}', b'{"data": 5}'])
def test_what_is_no_task_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        FILMS.decode_response(body)
    with pytest.raises(BadUpstream):
        DRAWS.decode_response(body)


def test_a_token_says_who_asks_and_is_signed():
    head, claims, seal = signed("ak", b"sk", 1_000_000).split(b".")
    assert json.loads(base64.urlsafe_b64decode(head + b"==")) == {"alg": "HS256", "typ": "JWT"}
    assert json.loads(base64.urlsafe_b64decode(claims + b"==")) == {"iss": "ak", "exp": 1_001_800, "nbf": 999_995}
    assert base64.urlsafe_b64decode(seal + b"==") == hmac.digest(b"sk", head + b"." + claims, hashlib.sha256)


@pytest.fixture
async def kling(monkeypatch, tmp_path):
    monkeypatch.setenv("CROSSROADS_HOME", str(tmp_path))
    async with ScriptedProvider() as provider:
        yield provider


def mine(kling, key):
    return {"plugin": "klingai", "name": "klingai", "base_url": kling.base_url, "api_key": key, "endpoints": [ROW]}


async def test_images_are_asked_for_until_done_and_each_is_paid(kling):
    images = [{"index": 0, "url": FIRST}, {"index": 1, "url": FIRST}]
    kling.script(*(Answer(raw=(one,)) for one in (told(), told("processing"))))
    kling.script(Answer(raw=(told("succeed", task_result={"images": images}),)))
    row = {
        "model": "klingai/kling-v2",
        "upstream": "kling-v2",
        "operations": ["images"],
        "price_usd": {"image": "0.01"},
    }
    body = b'{"model": "klingai/kling-v2", "prompt": "a cat", "n": 2}'
    got = await served("klingai", kling, "openai-images", body, endpoints=[row], clock=Quick())
    assert json.loads(got.body)["data"] == [{"url": FIRST}] * 2
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(images=2), 20_000_000)
    assert [one.path.removeprefix("/v1/v1/images/generations") for one in kling.requests] == ["", "/7", "/7"]


async def test_a_video_is_begun_polled_fetched_and_charged_once(kling, tmp_path):
    film = {"task_result": {"videos": [{"id": "v", "url": f"{kling.base_url}/f.mp4", "duration": "5.1"}]}}
    states = (("submitted", {}), ("processing", {}), ("succeed", film), ("succeed", film))
    answers = [json.loads(told(state, **more)) for state, more in states]
    got = await filmed("klingai", kling, tmp_path, answers, model="a/m", endpoints=[ROW], duration=5)
    assert got == Filmed("0.5", ["in_progress", "completed"], FILM)
    sent, at = kling.requests, "/v1/v1/videos/text2video"
    assert [one.path for one in sent] == [at, *[f"{at}/7"] * 3, "/v1/f.mp4"]
    assert [one.header("authorization") for one in sent] == [*["Bearer k"] * 4, None]


async def test_a_pair_of_keys_signs_each_request_and_its_secret_stays(kling):
    kling.script(Answer(raw=(told(),)), Answer(raw=(told("processing"),)))
    async with AsyncClient({"providers": [mine(kling, "access:secret")]}) as client:
        await client.video_state(await client.video("a/m", "a cat", duration=5))
    for one in kling.requests:
        word, token = one.header("authorization").split()
        said = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        assert (word, said["iss"]) == ("Bearer", "access")
        assert "secret" not in token


async def test_an_account_in_arrears_is_no_limit_of_the_caller(kling):
    body = b'{"code":1102,"message":"Account balance not enough","request_id":"r"}'
    kling.script(Answer(status=429, raw=(body,)))
    async with AsyncClient({"providers": [mine(kling, "k")]}) as client:
        with pytest.raises(UpstreamRefused) as caught:
            await client.video("a/m", "a cat", duration=5)
    assert caught.value.status == 502
