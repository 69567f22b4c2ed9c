"""Function arguments that come in pieces (`partialArgs`, Vertex AI's `streamFunctionCallArguments`), put together.

Source: Vertex AI documentation, "Function calling", streaming function call arguments, read 2026-11-25.
"""

from __future__ import annotations

import re
from typing import Any

from crossroads_google_gemini.shape import Json, Misshapen, a_text, objects

STEP = re.compile(r"\.([^.\[\]]+)|\[(\d{1,5})\]|\[['\"]([^'\"]+)['\"]\]")
STEPS_MAX = 64
INDEX_MAX = 10_000


class PartialCall:
    """One call under way: its name and id, and the arguments so far."""

    def __init__(self, call: Json) -> None:
        self.call = {name: value for name, value in call.items() if name not in ("partialArgs", "willContinue")}
        self.args: Json = {}
        self.add(call)

    def add(self, call: Json) -> None:
        """Take in the next piece. Raises Misshapen."""
        for piece in objects(call, "partialArgs"):
            self._put(_steps(a_text(piece, "jsonPath") or ""), piece)

    def whole(self) -> Json:
        """The call as it would have come at once."""
        return {**self.call, "args": {**(self.call.get("args") or {}), **self.args}}

    def _put(self, steps: list[str | int], piece: Json) -> None:
        here: Any = self.args
        for step, following in zip(steps, [*steps[1:], None], strict=True):
            here = _list_of(here, step) if isinstance(step, int) else here
            if not isinstance(here, list if isinstance(step, int) else dict):
                raise Misshapen("jsonPath", "a path into the arguments", piece.get("jsonPath"))
            old = here[step] if isinstance(step, int) else here.get(step)
            if following is None:
                here[step] = _value(piece, old)
            elif old is None:
                here[step] = [] if isinstance(following, int) else {}
            here = here[step]


def _steps(path: str) -> list[str | int]:
    rest, steps = path.removeprefix("$"), []
    for found in STEP.finditer(rest):
        steps.append(int(found[2]) if found[2] else found[1] or found[3])
    if not steps or len(steps) > STEPS_MAX or "".join(f[0] for f in STEP.finditer(rest)) != rest:
        raise Misshapen("jsonPath", "a path into the arguments", path)
    return steps


def _list_of(here: Any, index: int) -> Any:
    if isinstance(here, list) and index <= INDEX_MAX:
        here.extend([None] * (index + 1 - len(here)))
        return here
    raise Misshapen("jsonPath", "a path into the arguments", index)


def _value(piece: Json, old: Any) -> Any:
    if (text := a_text(piece, "stringValue")) is not None:
        return old + text if isinstance(old, str) else text
    if "numberValue" in piece:
        number = piece["numberValue"]
        return int(number) if isinstance(number, float) and number.is_integer() else number
    return piece.get("boolValue")
