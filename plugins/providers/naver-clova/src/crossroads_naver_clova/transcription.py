"""CLOVA Speech Recognition, `POST /recog/v1/stt?lang=`: the sound is the body, the reply is the text.

A sound is a minute long at most. There is no model to name, and a language must be. CLOVA Speech, for longer
sounds, stands at an address of each account's own, under a key of its own: it is not called here.
Source: https://api.ncloud-docs.com/docs/ai-naver-clovaspeechrecognition-stt.md, read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_speech.formed import FormedTranscription
from crossroads_openai_speech.vendor import with_query

from crossroads.dialect import Draft
from crossroads.errors import Unsupported

LANGUAGES = {"ko": "Kor", "en": "Eng", "ja": "Jpn", "zh": "Chn"}
SOUND_HEADERS = ((b"content-type", b"application/octet-stream"), (b"accept", b"application/json"))


class ClovaTranscription(FormedTranscription):
    """See `crossroads.dialect.Dialect`. An upstream only."""

    name = "naver-clova-transcription"
    upstream_path = "/recog/v1/stt"
    places = {"language": "lang"}

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        draft = super().encode_request(request, url=url, upstream=upstream, stream=stream)
        query = dict(draft.document)
        sound, stated = query.pop(self.file_field), query.get("lang")
        query["lang"] = _language(stated)
        return Draft(document={}, url=with_query(url, query), headers=SOUND_HEADERS, lost=draft.lost, body=sound.data)


def _language(stated: Any) -> str:
    """CLOVA's word for it. Raises Unsupported."""
    if stated in LANGUAGES.values():
        return str(stated)
    if isinstance(stated, str) and (word := LANGUAGES.get(stated.partition("-")[0].lower())) is not None:
        return word
    raise Unsupported(
        "the provider insists on one of four.",
        remedy=f"Send one of {', '.join(LANGUAGES)}, or let other providers serve the call.",
        field="language",
        value=stated,
    )
