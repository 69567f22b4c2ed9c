"""What a vendor's own format of speech must hold, as a test class over its documented request and reply.

    TestSpeech = speech_conformance(
        Mine, "mine", own={"text": "Hi", "voice_id": "anna"}, path="/tts",
        sent={"text": "Grüß", "voice_id": "v", "model": "m", "format": "mp3"},
    )

The laws of every dialect (`dialect_conformance`) are part of it. provider: an installed package, which is called once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from crossroads.dialect import Draft
from crossroads.errors import Unsupported
from crossroads.testing.answers import Answer
from crossroads.testing.documented import OneExchangeChecks
from crossroads.testing.plugins import installed_dialects
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider
from crossroads.types.usage import Usage
from crossroads.wire import Headers

Json = Mapping[str, Any]

TEXT = "Grüß"
CHARACTER_USD, CHARACTER_NANO = "0.00001", 10_000
SOUND = Answer(raw=(b"ID3\0",), content_type="audio/mpeg")
UNSPOKEN = ({"voice": ""}, {"input": ""}, {"response_format": "flac8"})


class Spoken(NamedTuple):
    """own: a body of the vendor's. sent: what goes out for `TEXT` to its `upstream` model, in this `voice`, to an
    address that ends like path, with these headers. lost: of `instructions` and `speed`, what it has no word for.
    refused: what it can't speak. heard: what the client gets of the host's answer, and as which type."""

    provider: str
    own: Json
    path: str
    sent: Json
    upstream: str
    voice: str
    headers: Mapping[str, str]
    lost: tuple[str, ...]
    refused: tuple[Json, ...]
    answer: Answer
    heard: tuple[bytes, bytes]

    @property
    def body(self) -> bytes:
        return b"".join(self.answer.raw or ())

    @property
    def headers_told(self) -> Headers:
        return ((b"content-type", (self.answer.content_type or "application/json").encode()),)


def speech_conformance(
    plugin: Any,
    provider: str,
    *,
    own: Json,
    path: str,
    sent: Json,
    upstream: str = "m",
    voice: str = "v",
    headers: Mapping[str, str] | None = None,
    lost: tuple[str, ...] = ("instructions", "speed"),
    refused: tuple[Json, ...] = UNSPOKEN,
    answer: Answer = SOUND,
    heard: tuple[bytes, bytes] = (b"ID3\0", b"audio/mpeg"),
) -> type:
    """See the module, and `Spoken`."""
    headers = {"authorization": "Bearer none"} if headers is None else headers
    case = Spoken(provider, own, path, sent, upstream, voice, headers, lost, refused, answer, heard)
    words = {"plugin": staticmethod(plugin), "folder": None, "case": case}
    return type(f"Test{plugin.__name__}", (_SpeechChecks,), words)


def spoken(dialect: Any, **fields: Any) -> Draft:
    """What goes out for a request of OpenAI's client with these fields, to the upstream's model `m`."""
    client = installed_dialects()["openai-speech"]()
    body = json.dumps({"model": "a/m", "input": "Hi", "voice": "v", **fields}).encode()
    draft: Draft = dialect.encode_request(client.decode_request(client.open(body)), url="u", upstream="m", stream=False)
    return draft


class _SpeechChecks(OneExchangeChecks):
    case: Spoken

    def test_what_it_can_not_speak_is_refused(self, dialect: Any) -> None:
        for fields in self.case.refused:
            with pytest.raises(Unsupported):
                spoken(dialect, **fields)

    def test_what_it_has_no_word_for_is_told(self, dialect: Any) -> None:
        draft = spoken(dialect, instructions="whisper", speed=1.5)
        assert tuple(lost.field for lost in draft.lost) == self.case.lost

    async def test_a_client_of_openai_is_heard_in_its_words_and_pays_by_the_character(self) -> None:
        case, price = self.case, {"character": CHARACTER_USD}
        row = {"model": "a/m", "upstream": case.upstream, "operations": ["speech"], "price_usd": price}
        body = json.dumps({"model": "a/m", "input": TEXT, "voice": case.voice}).encode()
        async with ScriptedProvider() as upstream:
            upstream.script(case.answer)
            got = await served(case.provider, upstream, "openai-speech", body, endpoints=[row])
            sent = upstream.requests[0]
        assert (got.body, got.headers[b"content-type"]) == case.heard
        assert got.call.attempt is not None
        assert got.call.attempt.usage == Usage(characters=len(TEXT))
        assert got.cost_nano == len(TEXT) * CHARACTER_NANO
        assert sent.path.endswith(case.path)
        assert {name: sent.header(name) for name in case.headers} == case.headers
        assert sent.json == case.sent
