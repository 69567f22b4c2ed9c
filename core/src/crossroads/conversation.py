"""Which conversation a call belongs to, so that strategies may keep it where its provider's prompt cache is.

Known by `session_id`, else the header `x-session-id`, else `prompt_cache_key`, else its opening: the messages up to the
first that is neither system nor developer. Law: two callers never share one, whatever they name it.
Source of the order: OpenRouter, "Prompt caching", sticky routing, read 2026-11-24.
"""

from __future__ import annotations

import hashlib

import msgspec

from crossroads.call import Call

SKIPPED = ("system", "developer")


class _Message(msgspec.Struct):
    role: str = ""


def conversation(call: Call) -> bytes | None:
    """A digest of what names the conversation, apart by caller; None: nothing does."""
    fields = call.opened.fields
    if named := call.session_id:
        told = named.encode()
    elif isinstance(stated := fields.get("prompt_cache_key"), msgspec.Raw) and bytes(stated) != b"null":
        told = bytes(stated)
    else:
        told = _opening(fields.get("system"), fields.get("messages"))
    if not told:
        return None
    return hashlib.blake2b(told, key=(call.principal.key_id or "").encode()[:64], digest_size=32).digest()


def _opening(system: object, messages: object) -> bytes:
    if not isinstance(messages, msgspec.Raw):
        return b""
    told = [bytes(system)] if isinstance(system, msgspec.Raw) else []
    try:
        for raw in msgspec.json.decode(messages, type=list[msgspec.Raw]):
            told.append(bytes(raw))
            if msgspec.json.decode(raw, type=_Message).role not in SKIPPED:
                break
    except (ValueError, RecursionError):  # the dialect's to judge
        return b""
    return b"".join(told)
