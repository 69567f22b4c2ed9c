"""`POST /content/script` (the text), `POST /speech/tts` (who speaks it), that until it is done, then the file it made.

There is no model to name. A text with marks of sections makes several files, of which no client of one call could be
told: it is refused. The file is fetched with the key, as AudioStack's own clients do.
Sources: pkg:pypi/audiostack@4.0.0 (content/script.py, speech/tts.py, helpers/request_interface.py),
pkg:npm/%40aflr/audiostack@1.1.35 (lib/speech/tts/types.d.ts: TtsSection), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads_openai_chat.asked import id_in
from crossroads_openai_chat.errors import refused
from crossroads_openai_chat.foreign import JSON_HEADERS, Json
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_speech.vendor import rows_of
from crossroads_openai_speech.worded import ANY_SOUND, WordedSpeech

from crossroads import jsonbody
from crossroads.dialect import Draft
from crossroads.steps import Step

ASKED_EVERY_S = 0.5
TEXT = "scriptText"


class AudioStackSpeech(WordedSpeech):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`."""

    name = "audiostack-speech"
    upstream_path = "/speech/tts"
    takes_steps = True
    own = {TEXT: jsonbody.STRING}
    places = {"input": TEXT, "speed": "speed", "voice": "voice"}
    formats = {"wav": "wav"}
    usual = "wav"

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        draft = super().encode_request(request, url=url, upstream=upstream, stream=stream)
        draft.document = {TEXT: draft.document[TEXT]}
        draft.url, draft.headers = url.removesuffix(self.upstream_path) + "/content/script", JSON_HEADERS
        return draft

    def step(self, body: bytes, request: Any, *, url: str, upstream: str) -> Step | None:
        """See `SteppedDialect.step`."""
        if not body.lstrip().startswith(b"{"):
            return None
        data = whole(body).get("data")
        data = data if isinstance(data, dict) else {}
        speech, script = id_in(data, "speechId"), data.get("scriptId")
        if speech is not None:
            if sections := rows_of(data.get("sections")):
                return Step(url=_made(sections), headers=ANY_SOUND[1:])
            return Step(url=f"{url}/{speech}", after_s=ASKED_EVERY_S)
        if not isinstance(script, str) or not script:
            raise broken("the provider's reply has neither a script nor speech.")
        said = super().encode_request(request, url=url, upstream=upstream, stream=False).document
        about = {name: value for name, value in said.items() if name != TEXT}
        return Step(url=url, body=msgspec.json.encode({**about, "scriptId": script}), headers=JSON_HEADERS)


def _made(sections: list[Json]) -> str:
    """Where the one file is that was made. Raises UpstreamRefused, BadUpstream."""
    if len(sections) > 1:
        raise refused("the text has several sections, which come as a file each: send one without their marks")
    where, message = sections[0].get("url"), sections[0].get("message")
    if isinstance(where, str) and where:
        return where
    raise refused(message)
