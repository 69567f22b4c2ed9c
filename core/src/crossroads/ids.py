"""Ids that sort by time: `gen-<unix seconds>-<20 characters>`, the shape that OpenRouter's clients know."""

from __future__ import annotations

import os

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
CHARACTERS = 20
DRAWN_AT_ONCE = 64
_BYTE_TO_CHAR = bytes(ord(ALPHABET[b & 63]) for b in range(256))

_drawn: list[str] = []
"""Random characters for the next ids: a call needs two, and asking the kernel for each costs it 3 us."""
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_drawn.clear)  # or parent and child would give out the same ids


def new_id(prefix: str, now_s: float) -> str:
    """A fresh id: `prefix`, the time in whole UTC seconds, and 120 random bits."""
    try:
        characters = _drawn.pop()
    except IndexError:
        characters = _draw()
    return f"{prefix}-{int(now_s)}-{characters}"


def _draw() -> str:
    text = os.urandom(CHARACTERS * DRAWN_AT_ONCE).translate(_BYTE_TO_CHAR).decode("ascii")
    first, *rest = (text[at : at + CHARACTERS] for at in range(0, len(text), CHARACTERS))
    _drawn.extend(rest)
    return first
