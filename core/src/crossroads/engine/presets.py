"""Presets: stored parts of a request, by name: `model: "@preset/slug"`, `"author/slug@preset/slug"`, `preset: "slug"`.

Law: what the caller says stands; a preset only fills what it left out. `tools` unite by name, and `system` is the first
message unless the caller has one. Policies see the request with its preset applied.
Source: OpenRouter's documentation, "Presets", read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from crossroads.call import Call
from crossroads.errors import BadRequest, ConfigError, Unsupported
from crossroads.jsonbody import encode

MARK = "@preset/"
ROUTED = frozenset({"model", "models", "provider"})
"""What a preset may say for any operation; the rest makes sense for messages only."""


def check_presets(presets: Mapping[str, Mapping[str, Any]], file: str) -> None:
    """Raises ConfigError: a preset that no request could be."""
    from crossroads.types.base import validate_document  # pydantic costs an import: only where there are presets
    from crossroads.types.chat import ChatRequest

    for name, preset in presets.items():
        try:
            validate_document(ChatRequest, {key: value for key, value in preset.items() if key != "system"})
        except BadRequest as error:
            raise ConfigError(
                error.what, file=file, field=f"presets.{name}.{error.field}", value=error.value, remedy="Correct it."
            ) from None


def apply_preset(call: Call, presets: Mapping[str, Mapping[str, Any]]) -> None:
    """Fill the call with the preset that it names, if it names one. Raises BadRequest: there is none of this name."""
    opened = call.opened
    base, mark, name = (opened.models[0] if opened.models else "").partition(MARK)
    if not mark:
        if opened.fields.get("preset") is None:
            return
        base, name = "", _plain(opened.fields["preset"])
    if not isinstance(name, str) or name not in presets:
        raise BadRequest(
            "there is no preset of this name.",
            field="model" if mark else "preset",
            value=name,
            remedy="Check its spelling, or name a model.",
        )
    preset = presets[name]
    own = [base] if base else [] if mark else opened.models[:1]
    models = tuple(dict.fromkeys((*own, *(opened.models[1:] or _models(preset, bool(own))))))
    opened = msgspec.structs.replace(opened, models=models)
    if opened.preferences is None and "provider" in preset:
        opened.preferences = msgspec.Raw(encode(preset["provider"]))
    filling = {key: value for key, value in preset.items() if key not in ROUTED}
    if filling:
        if call.operation != "chat":
            raise Unsupported(
                f"preset {name} holds more than models and provider, which {call.operation} has no use for.",
                field="preset",
                value=name,
                remedy="Use a preset without it.",
            )
        opened.max_output_tokens = opened.max_output_tokens or preset.get("max_tokens")
        opened.parameters = opened.parameters | (filling.keys() - {"system"})
        call.typed = _filled(call.request(), filling)
    call.opened = opened


def _models(preset: Mapping[str, Any], named: bool) -> tuple[str, ...]:
    """The preset's choices; where the caller named a model, only its fallbacks."""
    first = (preset["model"],) if "model" in preset and not named else ()
    return (*first, *preset.get("models", ()))


def _filled(request: Any, filling: dict[str, Any]) -> Any:
    """The request with what it left out. It has no original any more: the words are not the caller's alone."""
    from crossroads.types.base import validate_document

    said: dict[str, Any] = request.model_dump(exclude_unset=True, by_alias=True)
    said.pop("preset", None)
    told = {name: value for name, value in said.items() if value is not None}
    merged = {**filling, **told}
    merged.pop("system", None)
    if filling.get("tools") and told.get("tools"):
        merged["tools"] = list({_tool_name(tool): tool for tool in (*filling["tools"], *told["tools"])}.values())
    messages = merged.get("messages") or []
    if "system" in filling and not any(message.get("role") in ("system", "developer") for message in messages):
        merged["messages"] = [{"role": "system", "content": filling["system"]}, *messages]
    return validate_document(type(request), merged)


def _tool_name(tool: Mapping[str, Any]) -> tuple[Any, Any]:
    function = tool.get("function")
    return tool.get("type"), (function or tool).get("name")


def _plain(value: Any) -> Any:
    return msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value
