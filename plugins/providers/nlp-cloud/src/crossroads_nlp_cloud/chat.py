"""`POST /gpu/{model}/generation`: a text in, what follows it out.

Source: pkg:pypi/nlpcloud@1.1.47 (nlpcloud/__init__.py: Client, generation), pkg:pypi/langchain-community@0.4.2
(llms/nlpcloud.py: the reply), read 2026-11-25.
"""

from __future__ import annotations

from crossroads_openai_chat.textchat import Ask, Json, Said, TextChat
from crossroads_openai_chat.turns import as_prompt


class NLPCloudChat(TextChat):
    """See `crossroads_openai_chat.textchat`."""

    name = "nlp-cloud-chat"
    upstream_path = "/gpu/{upstream}/generation"
    vendor = "NLP Cloud"
    places = {
        "max_tokens": "max_length",
        "repetition_penalty": "repetition_penalty",
        "temperature": "temperature",
        "top_k": "top_k",
        "top_p": "top_p",
    }

    def asked(self, ask: Ask) -> Json:
        return {"text": as_prompt(ask.turns, ask.lost), "remove_input": True}

    def told(self, document: Json) -> Said | None:
        text = document.get("generated_text")
        return Said(text=text) if isinstance(text, str) else None
