"""Google's generateContent. Source: the Gemini API's reference, "Generating content", read 2026-11-25."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from crossroads.testing.answers import Answer, Tokens
from crossroads.testing.voices.voice import Voice, event

REASONS = {"stop": "STOP", "tool_calls": "STOP", "length": "MAX_TOKENS"}


class Gemini(Voice):
    """The model and the stream stand in the path. Cached tokens lie inside the prompt, thoughts beside the answer."""

    ends = (":generateContent", ":streamGenerateContent")
    dialects = frozenset({"google-gemini"})

    def model(self, path: str, asked: dict[str, Any]) -> str:
        return path.partition("?")[0].rpartition(":")[0].rpartition("/models/")[2]

    def streams(self, path: str, asked: dict[str, Any]) -> bool:
        return path.partition("?")[0].endswith(":streamGenerateContent")

    def told(self, tokens: Tokens) -> Tokens:
        return tokens._replace(written=0)

    def tools(self, asked: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        for tool in asked["tools"]:
            for said in tool["functionDeclarations"]:
                yield said["name"], said.get("parametersJsonSchema", said.get("parameters"))

    def document(self, answer: Answer, asked: dict[str, Any]) -> dict[str, Any]:
        parts = _calls(answer) or [{"text": "".join(answer.pieces)}]
        return _chunk(parts, answer.tokens if answer.reports != "no" else None, answer.finish)

    def pieces(self, answer: Answer, asked: dict[str, Any]) -> Iterator[bytes]:
        *first, last = _calls(answer) or [{"text": piece} for piece in answer.pieces]
        for part in first:
            yield event(_chunk([part]))
        yield event(_chunk([last], answer.tokens if answer.reports != "no" else None, answer.finish))


def _calls(answer: Answer) -> list[dict[str, Any]]:
    return [{"functionCall": {"name": call.name, "args": json.loads(call.arguments)}} for call in answer.tool_calls]


def _chunk(parts: list[dict[str, Any]], tokens: Tokens | None = None, finish: str | None = None) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": parts}, "index": 0}
    if finish is not None:
        candidate["finishReason"] = REASONS.get(finish, finish)
    told: dict[str, Any] = {"candidates": [candidate], "modelVersion": "scripted", "responseId": "scripted"}
    if tokens is not None:
        told["usageMetadata"] = {
            "promptTokenCount": tokens.prompt,
            "cachedContentTokenCount": tokens.cached,
            "candidatesTokenCount": tokens.completion - tokens.reasoning,
            "thoughtsTokenCount": tokens.reasoning,
            "totalTokenCount": tokens.prompt + tokens.completion,
        }
    return told
