"""iFLYTEK's transcription: what goes out and who signs it, how an order is asked for, what comes back, what is paid."""

import json

import pytest
from crossroads_iflytek import provider_prepare, signed
from crossroads_iflytek.transcription import IflytekTranscription
from crossroads_openai_speech import OpenAITranscription

from crossroads import multipart
from crossroads.errors import BadUpstream, CredentialMissing, UpstreamRefused
from crossroads.multipart import File
from crossroads.testing import dialect_conformance
from crossroads.testing.answers import Answer
from crossroads.testing.served import answered
from crossroads.types.usage import Usage
from crossroads.wire import HttpRequest

TestTranscription = dialect_conformance(IflytekTranscription, "vectors/transcription")

HEARS, ASKS = IflytekTranscription(), OpenAITranscription()
URL = "https://raasr.xfyun.cn/v2/api/upload"
SOUND = File(data=b"ID3\4\xff", filename="a b.mp3", content_type="audio/mpeg")


def asked(**fields):
    body, kind = multipart.encode_form({"model": "a/m", "file": SOUND, **fields})
    request = ASKS.decode_request(ASKS.open(body, {"content_type": kind}))
    return HEARS.encode_request(request, url=URL, upstream="lfasr", stream=False)


def told(code="000000", **content):
    return json.dumps({"code": code, "descInfo": "as told", "content": content}).encode()


def order(status, **more):
    return told(orderInfo={"orderId": "DK/1", "status": status, **more})


def line(*words, **more):
    return {"st": {"rt": [{"ws": [{"cw": [{"w": word}]} for word in words]}], **more}}


def heard(*lines):
    result = json.dumps({"lattice": [{"json_1best": json.dumps(one)} for one in lines]})
    return told(orderInfo={"orderId": "DK/1", "status": 4}, orderResult=result)


@pytest.mark.parametrize(("stated", "word"), [("zh", "cn"), ("en", "en"), ("cn_cantonese", "cn_cantonese")])
def test_a_sound_is_the_body_and_what_is_said_of_it_stands_in_the_address(stated, word):
    draft = asked(language=stated, roleType="1")
    said = f"fileName=a+b.mp3&fileSize=5&audioMode=fileStream&duration=60&language={word}&roleType=1"
    assert (draft.url, draft.body, draft.lost) == (f"{URL}?{said}", SOUND.data, [])
    assert dict(draft.headers)[b"content-type"] == b"application/octet-stream"


def test_what_a_caller_says_of_a_sound_stands_and_what_has_no_word_is_told():
    draft = asked(duration="7", prompt="Ahoy", temperature="0")
    assert draft.url.endswith("&duration=7")
    assert {lost.field for lost in draft.lost} == {"prompt", "temperature"}


def test_an_order_is_asked_for_until_it_is_done_and_more_rarely_where_it_takes_long():
    step = HEARS.step(told(orderId="DK/1", taskEstimateTime=28000), None, url=URL, upstream="lfasr")
    assert step.url == "https://raasr.xfyun.cn/v2/api/getResult?orderId=DK%2F1&resultType=transfer"
    assert (step.body, step.after_s) == (None, 5.0)
    long = HEARS.step(told(orderId="DK/1", taskEstimateTime=600_000), None, url=URL, upstream="lfasr")
    assert long.after_s == 30.0
    assert [HEARS.step(order(status), None, url=URL, upstream="m") is None for status in (0, 3, 4, -1)] == [
        False, False, True, True,
    ]  # fmt: skip


def test_lines_are_put_together_and_have_their_times_and_speakers():
    reply = HEARS.decode_response(heard(line("Hi", " there.", bg="100", ed="1150", rl="2"), line(" Bye.", rl="0")))
    assert reply.document == {
        "text": "Hi there. Bye.",
        "segments": [{"id": 0, "text": "Hi there.", "start": 0.1, "end": 1.15, "speaker": "2"}],
    }
    assert (reply.usage, reply.upstream_id) == (Usage(seconds=2, quality="estimated"), "DK/1")


def test_what_was_not_done_says_why():
    with pytest.raises(UpstreamRefused, match="kind 4"):
        HEARS.decode_response(order(-1, failType=4))
    for read in (HEARS.decode_response, lambda body: HEARS.step(body, None, url=URL, upstream="m")):
        with pytest.raises(UpstreamRefused, match=r"as told \(26601\)"):
            read(told("26601"))


@pytest.mark.parametrize("expected", [10**400, 10**18, -5, True, "x", None])
def test_no_expectation_makes_the_next_question_endless(expected):
    step = HEARS.step(told(orderId="o", taskEstimateTime=expected), None, url=URL, upstream="m")
    assert 5.0 <= step.after_s <= 180.0


@pytest.mark.parametrize("time", ["9" * 5000, "9" * 400, "²", "-1", 1.5, True])
def test_a_time_that_is_none_is_left_out(time):
    assert "segments" not in HEARS.decode_response(heard(line("Hi", bg=time, ed="1"))).document


@pytest.mark.parametrize("lattice", [[1], [{}], [{"json_1best": "{"}], [{"json_1best": {"st": {"rt": 5}}}], 5])
def test_nonsense_is_a_bad_upstream(lattice):
    with pytest.raises(BadUpstream):
        HEARS.decode_response(told(orderInfo={"status": 4}, orderResult=json.dumps({"lattice": lattice})))


def test_the_signature_is_that_of_iflyteks_own_sdk():
    made = signed("595f23df", b"d9f4aa7ea6d94faca62cd88a28fd5234", 1512041814)
    assert made == {"appId": "595f23df", "signa": "IrrzsJeOFk1NGfJHW6SkHUoN9CU=", "ts": "1512041814"}


def test_only_transcription_is_signed_and_its_secret_stays_here():
    request = HttpRequest(method="POST", url=f"{URL}?a=1", headers=((b"authorization", b"Bearer app:secret"),))
    made = provider_prepare(None, request)
    assert made.url.startswith(f"{URL}?a=1&appId=app&signa=")
    assert (made.header(b"authorization"), "secret" in made.url) == (None, False)
    assert provider_prepare(None, request.with_url("https://spark-api-open.xf-yun.com/v1/chat/completions")) is None
    with pytest.raises(CredentialMissing):
        provider_prepare(None, request.with_header(b"authorization", b"Bearer password"))


async def test_a_client_of_openai_gets_subtitles_and_pays_by_the_second():
    row = {"model": "a/m", "upstream": "lfasr", "operations": ["transcription"], "price_usd": {"second": "0.0001"}}
    done = heard(line("Hi", bg="100", ed="1150"))
    form = multipart.encode_form({"model": "a/m", "file": SOUND, "response_format": "vtt"})
    answers = (Answer(raw=(one,)) for one in (told(orderId="DK1"), order(3), done))
    got, sent = await answered("iflytek", answers, "openai-transcription", *form, endpoints=[row], api_key="app:secret")
    assert got.body.decode() == "WEBVTT\n\n00:00:00.100 --> 00:00:01.150\nHi\n"
    assert (got.call.attempt.usage, got.cost_nano) == (Usage(seconds=2, quality="estimated"), 200_000)
    assert [one.path.partition("?")[0] for one in sent] == ["/v2/api/upload", *["/v2/api/getResult"] * 2]
    assert all("&appId=app&signa=" in one.path and one.header("authorization") is None for one in sent)
