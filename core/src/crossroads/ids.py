"""Ids that sort by time: `gen-<unix seconds>-<20 characters>`, the shape that OpenRouter's clients know."""

from __future__ import annotations

import os

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
_BYTE_TO_CHAR = bytes(ord(ALPHABET[b & 63]) for b in range(256))


def new_id(prefix: str, now_s: float) -> str:
    """A fresh id: `prefix`, the time in whole UTC seconds, and 120 random bits."""
    return f"{prefix}-{int(now_s)}-{os.urandom(20).translate(_BYTE_TO_CHAR).decode('ascii')}"
