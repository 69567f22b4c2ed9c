"""Reasoning items <-> canonical `reasoning_details`. What is signed or encrypted passes unmodified.

One item becomes one detail per part of its summary and content, and one for its encrypted content. A detail of another
host's format (Anthropic's signatures, Gemini's) becomes one item that says so in `format` and `signature`, so that a
client which echoes its items echoes them too.
Sources: OpenRouter, "Reasoning tokens" (formats); openai 3.57 `ResponseReasoningItem`; read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

Item = dict[str, Any]

FORMAT = "openai-responses-v1"
OURS = "-responses-v1"
"""Ends the names of the formats of all hosts that speak Responses (openai, azure-openai, bedrock-openai, xai, meta)."""
MADE_ID = "rs_gen-"
"""How ids begin that we gave to details which had none: dropped again when they come back."""

PART_TYPES = {"summary": ("summary_text", "reasoning.summary"), "content": ("reasoning_text", "reasoning.text")}


def details_of(item: Item, first: int) -> tuple[list[dict[str, Any]], Item] | None:
    """The details of a reasoning item, numbered from `first`, and the fields that they do not hold.

    None: it has parts that can't be expressed.
    """
    rest, details = dict(item), []
    format_, signature = rest.get("format", FORMAT), rest.get("signature")
    if format_ != FORMAT:
        del rest["format"]
    base: dict[str, Any] = {"format": format_}
    if isinstance(item.get("id"), str) and not item["id"].startswith(MADE_ID):
        base["id"] = item["id"]
    for name, (part_type, detail_type) in PART_TYPES.items():
        for part in rest.pop(name, None) or ():
            if not isinstance(part, dict) or part.get("type") != part_type or set(part) != {"type", "text"}:
                return None
            if not isinstance(part["text"], str):
                return None
            text_name = "summary" if name == "summary" else "text"
            details.append({"type": detail_type, text_name: part["text"], **base})
    encrypted = rest.get("encrypted_content")
    if isinstance(encrypted, str) and encrypted:
        del rest["encrypted_content"]
        details.append({"type": "reasoning.encrypted", "data": encrypted, **base})
    if not isinstance(format_, str) or not isinstance(signature, str | None):
        return None
    if signature is not None:
        if not details:
            return None
        details[-1]["signature"] = rest.pop("signature")
    for name in PART_TYPES:  # an absent, a null and an empty one are not the same JSON
        if name in item and not item[name]:
            rest[name] = item[name]
    return [{**detail, "index": first + i} for i, detail in enumerate(details)], rest


def item_of(details: list[dict[str, Any]]) -> Item:
    """One reasoning item of the details that make it up."""
    item: Item = {"type": "reasoning", "summary": []}
    if isinstance(id_ := details[0].get("id"), str):
        item["id"] = id_
    for detail in details:
        match detail.get("type"):
            case "reasoning.summary":
                item["summary"].append({"type": "summary_text", "text": detail.get("summary") or ""})
            case "reasoning.text":
                item.setdefault("content", []).append({"type": "reasoning_text", "text": detail.get("text") or ""})
            case "reasoning.encrypted":
                item["encrypted_content"] = detail.get("data")
        if isinstance(signature := detail.get("signature"), str):
            item["signature"] = signature
    if (format_ := details[0].get("format")) != FORMAT and isinstance(format_, str):
        item["format"] = format_
    return item


def is_ours(detail: dict[str, Any]) -> bool:
    """Did a host that speaks Responses write it? Others' it would refuse."""
    return isinstance(detail.get("format"), str) and detail["format"].endswith(OURS)


def grouped(details: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The details of each item: those of one id, or without any, up to and with its encrypted content."""
    groups: list[list[dict[str, Any]]] = []
    open_ = False
    for detail in details:
        same = open_ and all(detail.get(name) == groups[-1][0].get(name) for name in ("id", "format"))
        if same and is_ours(detail):
            groups[-1].append(detail)
        else:
            groups.append([detail])
        open_ = detail.get("type") != "reasoning.encrypted"
    return groups


def text_of(details: list[dict[str, Any]]) -> str:
    """The canonical `reasoning`: every readable part, a blank line between two."""
    texts = (detail.get("summary") or detail.get("text") for detail in details)
    return "\n\n".join(text for text in texts if isinstance(text, str) and text)
