"""The formats that a scripted provider speaks, one module a vendor; the path that is called says which."""

from __future__ import annotations

import json
from typing import Any

from crossroads.testing.answers import Answer
from crossroads.testing.voices.anthropic import Anthropic
from crossroads.testing.voices.cohere import Cohere
from crossroads.testing.voices.gemini import Gemini
from crossroads.testing.voices.ollama import Ollama
from crossroads.testing.voices.openai import OpenAI
from crossroads.testing.voices.voice import Voice

VOICES: tuple[Voice, ...] = (
    OpenAI("chat", "/chat/completions", frozenset({"openai-chat", "mistral-chat"})),
    OpenAI("completions", "/completions", frozenset({"openai-completions"})),
    OpenAI("embeddings", "/embeddings", frozenset({"openai-embeddings"})),
    Anthropic(),
    Gemini(),
    Ollama(),
    Cohere(),
)
"""The first that fits answers."""
SPOKEN = frozenset(dialect for voice in VOICES for dialect in voice.dialects)


def voice_of(path: str) -> Voice | None:
    """Whose format the path is, query aside."""
    bare = path.partition("?")[0]
    return next((voice for voice in VOICES if bare.endswith(voice.ends)), None)


def wire(
    answer: Answer, voice: Voice | None, path: str, asked: dict[str, Any], *, authorization: str = ""
) -> tuple[bytes, list[bytes]]:
    """An answer as bytes: the head, and the pieces of the body as they are written, framing included.

    voice None: only raw answers.
    """
    stream = voice is not None and voice.streams(path, asked) and answer.status < 300
    if answer.raw is not None:
        pieces = [piece.replace(b"{authorization}", authorization.encode()) for piece in answer.raw]
    elif voice is None:
        raise ValueError(f"no voice speaks at {path}; script a raw answer")
    elif stream:
        pieces = list(voice.pieces(answer, asked))
    else:
        pieces = [json.dumps(voice.document(answer, asked)).encode()]
    framing = answer.framing or ("chunked" if stream else "length")
    kind = answer.content_type or (voice.media_type if voice is not None and stream else "application/json")
    lines = [f"HTTP/1.1 {answer.status} Scripted", f"content-type: {kind}"]
    lines += [f"{name}: {value}" for name, value in answer.headers]
    if framing == "length":
        lines.append(f"content-length: {sum(map(len, pieces))}")
    elif framing == "chunked":
        lines.append("transfer-encoding: chunked")
        pieces = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces if piece] + [b"0\r\n\r\n"]
    else:
        lines.append("connection: close")
    return "\r\n".join([*lines, "", ""]).encode("latin-1"), pieces
