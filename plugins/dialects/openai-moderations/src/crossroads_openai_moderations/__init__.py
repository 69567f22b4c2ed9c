"""OpenAI moderations: never streamed, and free at OpenAI; no usage is reported.

Everything but the fields is `crossroads_openai_chat`'s. Source: OpenAI API reference, "Moderations", read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat import OpenAIFamily
from crossroads_openai_chat.reply import Shape
from crossroads_openai_chat.request import ROUTER_KINDS

from crossroads.jsonbody import Kind


class OpenAIModerations(OpenAIFamily):
    """`POST /moderations`."""

    name = "openai-moderations"
    operation = "moderation"
    paths: tuple[str, ...] = ("/moderations",)
    upstream_path = "/moderations"
    kinds = {**ROUTER_KINDS, "input": Kind("a string or a non-empty array", opens=b'"[', filled=True)}
    required: tuple[str, ...] = ("input",)
    shape = Shape(None, None, items="results", completion_tokens=0)
    streams = False

    @staticmethod
    def validate(text: bytes) -> Any:
        from crossroads.types.base import validate
        from crossroads.types.moderation import ModerationRequest

        return validate(ModerationRequest, text)
