"""Parameters: canonical fields <-> `generationConfig`. Tables first.

What Gemini has and no canonical field says travels in `extra_body.google`, as in Google's OpenAI-compatible API.
Sources: google-genai 3.4, `types.GenerationConfig`; Gemini API reference, "GenerationConfig" (bounds), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads.errors import Unsupported
from crossroads_google_gemini import thinking
from crossroads_google_gemini.lost import Ledger
from crossroads_google_gemini.models import Traits
from crossroads_google_gemini.schema import json_schema
from crossroads_google_gemini.shape import Json, a_count, a_text, an_object, texts

SAME = {
    "temperature": "temperature",
    "top_p": "topP",
    "top_k": "topK",
    "seed": "seed",
    "frequency_penalty": "frequencyPenalty",
    "presence_penalty": "presencePenalty",
    "n": "candidateCount",
}
BOUNDS: dict[str, tuple[float, float]] = {
    "temperature": (0, 2),
    "top_p": (0, 1),
    "frequency_penalty": (-2, 1.999),
    "presence_penalty": (-2, 1.999),
    "n": (1, 8),
    "seed": (-(2**31), 2**31 - 1),
}
STOPS_MAX = 5
TOP_LOGPROBS_MAX = 20
JSON_TYPE = "application/json"
TIERS = {"flex": "flex", "priority": "priority", "fast": "priority", "default": "standard"}
TIER_NAMES = {"flex": "flex", "priority": "priority", "standard": "default"}
IMAGE = {"aspect_ratio": "aspectRatio", "image_size": "imageSize"}
SCHEMA_NAME = "response"


def to_google(request: Json, model: Traits, ledger: Ledger) -> Json:
    """Canonical parameters -> `generationConfig`. Raises BadRequest, Unsupported."""
    config: Json = {}
    for name, theirs in SAME.items():
        if (value := request.get(name)) is not None:
            config[theirs] = _bounded(name, value, ledger)
    limit = request.get("max_completion_tokens") or request.get("max_tokens")
    if limit is not None:
        config["maxOutputTokens"] = limit
    if stop := request.get("stop"):
        stops = [stop] if isinstance(stop, str) else stop
        if len(stops) > STOPS_MAX:
            ledger.clamped("stop", f"Gemini takes {STOPS_MAX}")
        config["stopSequences"] = stops[:STOPS_MAX]
    if request.get("logprobs"):
        config["responseLogprobs"] = True
        if (top := request.get("top_logprobs")) is not None:
            if top > TOP_LOGPROBS_MAX:
                ledger.clamped("top_logprobs", f"Gemini takes {TOP_LOGPROBS_MAX}")
            config["logprobs"] = min(top, TOP_LOGPROBS_MAX)
    if modalities := request.get("modalities"):
        config["responseModalities"] = [name.upper() for name in modalities]
    _format(request, config, ledger)
    _made(request, config, ledger)
    if (thought := thinking.to_google(request, model, ledger)) is not None:
        config["thinkingConfig"] = thought
    return config


def _bounded(name: str, value: Any, ledger: Ledger) -> Any:
    lowest, highest = BOUNDS.get(name, (value, value))
    if lowest <= value <= highest:
        return value
    ledger.clamped(name, f"Gemini takes {lowest:g} to {highest:g}")
    return lowest if value < lowest else highest


def _format(request: Json, config: Json, ledger: Ledger) -> None:
    wanted = request.get("response_format") or {"type": "text"}
    kind = wanted["type"]
    if kind == "text":
        return
    if kind not in ("json_object", "json_schema"):
        raise Unsupported(
            "Gemini can't answer so.", field="response_format.type", value=kind, remedy="Use json_schema."
        )
    config["responseMimeType"] = JSON_TYPE
    described = wanted.get("json_schema") or {}
    if kind == "json_schema" and described.get("schema") is not None:
        config["responseJsonSchema"] = described["schema"]
    if described.get("name") not in (None, SCHEMA_NAME) or described.get("description"):
        ledger.dropped("response_format.json_schema.name", "Gemini's schemas have no name")


def _made(request: Json, config: Json, ledger: Ledger) -> None:
    """Of images and speech."""
    if image := request.get("image_config"):
        config["imageConfig"] = {theirs: image[name] for name, theirs in IMAGE.items() if image.get(name) is not None}
        if set(image) - set(IMAGE):
            ledger.dropped("image_config", "Gemini takes aspect_ratio and image_size")
    if audio := request.get("audio"):
        if audio.get("voice"):
            config["speechConfig"] = {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": audio["voice"]}}}
        if audio.get("format") not in (None, "pcm16"):
            ledger.dropped("audio.format", "Gemini speaks 24 kHz PCM")


def to_canonical(config: Json) -> tuple[Json, Json]:
    """`generationConfig` -> (canonical fields, what is left of it). Raises Misshapen."""
    left = {name: value for name, value in config.items() if value is not None}
    found: Json = {}
    for name, theirs in SAME.items():
        if theirs in left:
            value = left.pop(theirs)
            whole = name in ("top_k", "n", "seed") and isinstance(value, float) and value.is_integer()
            found[name] = int(value) if whole else value
    if (limit := a_count(left, "maxOutputTokens")) is not None:
        found["max_tokens"] = limit
    if stops := texts(left, "stopSequences"):
        found["stop"] = stops
    if left.get("responseLogprobs") is True:
        found["logprobs"] = True
        if (top := a_count(left, "logprobs")) is not None:
            found["top_logprobs"] = top
    if modalities := texts(left, "responseModalities"):
        found["modalities"] = [name.lower() for name in modalities]
    if (reasoning := thinking.to_canonical(an_object(left, "thinkingConfig"))) is not None:
        found["reasoning"] = reasoning
    for name in (
        "maxOutputTokens",
        "stopSequences",
        "responseLogprobs",
        "logprobs",
        "responseModalities",
        "thinkingConfig",
    ):
        left.pop(name, None)
    _read_format(left, found)
    image = an_object(left, "imageConfig")
    if image and set(image) <= set(IMAGE.values()):
        found["image_config"] = {name: image[theirs] for name, theirs in IMAGE.items() if theirs in image}
        del left["imageConfig"]
    return found, left


def _read_format(left: Json, found: Json) -> None:
    mime = a_text(left, "responseMimeType")
    if mime not in (None, "text/plain", JSON_TYPE):
        return  # `text/x.enum`: no canonical word; goes on with its schema
    left.pop("responseMimeType", None)
    schema = left.pop("responseJsonSchema", None)
    if (stated := left.pop("responseSchema", None)) is not None and schema is None:
        schema = json_schema(an_object({"responseSchema": stated}, "responseSchema"))
    if schema is not None:
        named = {"name": SCHEMA_NAME, "schema": schema}
        found["response_format"] = {"type": "json_schema", "json_schema": named}
    elif mime == JSON_TYPE:
        found["response_format"] = {"type": "json_object"}
