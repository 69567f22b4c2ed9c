"""Who may load: `plugins.trusted`, a distribution's name -> true, or the hashes of what it may consist of.

Law: what is not trusted takes no part at all: it is not imported, its manifest's facts are not used, and it can't take
a name away from what is trusted; it is named. Reading entry points, manifests and files as data executes nothing.

A hash covers the files that were installed, and their names; it holds for the wheel of one version on every machine. It
says that nothing was changed since somebody read it. It is no protection from whoever can write to this environment
while a process runs.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import re
import sys
import zipfile
from collections.abc import Iterator, Mapping
from importlib.machinery import PathFinder
from pathlib import Path

from crossroads.config import Config, cache_folder
from crossroads.engine.installed.index import GROUPS, Index, Plugin, load_index
from crossroads.engine.installed.metadata import is_editable, read_entry_points, recorded_names
from crossroads.errors import ConfigError, printable

log = logging.getLogger("crossroads")

Allowed = Mapping[str, bool | str | tuple[str, ...]]
NAMED_MAX = 10
"""Names in one line of the log."""
INSTALLERS_OWN = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json"})
"""What the installer writes into a dist-info by itself, and differently on each machine."""


class Trust:
    """What the configuration says of distributions. allowed None: all that are installed."""

    def __init__(self, allowed: Allowed | None) -> None:
        self._allowed = None if allowed is None else {canonical(name): said for name, said in allowed.items()}
        self._hashes: dict[str, str] = {}

    def objection(self, plugin: Plugin) -> str | None:
        """Why it may not load, or None."""
        if self._allowed is None:
            return None
        said = self._allowed.get(canonical(plugin.distribution))
        if said is None or said is False:
            return f"{plugin.distribution} is not among plugins.trusted."
        if said is True:
            return None
        hashes = (said,) if isinstance(said, str) else said
        if self.hash_of(plugin) in hashes:
            return None
        return f"{plugin.distribution} {plugin.version} is not what plugins.trusted allows: its hash is another."

    def state(self, plugin: Plugin) -> str:
        """In a word: all (nobody is asked), named, hash, no."""
        if self._allowed is None:
            return "all"
        if self.objection(plugin) is not None:
            return "no"
        return "named" if self._allowed[canonical(plugin.distribution)] is True else "hash"

    def hash_of(self, plugin: Plugin) -> str:
        """Of its distribution, read once."""
        if plugin.info not in self._hashes:
            self._hashes[plugin.info] = distribution_hash(Path(plugin.info))
        return self._hashes[plugin.info]


def trusted_index(config: Config, index: Index | None = None) -> Index:
    """What is installed, as far as the configuration trusts it; what is not is named in the log.

    index: default, that of this environment.
    """
    index = load_index(cache_folder()) if index is None else index
    if config.plugins.trusted is None:
        return index
    under = index.under(Trust(config.plugins.trusted).objection)
    if under.refused:
        names = sorted({plugin.distribution for plugin in under.refused})
        more = f" and {len(names) - NAMED_MAX} more" if len(names) > NAMED_MAX else ""
        told = ", ".join(map(printable, names[:NAMED_MAX]))
        log.warning("not trusted, not loaded: %s%s (`crossroads plugins doctor` shows why)", told, more)
    return under


def canonical(distribution: str) -> str:
    """A distribution's name as package indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def distribution_hash(info: Path) -> str:
    """`sha256:` and the digest over path and content of every file, in order of path.

    info: its dist-info folder. The packages that its entry points name are read whole, which covers an editable
    installation too, whose files stand elsewhere. Compiled files are left out.
    """
    files = dict(_recorded(info))
    for module in {value.partition(":")[0].split(".")[0].strip() for _, _, value in read_entry_points(info, GROUPS)[0]}:
        files |= dict(_package(module))
    return _digest({place: _content(file) for place, file in files.items()})


def wheel_hash(wheel: Path) -> str:
    """The hash that a wheel's distribution will have once it is installed. Raises ConfigError: it is no wheel."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            info = next(Path(name).parent for name in names if name.endswith(".dist-info/METADATA"))
            contents = {
                _place(Path(name).parts, info): hashlib.sha256(archive.read(name)).hexdigest()
                for name in names
                if not _installers(Path(name).parts, info) and not Path(name).parts[0].endswith(".data")
            }
    except (OSError, zipfile.BadZipFile, StopIteration):
        remedy = "Name a wheel file (*.whl)."
        raise ConfigError("is no wheel that can be read.", field="wheel", value=str(wheel), remedy=remedy) from None
    return _digest(contents)


def _digest(contents: Mapping[str, str]) -> str:
    lines = (f"{content} {place}\n" for place, content in sorted(contents.items()))
    return f"sha256:{hashlib.sha256(''.join(lines).encode()).hexdigest()}"


def _content(file: Path) -> str:
    content = hashlib.sha256()
    with contextlib.suppress(OSError), open(file, "rb") as opened:  # what is gone hashes as empty, and differs
        while block := opened.read(1 << 20):
            content.update(block)
    return content.hexdigest()


def _recorded(info: Path) -> Iterator[tuple[str, Path]]:
    """Scripts, which name the interpreter of this machine, are outside (`../../bin`), and so are path files of an
    editable installation."""
    editable = is_editable(info)
    for name in recorded_names(info):
        parts = Path(name).parts
        own = _installers(parts, info) or parts[0] == ".." or name.endswith(".pyc")
        if not own and not (editable and len(parts) == 1 and name.endswith(".pth")):
            yield _place(parts, info), info.parent / name


def _installers(parts: tuple[str, ...], info: Path) -> bool:
    return parts[0] == info.name and parts[-1] in INSTALLERS_OWN


def _place(parts: tuple[str, ...], info: Path) -> str:
    return "/".join(("dist-info", *parts[1:]) if parts[0] == info.name else parts)


def _package(module: str) -> Iterator[tuple[str, Path]]:
    spec = PathFinder.find_spec(module, sys.path) if re.fullmatch(r"\w+", module) else None
    for folder in map(Path, (spec.submodule_search_locations or ()) if spec else ()):
        for file in folder.rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                yield f"{module}/{file.relative_to(folder).as_posix()}", file
