"""What is installed: entry points and manifests, read as data, compiled once, cached. Imports no plugin.

    scan sys.path for *.dist-info  ->  unchanged?  yes: the cached index, one file (400 packages: a few ms)
                                                   no:  read entry points and manifests of what changed, write it anew

Each distribution is kept under its dist-info folder and that folder's time of change; each manifest under its file's
time and size, so that an edit of an editable install is seen. Manifests stay undecoded until their provider is used.
stevedore's own cache is not used: it drops the distribution of an entry point and keeps times as 32-bit floats.
"""

from __future__ import annotations

import configparser
import contextlib
import hashlib
import os
import re
import sys
from collections.abc import Iterable, Mapping
from email.parser import HeaderParser
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import msgspec

from crossroads.addresses import needed
from crossroads.errors import CrossroadsError, PluginError
from crossroads.manifest import Manifest, read_manifest

GROUPS = tuple(
    f"crossroads.{kind}"
    for kind in ("providers", "dialects", "strategies", "policies", "sinks", "stores", "surfaces", "commands")
)
PROVIDERS, DIALECTS, STRATEGIES, POLICIES, SINKS = GROUPS[:5]
MANIFEST_NAME = "provider.toml"
CACHE_VERSION = 3
METADATA_BYTES_MAX = 1 << 20


class Plugin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry point of ours. value: `module` or `module:attribute`."""

    group: str
    name: str
    value: str
    distribution: str
    version: str
    manifest: bytes | None = None
    """A provider's compiled manifest (msgpack), decoded by `Index.manifest`. Not a Raw: as a part of a union it could
    be written, but not read."""
    manifest_path: str | None = None
    env: tuple[str, ...] = ()
    needs: tuple[tuple[str, ...], ...] = ()
    missing: tuple[str, ...] = ()
    activate: str = "credential"
    """These four are copied from the manifest: they decide, undecoded, whether a provider takes part at all."""
    error: str | None = None
    """Why it can't be used: a broken manifest, a name that two distributions claim."""


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
    """

    def __init__(self, plugins: Iterable[Plugin], objects: Mapping[tuple[str, str], Any] | None = None) -> None:
        self.objects = dict(objects or {})
        self._plugins: dict[tuple[str, str], Plugin] = {}
        for plugin in plugins:
            key = (plugin.group, plugin.name)
            other = self._plugins.get(key)
            if other is not None and other.distribution != plugin.distribution:
                both = " and ".join(sorted((other.distribution, plugin.distribution)))
                plugin = msgspec.structs.replace(plugin, error=f"{both} both claim this name. Uninstall one of them.")
            self._plugins[key] = plugin
        self._manifests: dict[str, Manifest] = {}

    def all(self, group: str | None = None) -> list[Plugin]:
        """In order of group and name."""
        found = [p for p in self._plugins.values() if group is None or p.group == group]
        return sorted(found, key=lambda p: (p.group, p.name))

    def find(self, group: str, name: str) -> Plugin:
        """Raises PluginError: not installed (with the command that would), or not usable."""
        plugin = self._plugins.get((group, name))
        if plugin is None:
            kind = group.removeprefix("crossroads.")
            have = ", ".join(p.name for p in self.all(group)) or "none"
            raise PluginError(
                f"no such plugin among {kind} (installed: {have}).",
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
    known = {dist.path: dist for dist in _read(cache_file)}
    dists, fresh = [], False
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
    entry_points = _entry_points(dist_info)
    if not entry_points:
        return _Dist(path=str(dist_info), changed_ns=changed_ns, plugins=())
    name, version = _name_and_version(dist_info)
    plugins, files = [], []
    for group, entry, value in entry_points:
        plugin = Plugin(group=group, name=entry, value=value, distribution=name, version=version)
        if group == PROVIDERS:
            plugin, file = _with_manifest(plugin, dist_info, path)
            files += [file] if file else []
        plugins.append(plugin)
    return _Dist(path=str(dist_info), changed_ns=changed_ns, plugins=tuple(plugins), files=tuple(files))


def _with_manifest(plugin: Plugin, dist_info: Path, path: list[str]) -> tuple[Plugin, tuple[str, int, int] | None]:
    module = plugin.value.partition(":")[0].strip()
    if not re.fullmatch(r"\w+", module):
        error = f"its entry point {plugin.value!r} is not in a top-level package."
        return msgspec.structs.replace(plugin, error=error), None
    folder = _package_folder(module, dist_info, path)
    if folder is None:
        return msgspec.structs.replace(plugin, error=f"its package {module} is not there."), None
    file = folder / MANIFEST_NAME
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


def _package_folder(module: str, dist_info: Path, path: list[str]) -> Path | None:
    """Where the package lies: beside its dist-info, in the source tree of an editable install, or anywhere on the path.

    Asking every folder of a path with hundreds of editable installs costs seconds, so the last is only the fall-back.
    """
    for folder in (dist_info.parent, *_editable(dist_info, path)):
        if (folder / module / "__init__.py").is_file():
            return folder / module
    spec = PathFinder.find_spec(module, path)  # finds, never imports
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def _editable(dist_info: Path, path: list[str]) -> Iterable[Path]:
    """Of its source tree (PEP 610), the folders that imports look into."""
    with contextlib.suppress(OSError, ValueError):
        url = msgspec.json.decode((dist_info / "direct_url.json").read_bytes())["url"]
        tree = url2pathname(urlsplit(url).path)
        for folder in (os.path.join(tree, "src"), tree):
            if folder in path:
                yield Path(folder)


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


def _entry_points(dist_info: Path) -> list[tuple[str, str, str]]:
    try:
        text = (dist_info / "entry_points.txt").read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    if "crossroads." not in text:
        return []
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(text)
    except configparser.Error:
        return []
    return [
        (group, name, value) for group in GROUPS if parser.has_section(group) for name, value in _items(parser[group])
    ]


def _items(section: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    return section.items()


def _name_and_version(dist_info: Path) -> tuple[str, str]:
    for name in ("METADATA", "PKG-INFO"):
        with contextlib.suppress(OSError), open(dist_info / name, encoding="utf-8") as file:
            headers = HeaderParser().parsestr(file.read(METADATA_BYTES_MAX), headersonly=True)
            return headers.get("Name", dist_info.stem), headers.get("Version", "")
    return dist_info.stem, ""


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
