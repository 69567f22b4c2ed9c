"""A provider's first operation, what a client asks of it in an OpenAI-like dialect, and a good answer from its host.

The answers have the shapes of the dialects' own tests, cut to what a reader needs. A package whose
vendor has a format of its own gives its answer (`provider_conformance(..., answer=said({...}))`), or is only refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from crossroads import multipart
from crossroads.manifest import Manifest
from crossroads.multipart import File
from crossroads.testing.answers import Answer, Tokens
from crossroads.testing.voices import SPOKEN

SOUND = File(data=b"RIFF\0\xff", filename="a.wav", content_type="audio/wav")


class Asked(NamedTuple):
    """A client's request. dialect: the client's. form: it is sent as multipart, not as JSON."""

    dialect: str
    body: Mapping[str, Any]
    form: bool = False

    def written(self, model: str) -> tuple[bytes, str]:
        """Body and content type."""
        document = {"model": model, **self.body}
        return multipart.encode_form(document) if self.form else (json.dumps(document).encode(), "application/json")


ASKED = {
    "chat": Asked("openai-chat", {"messages": [{"role": "user", "content": "Hi"}]}),
    "completions": Asked("openai-completions", {"prompt": "Hi"}),
    "embeddings": Asked("openai-embeddings", {"input": "Hi"}),
    "rerank": Asked("rerank-cohere", {"query": "capital", "documents": ["Bern", "cheese"]}),
    "moderation": Asked("openai-moderations", {"input": "Hi"}),
    "images": Asked("openai-images", {"prompt": "a cat"}),
    "speech": Asked("openai-speech", {"input": "Hi", "voice": "v"}),
    "transcription": Asked("openai-transcription", {"file": SOUND}, form=True),
    "video": Asked("openai-video", {"prompt": "a cat"}),
    "count_tokens": Asked("anthropic-count-tokens", {"messages": [{"role": "user", "content": "Hi"}]}),
}
"""By operation, in the order in which a provider's first one is sought."""


COUNTED = Tokens(prompt=3, completion=0)
"""What each good answer to `embeddings` reports that reports any."""


def said(document: Any, *, counted: bool = True) -> Answer:
    """JSON. counted: it tells `COUNTED`, where it answers `embeddings`."""
    return Answer(raw=(json.dumps(document).encode(),), reports="no", tokens=COUNTED if counted else Tokens())


ROWS = [{"object": "embedding", "embedding": [0.5, -0.25], "index": 0}]
VECTORS = {"object": "list", "data": ROWS, "model": "m", "usage": {"prompt_tokens": 3, "total_tokens": 3}}
FLAGS = {"flagged": False, "categories": {"violence": False}, "category_scores": {"violence": 0.01}}
SPEAKING = Answer(raw=(b"ID3\x04\0\xff\xfb",), content_type="audio/mpeg", reports="no")
"""Where speech is answered with the sound itself."""
GOOD = {
    **dict.fromkeys(SPOKEN, Answer()),
    "openai-speech": SPEAKING,
    "openai-embeddings": said(VECTORS),
    "voyage-embeddings": said({**VECTORS, "usage": {"total_tokens": 3}}),
    "rerank-cohere": said({"id": "r", "results": [{"index": 0, "relevance_score": 0.9}], "meta": {}}),
    "openai-moderations": said({"id": "modr-1", "model": "m", "results": [FLAGS]}),
    "openai-images": said({"created": 1_795_564_800, "data": [{"b64_json": "aGk="}]}),
    "openai-transcription": said({"text": "Hi."}),
}
"""By dialect of the host, of those that many speak: what it answers to `ASKED`."""


def first_operation(manifest: Manifest) -> str | None:
    """Chat where it serves that."""
    return next((operation for operation in ASKED if operation in manifest.operations), None)
