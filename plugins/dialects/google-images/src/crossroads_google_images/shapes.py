"""Sizes in pixels -> the shapes that Google makes, by the ratio of ratios."""

from __future__ import annotations

import math
from collections.abc import Sequence

GEMINI = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
"""Source: google-genai 3.4, types.ImageConfig.aspect_ratio, read 2026-11-25."""
IMAGEN = ("1:1", "3:4", "4:3", "9:16", "16:9")
"""Source: google-genai 3.4, types.GenerateImagesConfig.aspect_ratio, read 2026-11-25."""


def nearest(width: int, height: int, shapes: Sequence[str]) -> str:
    def away(shape: str) -> float:
        across, down = map(int, shape.split(":"))
        return abs(math.log(width / height) - math.log(across / down))

    return min(shapes, key=away)
