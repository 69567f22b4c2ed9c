"""`POST /api/v1/generate`: a prompt in, the text that follows it out.

Source: pkg:pypi/langchain-community@0.4.2 (llms/koboldai.py), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.textchat import Ask, Json, Said
from crossroads_openai_completions.text import TextCompletions, stops_of


class KoboldCompletions(TextCompletions):
    """See `crossroads_openai_completions.text`."""

    name = "koboldai-completions"
    upstream_path = "/v1/generate"
    vendor = "KoboldAI"
    reads = frozenset({"stop"})
    places = {
        "max_tokens": "max_length",
        "repetition_penalty": "rep_pen",
        "temperature": "temperature",
        "top_a": "top_a",
        "top_k": "top_k",
        "top_p": "top_p",
    }

    def asked(self, ask: Ask) -> Json:
        return {"prompt": ask.fields["prompt"], **stops_of(ask, "stop_sequence")}

    def told(self, document: Json) -> Said | None:
        results = document.get("results")
        first = results[0] if isinstance(results, list) and results else None
        text = first.get("text") if isinstance(first, dict) else None
        return Said(text=text) if isinstance(text, str) else None
