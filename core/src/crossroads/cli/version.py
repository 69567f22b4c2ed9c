"""`crossroads version`."""

from __future__ import annotations

import platform
from importlib.metadata import version as installed

from crossroads.cli.show import Json, show_json


def version(as_json: Json = False) -> None:
    """Print the versions of Crossroads, its hook API and Python."""
    from crossroads import hookspecs

    facts = {
        "crossroads": installed("crossroads"),
        "hook_api": hookspecs.API,
        "python": platform.python_version(),
        "platform": platform.platform(),
    }
    if as_json:
        show_json(facts)
    else:
        print(f"crossroads {facts['crossroads']} (hook API {facts['hook_api']}, Python {facts['python']})")
