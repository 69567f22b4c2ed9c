"""Resemble AI's speech: its own body, and the package at work: what goes out, what comes back, what is counted."""

import pytest
from crossroads_openai_speech import OpenAISpeech
from crossroads_resemble.speech import ResembleSpeech

from crossroads.errors import BadUpstream
from crossroads.testing import speech_conformance
from crossroads.testing.answers import Answer

TestSpeech = speech_conformance(
    ResembleSpeech,
    "resemble",
    own={"data": "Hi", "voice_uuid": "55592656", "model": "m", "output_format": "wav", "precision": "PCM_16"},
    path="/synthesize",
    sent={"data": "Grüß", "voice_uuid": "v", "model": "chatterbox", "output_format": "mp3"},
    upstream="chatterbox",
    answer=Answer(raw=(b'{"success": true, "audio_content": "SUQzAA=="}',)),
)

SPEAKS, OPENAI = ResembleSpeech(), OpenAISpeech()


@pytest.mark.parametrize("body", [b"", b"{}", b'{"success": false, "issues": ["x"]}', b'{"audio_content": "*"}'])
def test_what_has_no_sound_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        SPEAKS.decode_response(body)
