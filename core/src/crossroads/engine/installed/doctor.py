"""A look at every installed plugin: where it came from, what it was written for, who trusts it, whether it works.

Law: what is not trusted, or is claimed twice, is described from its files and never imported.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Literal, NamedTuple

from crossroads.config import Config
from crossroads.engine.installed.index import Index, Plugin
from crossroads.engine.installed.metadata import origin_of, path_files_that_run
from crossroads.engine.installed.plugins import Plugins
from crossroads.engine.installed.trust import Trust, trusted_index
from crossroads.errors import CrossroadsError

State = Literal["ok", "broken", "untrusted", "left out"]


class Finding(NamedTuple):
    """One plugin. origin: as the installer recorded it. conflicts: other distributions that claim its name."""

    plugin: Plugin
    state: State
    origin: str
    trust: str
    hash: str | None = None
    conflicts: tuple[str, ...] = ()
    import_ms: float | None = None
    problem: str | None = None
    remedy: str | None = None

    def row(self) -> dict[str, Any]:
        """As it is printed."""
        told = {name: value for name, value in self._asdict().items() if name != "plugin"}
        return {**told, "api": ", ".join(self.plugin.api) or "1"}


def examine_all(config: Config) -> list[Finding]:
    """Every plugin of this environment, in order of group and name; one that an untrusted distribution claims as well
    stands there once for each."""
    index, trust = trusted_index(config), Trust(config.plugins.trusted)
    plugins = {(p.group, p.name, p.distribution): p for p in (*index.refused, *index.all())}
    claims: dict[tuple[str, str], set[str]] = {}
    for claim in (*index.refused, *index.claims):
        claims.setdefault((claim.group, claim.name), set()).add(claim.distribution)
    found = [_examine(plugins[key], index, trust) for key in sorted(plugins)]
    return [
        one._replace(conflicts=tuple(sorted(claims[one.plugin.group, one.plugin.name] - {one.plugin.distribution})))
        for one in found
    ]


def _examine(plugin: Plugin, index: Index, trust: Trust) -> Finding:
    hash_ = trust.hash_of(plugin) if plugin.info else None
    found = Finding(plugin, "ok", origin_of(Path(plugin.info)), trust.state(plugin), hash_)
    if found.trust == "no":
        remedy = f'Read it; to allow it, add {plugin.distribution} = "{hash_}" to [plugins.trusted].'
        return found._replace(state="untrusted", problem=plugin.error, remedy=remedy)
    if running := path_files_that_run(Path(plugin.info)):
        problem = f"{', '.join(running)} runs code at every start of Python, whatever is trusted."
        return found._replace(state="broken", problem=problem, remedy=f"Uninstall {plugin.distribution}.")
    if plugin.error is not None:
        return found._replace(state="broken", problem=plugin.error, remedy=_remedy(plugin))
    plugins = Plugins(index)
    if (why := plugins.may_load(plugin)) is not None:
        return found._replace(state="left out", problem=why)
    started = time.perf_counter()
    try:
        loaded = plugins.load(plugin.group, plugin.name)
        plugins.register(loaded, f"{plugin.group.removeprefix('crossroads.')}/{plugin.name}")
    except CrossroadsError as error:
        return found._replace(state="broken", problem=error.what, remedy=error.remedy)
    return found._replace(import_ms=round((time.perf_counter() - started) * 1000, 1))


def _remedy(plugin: Plugin) -> str:
    error = plugin.error or ""
    if "both claim" in error:
        return "Uninstall one of them: `crossroads uninstall NAME`."
    if "hook API" in error:
        return "Update it, or the core."
    return f"Correct {plugin.manifest_path}." if plugin.manifest_path else "Reinstall it."
