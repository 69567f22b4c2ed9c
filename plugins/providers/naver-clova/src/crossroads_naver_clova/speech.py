"""CLOVA Voice, `POST /tts-premium/v1/tts`: the fields of a form in the body, the sound is the reply.

There is no model to name. Its tempo is no multiple: OpenAI's `speed` has no word.
Source: https://api.ncloud-docs.com/docs/ai-naver-clovavoice-ttspremium.md, read 2026-11-25.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from crossroads_openai_speech.worded import WordedSpeech

from crossroads import jsonbody
from crossroads.dialect import Draft

FORM_HEADERS = ((b"content-type", b"application/x-www-form-urlencoded"), (b"accept", b"*/*"))


class ClovaSpeech(WordedSpeech):
    """See `crossroads.dialect.Dialect`. An upstream only."""

    name = "naver-clova-speech"
    upstream_path = "/tts-premium/v1/tts"
    own = {"text": jsonbody.STRING}
    places = {"input": "text", "response_format": "format", "voice": "speaker"}
    formats = {"mp3": "mp3", "wav": "wav"}

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        draft = super().encode_request(request, url=url, upstream=upstream, stream=stream)
        draft.body, draft.document, draft.headers = urlencode(draft.document).encode(), {}, FORM_HEADERS
        return draft
