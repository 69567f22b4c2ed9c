"""What is installed: entry points and manifests, read as data, compiled once, cached. Imports no plugin.

    scan sys.path for *.dist-info  ->  unchanged?  yes: the cached index, one file (400 packages: a few ms)
                                                   no:  read entry points and manifests of what changed, write it anew

Each distribution is kept under its dist-info folder and that folder's time of change; each manifest under its file's
time and size, so that an edit of an editable install is seen. Manifests stay undecoded until their provider is used.
stevedore's own cache is not used: it drops the distribution of an entry point and keeps times as 32-bit floats.
"""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from crossroads.addresses import needed
from crossroads.api import API
from crossroads.engine.installed.metadata import name_and_version, package_folder, read_entry_points
from crossroads.errors import CrossroadsError, PluginError
from crossroads.facts import FOLDER, compile_facts
from crossroads.manifest import Manifest, read_manifest

KINDS = "providers dialects strategies policies sinks stores surfaces commands catalogs"
GROUPS = tuple(f"crossroads.{kind}" for kind in KINDS.split())
PROVIDERS, DIALECTS, STRATEGIES, POLICIES, SINKS = GROUPS[:5]
CATALOGS = GROUPS[-1]
MANIFEST_NAME = "provider.toml"
NAMED_MAX = 8
"""Of what is installed, in an error that names it."""
CACHES_MAX = 16
"""Files in the cache folder: one for each path (an environment, a check of a package), the newest stay."""
CACHE_VERSION = 6


class Plugin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry point of ours. value: `module` or `module:attribute`."""

    group: str
    name: str
    value: str
    distribution: str
    version: str
    info: str = ""
    """Its dist-info folder."""
    api: tuple[str, ...] = ()
    """Versions of the contract that it says it was written for; none: version 1."""
    manifest: bytes | None = None
    """A provider's compiled manifest (msgpack), decoded by `Index.manifest`. Not a Raw: as a part of a union it could
    be written, but not read."""
    manifest_path: str | None = None
    facts: bytes | None = None
    """A catalog's compiled models, decoded by `Plugins.facts`."""
    env: tuple[str, ...] = ()
    needs: tuple[tuple[str, ...], ...] = ()
    missing: tuple[str, ...] = ()
    activate: str = "credential"
    """These four are copied from the manifest: they decide, undecoded, whether a provider takes part at all."""
    error: str | None = None
    """Why it can't be used: a broken manifest, a name that two distributions claim, no trust, another hook API."""


class _Dist(msgspec.Struct, frozen=True, kw_only=True):
    path: str
    changed_ns: int
    plugins: tuple[Plugin, ...]
    files: tuple[tuple[str, int, int], ...] = ()
    """Manifest files: (path, mtime in ns, size)."""


class _Cache(msgspec.Struct, kw_only=True):
    version: int
    dists: list[_Dist]


