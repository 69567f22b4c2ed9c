"""From a name to a distribution, and to the command of this environment's own installer. Runs nothing.

Law: a name that nobody knows is not guessed at: a misspelt name may be somebody's trap.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path

from crossroads.config import cache_folder
from crossroads.engine.installed.index import load_index
from crossroads.engine.installed.trust import canonical
from crossroads.errors import ConfigError
from crossroads.known import all_known, nearest

WHEEL = ".whl"


def wanted(name: str) -> str:
    """What to install: a known package by its name or distribution, or a wheel file. Raises ConfigError."""
    if name.endswith(WHEEL) and Path(name).is_file():
        return name
    known = {row.name: row.distribution for row in all_known()}
    known |= {row.distribution: row.distribution for row in all_known()}
    if (found := known.get(name.lower())) is not None:
        return found
    raise ConfigError(
        "is no package that this version of Crossroads knows.",
        field="name",
        value=name,
        remedy=_did_you_mean(name, [row.name for row in all_known()])
        + " A package that you found elsewhere is installed with pip or uv, by its full name.",
    )


def installed(name: str) -> str:
    """The distribution that brings a plugin of this name, or has it. Raises ConfigError: nobody, or several."""
    plugins = load_index(cache_folder()).claims
    found = {p.distribution for p in plugins if name.lower() in (p.name, canonical(p.distribution))}
    if len(found) == 1:
        return found.pop()
    if not found:
        remedy = _did_you_mean(name, [plugin.name for plugin in plugins])
        raise ConfigError("is not installed.", field="name", value=name, remedy=remedy)
    remedy = f"Name the distribution: {' or '.join(sorted(found))}."
    raise ConfigError("is claimed by several distributions.", field="name", value=name, remedy=remedy)


def install_command(distributions: list[str]) -> list[str]:
    """Wheels only, so that installing runs nothing of a package."""
    return [*_installer("install"), "--only-binary", ":all:", *distributions]


def uninstall_command(distributions: list[str]) -> list[str]:
    command = _installer("uninstall")
    return [*command, *(["--yes"] if "-m" in command else []), *distributions]


def _installer(verb: str) -> list[str]:
    """This environment's own pip; an environment without one was made by uv. Raises ConfigError: neither is there."""
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", verb]
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        raise ConfigError("can't be found.", field="pip or uv", remedy="Install one of them into this environment.")
    return [uv, "pip", verb, "--python", sys.executable]


def _did_you_mean(name: str, names: list[str]) -> str:
    close = nearest(name.lower().removeprefix("crossroads-"), names)
    return f"Did you mean {' or '.join(close)}?" if close else "`crossroads providers search WORD` finds more."
