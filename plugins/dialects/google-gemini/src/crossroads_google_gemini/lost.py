"""What an encoding drops, emulates or clamps, gathered once per parameter (law 8: never silent)."""

from __future__ import annotations

from typing import Literal

from crossroads.call import Lost


class Ledger:
    """Notes of one request, in order, each once."""

    __slots__ = ("_notes",)

    def __init__(self) -> None:
        self._notes: dict[tuple[str, str], Lost] = {}

    def dropped(self, field: str, why: str) -> None:
        self._note(field, "dropped", why)

    def emulated(self, field: str, why: str) -> None:
        self._note(field, "emulated", why)

    def clamped(self, field: str, why: str) -> None:
        self._note(field, "clamped", why)

    def lost(self) -> list[Lost]:
        return list(self._notes.values())

    def _note(self, field: str, how: Literal["dropped", "emulated", "clamped"], why: str) -> None:
        self._notes.setdefault((field, how), Lost(field, how, why))