class Index:
    """All installed plugins by (group, name). Never raises for one bad package: `Plugin.error` says it.

    objects: plugins that are there already, by (group, name): made by a test, or by an embedding application.
    refused: those that are not trusted; they stand in the index, with the reason, where nobody trusted has their name.
    """

    def __init__(
        self,
        plugins: Iterable[Plugin],
        objects: Mapping[tuple[str, str], Any] | None = None,
        refused: Iterable[Plugin] = (),
    ) -> None:
        self.objects = dict(objects or {})
        self.refused = tuple(refused)
        self.claims = tuple(plugins)
        """Every entry point as it was found, also where two have one name."""
        self._plugins: dict[tuple[str, str], Plugin] = {}
        for plugin in self.claims:
            key = (plugin.group, plugin.name)
            other = self._plugins.get(key)
            if other is not None and other.distribution != plugin.distribution:
                both = " and ".join(sorted((other.distribution, plugin.distribution)))
                plugin = msgspec.structs.replace(plugin, error=f"{both} both claim this name. Uninstall one of them.")
            elif plugin.error is None and plugin.api and API not in plugin.api:
                why = f"it was written for hook API {', '.join(plugin.api)}, and this core has {API}."
                plugin = msgspec.structs.replace(plugin, error=why)
            self._plugins[key] = plugin
        for plugin in self.refused:
            self._plugins.setdefault((plugin.group, plugin.name), plugin)
        self._manifests: dict[str, Manifest] = {}

    def under(self, objection: Callable[[Plugin], str | None]) -> Index:
        """As far as it is trusted. objection: why a plugin may not take part, or None; not asked for `objects`."""
        fine, refused = [], []
        for plugin in self.claims:
            why = None if (plugin.group, plugin.name) in self.objects else objection(plugin)
            if why is None:
                fine.append(plugin)
            else:
                refused.append(msgspec.structs.replace(plugin, error=why))
        return Index(fine, self.objects, refused)

    def all(self, group: str | None = None) -> list[Plugin]:
        """In order of group and name."""
        found = [p for p in self._plugins.values() if group is None or p.group == group]
        return sorted(found, key=lambda p: (p.group, p.name))

    def find(self, group: str, name: str) -> Plugin:
        """Raises PluginError: not installed (with the command that would), or not usable."""
        plugin = self._plugins.get((group, name))
        if plugin is None:
            kind = group.removeprefix("crossroads.")
            names = [p.name for p in self.all(group)]
            have = difflib.get_close_matches(name, names) or names[:NAMED_MAX]
            told = ", ".join(have) + (f" and {len(names) - len(have)} more" if len(names) > len(have) else "")
            raise PluginError(
                f"no such plugin among {kind} (installed: {told or 'none'}).",
                plugin=name,
                remedy=f"Run `pip install crossroads-{name}`, or correct the name.",
            )
        if plugin.error is not None:
            raise PluginError(plugin.error, plugin=name, remedy="Run `crossroads plugins doctor`.")
        return plugin

    def manifest(self, plugin: Plugin) -> Manifest:
        """A provider's facts, decoded on the first ask."""
        found = self._manifests.get(plugin.name)
        if found is None:
            if plugin.manifest is None:
                raise PluginError(plugin.error or "has no manifest.", plugin=plugin.name, remedy="Reinstall it.")
            found = self._manifests[plugin.name] = msgspec.msgpack.decode(plugin.manifest, type=Manifest)
        return found


def load_index(cache_dir: Path | None, path: list[str] | None = None) -> Index:
    """The index of what is on `path` (default sys.path). cache_dir None: no cache is read or written."""
    path = sys.path if path is None else path
    cache_file = None if cache_dir is None else cache_dir / f"index-{_key(path)}.msgpack"
    kept = _read(cache_file)
    known = {dist.path: dist for dist in kept or _read(newest_cache(cache_dir))}
    dists, fresh = [], not kept
    for dist_path, changed_ns in _dist_infos(path):
        dist = known.pop(dist_path, None)
        if dist is None or dist.changed_ns != changed_ns or not _still_holds(dist):
            dist, fresh = _scan(Path(dist_path), changed_ns, path), True
        dists.append(dist)
    if cache_file is not None and (fresh or known):
        _write(cache_file, dists)
    # A distribution found twice on the path counts once: the first wins, as it does for imports.
    first: dict[str, _Dist] = {}
    for dist in dists:
        first.setdefault(Path(dist.path).name.split("-", 1)[0].lower(), dist)
    return Index(plugin for dist in first.values() for plugin in dist.plugins)


def newest_cache(cache_dir: Path | None) -> Path | None:
    """The cache of another path: mostly it differs in the first folder alone, and what holds there holds here."""
    files = _caches(cache_dir) if cache_dir else []
    return files[0] if files else None


def _caches(cache_dir: Path) -> list[Path]:
    """Newest first. One that another process has removed meanwhile is the oldest."""

    def written(file: Path) -> float:
        try:
            return file.stat().st_mtime
        except OSError:
            return 0.0

    return sorted(cache_dir.glob("index-*.msgpack"), key=written, reverse=True)


def _key(path: list[str]) -> str:
    identity = "\0".join([sys.version, str(CACHE_VERSION), *path])
    return hashlib.sha256(identity.encode()).hexdigest()[:16]


def _dist_infos(path: list[str]) -> Iterable[tuple[str, int]]:
    for folder in path:
        try:
            entries = sorted(
                (e for e in os.scandir(folder or ".") if e.name.endswith((".dist-info", ".egg-info"))),
                key=lambda e: e.name,
            )
        except OSError:
            continue
        for entry in entries:
            with contextlib.suppress(OSError):
                yield entry.path, entry.stat().st_mtime_ns


