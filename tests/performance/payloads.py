"""What the load generator sends: whole HTTP requests, head and body, the same for every stack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

MESSAGES = "messages-"
MODEL = "bench/model"
KEY = "sk-or-v1-" + "b" * 64
SENTENCE = "The road goes ever on and on, down from the door where it began. "


def write_requests(folder: Path) -> dict[str, Path]:
    """{"small": a chat of 4 messages, "big": 20 messages and 5 tools, "stream": small, streamed} -> files.

    The same as Anthropic's clients say it: "messages-small" and so on.
    """
    bodies = {"small": _chat(4, 155), "big": _chat(20, 307, tools=5), "stream": _chat(4, 155) | {"stream": True}}
    files = {}
    for name, body in bodies.items():
        files[name] = _write(folder / f"{name}.http", "/v1/chat/completions", body)
        files[MESSAGES + name] = _write(folder / f"{MESSAGES}{name}.http", "/v1/messages", _as_messages(body))
    return files


def _write(file: Path, path: str, body: dict[str, Any]) -> Path:
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: */*\r\n"
        f"Authorization: Bearer {KEY}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    file.write_bytes(head.encode() + content)
    return file


def _as_messages(chat: dict[str, Any]) -> dict[str, Any]:
    system, *messages = chat["messages"]
    body = {**chat, "system": system["content"], "messages": messages}
    if "tools" in chat:
        functions = [tool["function"] for tool in chat["tools"]]
        body["tools"] = [
            {"name": f["name"], "description": f["description"], "input_schema": f["parameters"]} for f in functions
        ]
    return body


def _chat(messages: int, characters: int, tools: int = 0) -> dict[str, Any]:
    text = (SENTENCE * (characters // len(SENTENCE) + 1))[:characters]
    roles = ["system", *("user" if number % 2 else "assistant" for number in range(1, messages))]
    body: dict[str, Any] = {
        "model": MODEL,
        "messages": [{"role": role, "content": text} for role in roles],
        "temperature": 0.7,
        "max_tokens": 256,
    }
    if tools:
        body["tools"] = [_tool(number, text) for number in range(tools)]
    return body


def _tool(number: int, text: str) -> dict[str, Any]:
    properties = {"city": {"type": "string", "description": text[:60]}, "days": {"type": "integer"}}
    return {
        "type": "function",
        "function": {
            "name": f"forecast_{number}",
            "description": text[:120],
            "parameters": {"type": "object", "properties": properties, "required": ["city"]},
        },
    }
