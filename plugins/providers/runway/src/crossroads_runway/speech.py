"""Runway's speech: `POST /v1/text_to_speech`, a task that is asked for until the sound stands at an address.

A voice is one of Runway's presets. What format the sound has is the model's to choose.
Source: pkg:pypi/runwayml@5.24.0 (types/text_to_speech_create_params.py), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.asked import ASKED_EVERY_S, ENDED
from crossroads_openai_chat.foreign import Json
from crossroads_openai_chat.reply import broken
from crossroads_openai_speech.worded import WordedSpeech

from crossroads import jsonbody
from crossroads.dialect import Draft
from crossroads.steps import Step
from crossroads_runway.tasks import TASK, task_url

PRESET = "runway-preset"


class RunwaySpeech(WordedSpeech):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`."""

    name = "runway-speech"
    upstream_path = "/v1/text_to_speech"
    takes_steps = True
    own = {"promptText": jsonbody.STRING}
    places = {"input": "promptText", "model": "model", "voice": "voice.presetId", "speed": "speed"}
    formats = {"mp3": "mp3"}
    remedy = "Send the name of one of Runway's presets as `voice`, e.g. Maya."

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        draft = super().encode_request(request, url=url, upstream=upstream, stream=stream)
        voice: Json = draft.document["voice"]
        voice.setdefault("type", PRESET)
        return draft

    def step(self, body: bytes, request: Any, *, url: str, upstream: str) -> Step | None:
        """See `SteppedDialect.step`."""
        if not body.lstrip().startswith((b"{", b"[")):
            return None
        task = TASK.read(body)
        if task.status not in ENDED:
            return Step(url=task_url(url, task.id), after_s=ASKED_EVERY_S)
        if task.status != "completed":
            raise task.failure()
        if not task.made:
            raise broken("the provider's task made no sound.")
        return Step(url=task.made[0], bare=True)