def _still_holds(dist: _Dist) -> bool:
    """What was wrong is looked at again every time: nobody should have to delete a cache after a correction."""
    return not any(plugin.error for plugin in dist.plugins) and all(map(_unchanged, dist.files))


def _unchanged(file: tuple[str, int, int]) -> bool:
    path, changed_ns, size = file
    try:
        found = os.stat(path)
    except OSError:
        return False
    return found.st_mtime_ns == changed_ns and found.st_size == size


def _scan(dist_info: Path, changed_ns: int, path: list[str]) -> _Dist:
    """Read one distribution. Most hold nothing of ours, and that is remembered too."""
    entry_points, api = read_entry_points(dist_info, GROUPS)
    if not entry_points:
        return _Dist(path=str(dist_info), changed_ns=changed_ns, plugins=())
    name, version = name_and_version(dist_info)
    plugins, files = [], []
    for group, entry, value in entry_points:
        plugin = Plugin(
            group=group, name=entry, value=value, distribution=name, version=version, info=str(dist_info), api=api
        )
        if group == PROVIDERS:
            plugin, file = _with_manifest(plugin, dist_info, path)
            files += [file] if file else []
        elif group == CATALOGS:
            plugin, read = _with_facts(plugin, dist_info, path)
            files += read
        plugins.append(plugin)
    return _Dist(path=str(dist_info), changed_ns=changed_ns, plugins=tuple(plugins), files=tuple(files))


def _with_manifest(plugin: Plugin, dist_info: Path, path: list[str]) -> tuple[Plugin, tuple[str, int, int] | None]:
    try:
        file = package_folder(plugin.name, plugin.value, dist_info, path) / MANIFEST_NAME
    except PluginError as error:
        return msgspec.structs.replace(plugin, error=str(error)), None
    try:
        found = file.stat()
        manifest = read_manifest(file)
        if manifest.name != plugin.name:
            raise PluginError(
                f"its manifest names it {manifest.name!r}.", plugin=plugin.name, remedy="Make both names the same."
            )
    except (OSError, CrossroadsError) as error:
        return msgspec.structs.replace(plugin, error=str(error), manifest_path=str(file)), None
    compiled = msgspec.structs.replace(
        plugin,
        manifest_path=str(file),
        **compiled_words(manifest),
    )
    return compiled, (str(file), found.st_mtime_ns, found.st_size)


def compiled_words(manifest: Manifest) -> dict[str, Any]:
    """A manifest as a Plugin keeps it: whole and undecoded, and the words that are needed without decoding."""
    urls = [manifest.base_url or "", *(url for served in manifest.operations.values() for url in served.urls)]
    return {
        "manifest": msgspec.msgpack.encode(manifest),
        "env": manifest.auth.env,
        "needs": needed(manifest.variables, urls),
        "missing": manifest.missing,
        "activate": manifest.activate,
    }


def _with_facts(plugin: Plugin, dist_info: Path, path: list[str]) -> tuple[Plugin, list[tuple[str, int, int]]]:
    """A catalog's models, and its files: the folder too, so that a new file is seen."""
    try:
        folder = package_folder(plugin.name, plugin.value, dist_info, path) / FOLDER
        files = [(str(file), file.stat()) for file in (folder, *sorted(folder.glob("*.toml")))]
        compiled = msgspec.structs.replace(plugin, facts=compile_facts(folder), manifest_path=str(folder))
    except (OSError, CrossroadsError) as error:
        return msgspec.structs.replace(plugin, error=str(error)), []
    return compiled, [(name, found.st_mtime_ns, found.st_size) for name, found in files]


def _read(file: Path | None) -> list[_Dist]:
    if file is None:
        return []
    try:
        cache = msgspec.msgpack.decode(file.read_bytes(), type=_Cache)
    except (OSError, msgspec.MsgspecError):
        return []
    return cache.dists if cache.version == CACHE_VERSION else []


def _write(file: Path, dists: list[_Dist]) -> None:
    """Whole or not at all: another process may read it now. A folder that can't be written costs only time."""
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        scratch = file.with_suffix(f".{os.getpid()}.tmp")
        scratch.write_bytes(msgspec.msgpack.encode(_Cache(version=CACHE_VERSION, dists=dists)))
        scratch.replace(file)
        for old in _caches(file.parent)[CACHES_MAX:]:
            old.unlink(missing_ok=True)
