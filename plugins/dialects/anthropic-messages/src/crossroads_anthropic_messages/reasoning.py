"""Reasoning details <-> thinking blocks: text with its signature, and what was redacted; echoed unmodified.

Another format's details have no block that an Anthropic upstream would take: see `foreign`.
Source: OpenRouter API reference, "Reasoning tokens" (reasoning_details), and `anthropic` 2.12, read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads.call import Lost
from crossroads_anthropic_messages import foreign
from crossroads_anthropic_messages.foreign import FORMAT

Detail = dict[str, Any]


def detail(block: dict[str, Any], index: int) -> Detail:
    """The detail of a thinking or redacted_thinking block."""
    thought = block.get("type") == "thinking"
    sealed = block.get("signature" if thought else "data")
    if (packed := foreign.unpack(sealed)) is not None:
        return _unpacked(packed, block.get("thinking"))
    if not thought:
        return {"type": "reasoning.encrypted", "data": sealed, "format": FORMAT, "index": index}
    made = {"type": "reasoning.text", "text": block.get("thinking") or "", "format": FORMAT, "index": index}
    if "signature" in block:
        made["signature"] = sealed
    return made


def _unpacked(packed: Detail, text: Any) -> Detail:
    told = "summary" if packed.get("type") == "reasoning.summary" else "text"
    return {**packed, told: text} if isinstance(text, str) and text else packed


def packed_block(detail: Detail) -> dict[str, Any]:
    """Any detail as a block for a client of Anthropic's."""
    text = detail.get("text") or detail.get("summary") or ""
    if is_own(detail):
        return own_block(detail)
    seal = foreign.pack({name: value for name, value in detail.items() if name not in ("text", "summary")})
    if text:
        return {"type": "thinking", "thinking": text, "signature": seal}
    return {"type": "redacted_thinking", "data": seal}


def own_block(detail: Detail) -> dict[str, Any]:
    """A detail of Anthropic's own as the block that it was."""
    if detail.get("type") == "reasoning.encrypted":
        return {"type": "redacted_thinking", "data": detail.get("data") or ""}
    block = {"type": "thinking", "thinking": detail.get("text") or ""}
    if detail.get("signature") is not None:
        block["signature"] = detail["signature"]
    return block


def is_own(detail: Detail) -> bool:
    """Was it made by a Claude? Clients that forget the format still keep the signature of a text."""
    if detail.get("type") not in ("reasoning.text", "reasoning.encrypted"):
        return False
    named = detail.get("format")
    return named == FORMAT or (named in (None, "unknown") and isinstance(detail.get("signature"), str))


def thinking_blocks(details: Any, path: str, lost: list[Lost]) -> list[dict[str, Any]]:
    """The blocks that an Anthropic upstream gets of an assistant's details."""
    whole = merged([one for one in details or [] if isinstance(one, dict)])
    own = [own_block(one) for one in whole if is_own(one)]
    if len(own) != len(whole):
        why = "another model's reasoning means nothing to this one"
        lost.append(Lost(f"{path}.reasoning_details", "dropped", why))
    return own


def merged(details: list[Detail]) -> list[Detail]:
    """Pieces of one text, as a client collected them from a stream, joined again."""
    out: list[Detail] = []
    for one in details:
        before = out[-1] if out else None
        if (
            before is not None
            and one.get("type") == before.get("type") == "reasoning.text"
            and "index" in one
            and one.get("index") == before.get("index")
            and before.get("signature") is None
        ):
            text = (before.get("text") or "") + (one.get("text") or "")
            out[-1] = {**before, **{k: v for k, v in one.items() if v is not None}, "text": text}
        else:
            out.append(one)
    return out
