"""Images in the formats of vendors: where each is, or what it is.

Sources: https://docs.bfl.ai ("Get started"), fal's API reference ("Queue", "Model endpoints"), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_dialect.reading import Reading, an_object, objects


def reply(document: Any) -> Reading:
    told = an_object(document)
    result = an_object(told.get("result"))
    if told.get("status") == "Ready":  # Black Forest Labs
        return Reading(items=[result.get("sample")])
    for name in ("status_url", "polling_url"):
        if isinstance(told.get(name), str) and told.get("status") != "COMPLETED":
            return Reading(begun=True, next_url=told[name])
    images = [image.get("url") for image in objects(told.get("images"))]  # fal
    return Reading(items=images, failed=not images)
