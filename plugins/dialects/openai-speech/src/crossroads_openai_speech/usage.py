"""What an audio reply says was used: tokens (disjoint), or seconds of sound.

Law (MONEY-5): what is no count is no count; without one there is no usage, and it will be estimated.
Source: pkg:pypi/openai@3.54.0, openai/types/audio (Transcription.usage, SpeechAudioDoneEvent), read 2026-11-25.
"""

from __future__ import annotations

import math
import re
from typing import Annotated, Any

import msgspec

from crossroads.types.usage import Usage

CHUNKS_MAX = 64
"""Of a WAV file, before its sound."""
END_OF_CUE = re.compile(r"--> (?:(\d{1,4}):)?(\d\d):(\d\d[.,]\d{3})")
COUNT_MAX = 2**40
SECONDS_MAX = 10**7

Count = Annotated[int, msgspec.Meta(ge=0, le=COUNT_MAX)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=SECONDS_MAX)]


class _Details(msgspec.Struct):
    audio_tokens: Count = 0


class _Tokens(msgspec.Struct):
    input_tokens: Count
    output_tokens: Count
    input_token_details: _Details | None = None


class _Duration(msgspec.Struct):
    seconds: Seconds


def read_usage(stated: Any, duration: Any = None, *, speaks: bool = False) -> Usage | None:
    """`usage` of a reply or of a stream's last event; duration: of the sound. speaks: is what comes out sound?"""
    try:
        told = msgspec.convert(stated, _Tokens | None) if _is_tokens(stated) else None
    except msgspec.ValidationError:
        told = None
    if told is not None:
        heard = told.input_token_details.audio_tokens if told.input_token_details else 0
        heard = min(heard, told.input_tokens)
        out = {"audio_output_tokens" if speaks else "output_tokens": told.output_tokens}
        return Usage(input_tokens=told.input_tokens - heard, audio_input_tokens=heard, **out)
    if isinstance(stated, dict) and "prompt_audio_seconds" in stated:  # Mistral's word, beside tokens that are not sold
        duration = stated["prompt_audio_seconds"]
    for document in (stated, {"seconds": duration}):
        try:
            seconds = msgspec.convert(document, _Duration, strict=True).seconds
        except msgspec.ValidationError:
            continue
        return Usage(seconds=math.ceil(seconds))
    return None


def heard_seconds(sound: bytes) -> Usage | None:
    """How long a WAV file says that it is, for a host that does not tell; of other formats, None."""
    if sound[:4] != b"RIFF" or sound[8:12] != b"WAVE":
        return None
    at, rate = 12, 0
    for _ in range(CHUNKS_MAX):
        name, size = sound[at : at + 4], int.from_bytes(sound[at + 4 : at + 8], "little")
        if name == b"fmt " and len(sound) >= at + 24:
            rate = int.from_bytes(sound[at + 16 : at + 20], "little")  # bytes a second
        elif name == b"data" and rate:
            return Usage(seconds=math.ceil(min(size, len(sound) - at - 8) / rate), quality="estimated")
        at += 8 + size + size % 2
    return None


def told_seconds(subtitles: str) -> Usage | None:
    """How long the sound was at least: the end of the last cue of SRT or WebVTT."""
    ends = END_OF_CUE.findall(subtitles)
    if not ends:
        return None
    hours, minutes, seconds = (float(part.replace(",", ".") or 0) for part in ends[-1])
    return Usage(seconds=math.ceil(3600 * hours + 60 * minutes + seconds), quality="estimated")


def _is_tokens(stated: Any) -> bool:
    return isinstance(stated, dict) and "input_tokens" in stated
