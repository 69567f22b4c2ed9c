"""The manifest of OpenAI: what a bill and a route depend on."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import crossroads_openai
import pytest

from crossroads import Exchange
from crossroads.errors import ConnectFailed
from crossroads.manifest import Manifest, read_manifest
from crossroads.money import parse_usd
from crossroads.multipart import File, encode_form
from crossroads.testing.answers import Answer
from crossroads.testing.served import answered
from crossroads.wire import HttpRequest, HttpResponse

FILE = Path(crossroads_openai.__file__).with_name("provider.toml")


MEDIA = {"images", "speech", "transcription", "translation"}


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return read_manifest(FILE)


def test_the_key_goes_to_openai_only(manifest: Manifest) -> None:
    assert manifest.auth.env == ("OPENAI_API_KEY",)
    assert manifest.hosts == (urlsplit(manifest.base_url or "").hostname,)


def test_every_offer_has_price_context_operation_and_source(manifest: Manifest) -> None:
    rows = tomllib.loads(FILE.read_text("utf-8"))["endpoints"]
    for row, facts in zip(rows, manifest.endpoints, strict=True):
        if set(facts.operations) <= MEDIA:
            continue
        assert facts.prices.input is not None, facts.upstream
        assert facts.prices.output is not None or facts.operations == ("embeddings",), facts.upstream
        assert facts.context_tokens, facts.upstream
        assert len({*facts.operations} - {"count_tokens"}) == 1, facts.upstream
        assert facts.model == f"openai/{facts.upstream}"
        assert row["source"]["url"], facts.upstream


def test_a_long_prompt_costs_the_long_price(manifest: Manifest) -> None:
    (facts,) = (facts for facts in manifest.endpoints if facts.upstream == "gpt-5.4")
    (tier,) = facts.tiers
    assert (facts.prices.input, tier.prices.input) == (parse_usd("2.5"), parse_usd("5"))
    assert tier.above_input_tokens == 272_000


def test_a_parameter_that_is_dropped_is_not_listed_as_supported(manifest: Manifest) -> None:
    for quirk in manifest.quirks:
        for facts in manifest.endpoints:
            if facts.upstream in quirk.models:
                assert not set(quirk.drop) & set(facts.supported_parameters or ()), facts.upstream


@pytest.mark.parametrize(("dialect", "asked"), [("openai-chat", "messages"), ("openai-responses", "input")])
async def test_what_a_reasoning_model_refuses_is_left_out_in_both_formats(dialect: str, asked: str) -> None:
    sent = []

    class Refuses:
        """Keeps what it is given, and answers 400."""

        async def send(self, request: HttpRequest) -> HttpResponse:
            sent.append(json.loads(request.body))
            raise ConnectFailed("not here", remedy="none")

    config = {"providers": [{"name": "openai", "plugin": "openai", "api_key": "k"}]}
    document = {"model": "openai/gpt-5-mini", asked: [{"role": "user", "content": "Hi"}], "temperature": 0.2}
    async with Exchange(config, transport=Refuses()) as x:
        call = x.open_call(dialect, json.dumps(document).encode())
        async for _ in x.run(call):
            pass
    assert sent
    assert all("temperature" not in body for body in sent)
    assert [(lost.field, lost.how) for lost in call.lost] == [("temperature", "dropped")]


def test_sound_and_images_have_the_price_of_what_their_replies_count(manifest: Manifest) -> None:
    media = [facts for facts in manifest.endpoints if set(facts.operations) <= MEDIA]
    assert {operation for facts in media for operation in facts.operations} == MEDIA
    for facts in media:
        prices = facts.prices
        by_unit = prices.character is not None or prices.second is not None
        tokens = {
            "images": (prices.image_input, prices.image_output),
            "speech": (prices.input, prices.audio_output),
            "transcription": (prices.audio_input, prices.output),
        }
        assert by_unit or None not in tokens[facts.operations[0]], facts.upstream


@pytest.mark.parametrize(
    ("dialect", "fields", "answer", "nano"),
    [
        ("openai-speech", {"model": "openai/tts-1-hd", "input": "Hello", "voice": "alloy"}, b"ID3", 5 * 30_000),
        (  # no reply counts its tokens: estimated from the text
            "openai-speech",
            {"model": "openai/gpt-4o-mini-tts", "input": "Hello there.", "voice": "alloy"},
            b"ID3",
            3 * 600 + 16 * 12_000,
        ),
        (
            "openai-images",
            {"model": "openai/gpt-image-2", "prompt": "a cat"},
            b'{"data":[{"b64_json":"AA=="}],"usage":{"input_tokens":30,"input_tokens_details":{"image_tokens":20},'
            b'"output_tokens":1000}}',
            10 * 5_000 + 20 * 8_000 + 1_000 * 30_000,
        ),
    ],
)
async def test_a_call_is_billed_in_the_units_of_its_model(dialect: str, fields: Any, answer: bytes, nano: int) -> None:
    told = [Answer(raw=(answer,), content_type="audio/mpeg" if answer == b"ID3" else None)]
    got, _ = await answered("openai", told, dialect, json.dumps(fields).encode())
    assert (got.status, got.cost_nano) == (200, nano)


@pytest.mark.parametrize(
    ("model", "form", "answer", "nano"),
    [
        ("whisper-1", "json", b'{"text":"Hi","usage":{"type":"duration","seconds":9}}', 9 * 100_000),
        ("whisper-1", "srt", b"1\n00:00:00,000 --> 00:01:01,500\nHi\n", 62 * 100_000),
        ("whisper-1", "text", b"Hi\n", 2 * 100_000),
        (
            "gpt-4o-transcribe",
            "json",
            b'{"text":"Hi","usage":{"type":"tokens","input_tokens":11,"input_token_details":{"audio_tokens":10},'
            b'"output_tokens":2}}',
            1 * 2_500 + 10 * 6_000 + 2 * 10_000,
        ),
    ],
)
async def test_what_is_heard_is_billed_also_where_the_reply_does_not_say(
    model: str, form: str, answer: bytes, nano: int
) -> None:
    wav = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0" + (800).to_bytes(4, "little") * 2 + b"\1\0\x08\0"
    wav += b"data" + (1_000).to_bytes(4, "little") + b"\0" * 1_000
    fields = {"model": f"openai/{model}", "file": File(data=wav), "response_format": form}
    got, _ = await answered("openai", [Answer(raw=(answer,))], "openai-transcription", *encode_form(fields))
    assert (got.status, got.cost_nano) == (200, nano)
