"""What generations of Gemini models differ in, by upstream name: how they are told to think, and what they take.

Sources: Google's documentation, "Thinking" (levels by model), "Thought signatures", "Function calling", "Structured
output", and the guide to Gemini 3.5 Flash, read 2026-11-25. A name that says no generation (`gemini-flash-latest`, a
tuned model) counts as the newest.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_GENERATION = re.compile(r"gemini-(\d+)(?:\.(\d+))?")


class Traits(NamedTuple):
    """levels: `thinkingLevel`s in rising order; empty: it takes a budget. budget: lowest and highest one, in tokens;
    None: it does not think. can_stop: does it take a budget of 0?
    """

    levels: tuple[str, ...] = ()
    budget: tuple[int, int] | None = None
    can_stop: bool = False
    signs_calls: bool = False
    """It refuses a function call of the running turn that comes back without a thought signature."""
    schema_with_tools: bool = False
    """Structured output and functions in one request."""
    media_in_results: bool = False
    """`functionResponse.parts`."""


GEMINI_3 = Traits(("low", "medium", "high"), (128, 32768), False, True, True, True)
GEMINI_3_PRO = GEMINI_3._replace(levels=("low", "high"))
GEMINI_3_FLASH = GEMINI_3._replace(levels=("minimal", "low", "medium", "high"), budget=(0, 32768), can_stop=True)
GEMINI_25_FLASH = Traits((), (0, 24576), can_stop=True)
GEMINI_25_LITE = Traits((), (512, 24576), can_stop=True)
GEMINI_25_PRO = Traits((), (128, 32768))
PLAIN = Traits()


def traits(upstream: str) -> Traits:
    """What the model of this name takes."""
    name = upstream.rsplit("/", 1)[-1].lower()
    found = _GENERATION.search(name)
    if found is None:
        return PLAIN if name.startswith(("gemma", "learnlm")) else GEMINI_3
    generation = (int(found[1]), int(found[2] or 0))
    if generation == (3, 0) and "pro" in name:
        return GEMINI_3_PRO
    if (3, 0) <= generation <= (3, 5) and "flash" in name:
        return GEMINI_3_FLASH
    if generation >= (3, 0):
        return GEMINI_3
    if generation == (2, 5):
        return GEMINI_25_LITE if "lite" in name else GEMINI_25_PRO if "pro" in name else GEMINI_25_FLASH
    return PLAIN
