"""A transcript in the form that a client of OpenAI's asked for: JSON, with or without times, text, or subtitles.

The canonical document is `verbose_json` with everything that is known: text, language, duration (seconds), words
({word, start, end, speaker}), segments ({id, start, end, text, speaker}), usage. Law: times come from the provider; a
form that needs them is refused where there are none, never made up.
Sources: OpenAI API reference, "Create transcription" (the transcription objects), OpenRouter OpenAPI, `STTResponse`;
WebVTT (W3C), read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from crossroads.dialect import Reply, Stamp
from crossroads.errors import BadUpstream
from crossroads.types.usage import Usage

Json = dict[str, Any]

CUE_WORDS_MAX = 12
CUE_SECONDS_MAX = 6.0
"""Of a subtitle that is put together of words."""
ENDS_SENTENCE = (".", "!", "?", "。", "？", "！")


def encode(reply: Reply, stamp: Stamp) -> bytes:
    """A canonical transcript for the client; sets the reply's media type. Raises BadUpstream: no times."""
    document, form = reply.document or {}, _asked(stamp)
    if (write := TEXTS.get(form)) is not None:
        reply.content_type = "text/vtt; charset=utf-8" if form == "vtt" else "text/plain; charset=utf-8"
        return write(document).encode()
    told: Json = {"text": document.get("text", "")} if stamp.asked is not None else dict(document)
    if form in ("verbose_json", "diarized_json"):
        told = {"task": "transcribe", **{k: document[k] for k in ("language", "duration") if k in document}, **told}
        told |= _timed(document, form, _granularities(stamp))
    return msgspec.json.encode(told | priced(reply, stamp))


def priced(reply: Reply, stamp: Stamp) -> Json:
    """`usage`, as the host has it or in our words, with what it costs; nothing where nobody knows what was used."""
    if reply.usage is None:
        return {}
    usage = (reply.document or {}).get("usage")
    told = usage if isinstance(usage, dict) else usage_document(reply.usage)
    return {"usage": {**told, "cost": stamp.price(reply.usage).json()}}


def usage_document(usage: Usage) -> Json:
    """In OpenAI's words: seconds of sound, or tokens."""
    if usage.seconds:
        return {"type": "duration", "seconds": usage.seconds}
    heard, prompt = usage.audio_input_tokens, usage.prompt_tokens
    return {
        "type": "tokens",
        "input_tokens": prompt,
        "input_token_details": {"text_tokens": prompt - heard, "audio_tokens": heard},
        "output_tokens": usage.completion_tokens,
        "total_tokens": prompt + usage.completion_tokens,
    }


def spoken_usage(usage: Usage) -> Json:
    """The same of speech: tokens, and characters where these were counted."""
    told = {"input_tokens": usage.prompt_tokens, "output_tokens": usage.completion_tokens}
    counted = {"characters": usage.characters} if usage.characters else {}
    return {**told, "total_tokens": usage.prompt_tokens + usage.completion_tokens, **counted}


def segments_of(document: Json) -> list[Json]:
    """The segments, or the words put together to some. Raises BadUpstream: neither has times."""
    segments: list[Json] = document.get("segments") or []
    words = document.get("words") or []
    if segments or not (words or document.get("text")):
        return segments
    if not words:
        raise BadUpstream("the provider gave no times.", remedy='Ask for `response_format` "json" or "text".')
    made: list[Json] = []
    cue: list[Json] = []
    for word in words:
        if cue and _is_full(cue, word):
            made.append(_segment(len(made), cue))
            cue = []
        cue.append(word)
    made.append(_segment(len(made), cue))
    return made


def _is_full(cue: list[Json], following: Json) -> bool:
    if cue[0].get("speaker") != following.get("speaker") or len(cue) >= CUE_WORDS_MAX:
        return True
    return cue[-1]["word"].endswith(ENDS_SENTENCE) or bool(following["end"] - cue[0]["start"] > CUE_SECONDS_MAX)


def _segment(number: int, words: list[Json]) -> Json:
    text = " ".join(word["word"].strip() for word in words)
    made: Json = {"id": number, "start": words[0]["start"], "end": words[-1]["end"], "text": text}
    if (speaker := words[0].get("speaker")) is not None:
        made["speaker"] = speaker
    return made


def _timed(document: Json, form: str, granularities: list[str]) -> Json:
    """What a form with times adds."""
    if form == "diarized_json":
        rows = [{"type": "transcript.text.segment", "speaker": "A", **one} for one in segments_of(document)]
        return {"segments": [{**row, "id": str(row.get("id", at))} for at, row in enumerate(rows)]}
    told: Json = {}
    if "word" in granularities and document.get("words"):
        told["words"] = document["words"]
    if (document.get("segments") or document.get("words")) and ("segment" in granularities or not told):
        told["segments"] = segments_of(document)
    return told


def _vtt(document: Json) -> str:
    cues = (f"{_clock(s['start'], '.')} --> {_clock(s['end'], '.')}\n{_line(s)}\n" for s in segments_of(document))
    return "\n".join(("WEBVTT\n", *cues))


def _srt(document: Json) -> str:
    cues = (
        f"{at}\n{_clock(s['start'], ',')} --> {_clock(s['end'], ',')}\n{_line(s)}\n"
        for at, s in enumerate(segments_of(document), 1)
    )
    return "\n".join(cues)


def _text(document: Json) -> str:
    return f"{document.get('text', '')}\n"


TEXTS: Mapping[str, Callable[[Json], str]] = {"srt": _srt, "text": _text, "vtt": _vtt}


def _line(segment: Json) -> str:
    """The text of a cue: on one line, and with nothing that would end it or begin markup."""
    return " ".join(str(segment.get("text", "")).split()).replace("-->", "→").replace("<", "‹")


def _clock(seconds: float, point: str) -> str:
    ms = round(max(0.0, float(seconds)) * 1000)
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}{point}{ms % 1000:03d}"


def _asked(stamp: Stamp) -> str:
    stated = _field(stamp, "response_format")
    return stated if isinstance(stated, str) else "json"


def _granularities(stamp: Stamp) -> list[str]:
    stated = _field(stamp, "timestamp_granularities")
    return stated if isinstance(stated, list) else []


def _field(stamp: Stamp, name: str) -> Any:
    value = None if stamp.asked is None else stamp.asked.fields.get(name)
    return msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value
