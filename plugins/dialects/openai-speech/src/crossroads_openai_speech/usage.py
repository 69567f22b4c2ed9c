"""What an audio reply says was used: tokens (disjoint), or seconds of sound.

Law (MONEY-5): what is no count is no count; without one there is no usage, and it will be estimated.
Source: pkg:pypi/openai@3.54.0, openai/types/audio (Transcription.usage, SpeechAudioDoneEvent), read 2026-11-25.
"""

from __future__ import annotations

import math
from typing import Annotated, Any

import msgspec

from crossroads.types.usage import Usage

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
    for document in (stated, {"seconds": duration}):
        try:
            seconds = msgspec.convert(document, _Duration, strict=True).seconds
        except msgspec.ValidationError:
            continue
        return Usage(seconds=math.ceil(seconds))
    return None


def _is_tokens(stated: Any) -> bool:
    return isinstance(stated, dict) and "input_tokens" in stated
