"""A distribution's own words: its name, its entry points of ours, a package's folder, and what the installer noted of
it: files and origin. Read as data, never imported."""

from __future__ import annotations

import configparser
import contextlib
import csv
import json
import os
import re
from collections.abc import Iterable, Mapping
from email.parser import HeaderParser
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import msgspec

from crossroads.errors import PluginError

API_GROUP = "crossroads.api"
METADATA_BYTES_MAX = 1 << 20


def package_folder(plugin: str, value: str, dist_info: Path, path: list[str]) -> Path:
    """The folder of the package behind a plugin's entry point: found, never imported. Raises PluginError.

    Beside its dist-info, in the source tree of an editable install, or anywhere on the path: asking every folder of a
    path with hundreds of editable installs costs seconds, so that is only the fall-back.
    """
    module = value.partition(":")[0].strip()
    if not re.fullmatch(r"\w+", module):
        what = f"its entry point {value!r} is not in a top-level package."
        raise PluginError(what, plugin=plugin, remedy="Name a top-level package.")
    for folder in (dist_info.parent, *_editable(dist_info, path)):
        if (folder / module / "__init__.py").is_file():
            return folder / module
    spec = PathFinder.find_spec(module, path)
    if spec is None or not spec.submodule_search_locations:
        raise PluginError(f"its package {module} is not there.", plugin=plugin, remedy="Reinstall it.")
    return Path(next(iter(spec.submodule_search_locations)))


def _editable(dist_info: Path, path: list[str]) -> Iterable[Path]:
    """Of its source tree (PEP 610), the folders that imports look into."""
    with contextlib.suppress(OSError, ValueError):
        url = msgspec.json.decode((dist_info / "direct_url.json").read_bytes())["url"]
        tree = url2pathname(urlsplit(url).path)
        for folder in (os.path.join(tree, "src"), tree):
            if folder in path:
                yield Path(folder)


def read_entry_points(dist_info: Path, groups: Iterable[str]) -> tuple[list[tuple[str, str, str]], tuple[str, ...]]:
    """(group, name, value) of ours in a dist-info folder, and the hook APIs that are stated."""
    try:
        text = (dist_info / "entry_points.txt").read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return [], ()
    if "crossroads." not in text:
        return [], ()
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(text)
    except configparser.Error:
        return [], ()
    found = [
        (group, name, value) for group in groups if parser.has_section(group) for name, value in _items(parser[group])
    ]
    return found, tuple(parser[API_GROUP]) if parser.has_section(API_GROUP) else ()


def _items(section: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    return section.items()


def name_and_version(dist_info: Path) -> tuple[str, str]:
    for name in ("METADATA", "PKG-INFO"):
        with contextlib.suppress(OSError), open(dist_info / name, encoding="utf-8") as file:
            headers = HeaderParser().parsestr(file.read(METADATA_BYTES_MAX), headersonly=True)
            return headers.get("Name", dist_info.stem), headers.get("Version", "")
    return dist_info.stem, ""


def recorded_names(info: Path) -> list[str]:
    """The files that the installer wrote, as its RECORD names them; empty where it kept none."""
    try:
        text = (info / "RECORD").read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    return [row[0] for row in csv.reader(text.splitlines()) if row]


def runs_code(path_file: Path) -> bool:
    """Would Python run code from this `.pth` at every start?"""
    try:
        return any(line.startswith(("import ", "import\t")) for line in path_file.read_text("utf-8").splitlines())
    except (OSError, UnicodeDecodeError):
        return True


def path_files_that_run(info: Path) -> list[str]:
    """Names of a distribution's `.pth` files that run code at every start of Python, whatever is trusted."""
    return [name for name in recorded_names(info) if name.endswith(".pth") and runs_code(info.parent / name)]


def direct_url(info: Path) -> dict[str, Any]:
    """What the installer noted of an address that it was given (PEP 610); empty where it came from an index."""
    try:
        told = json.loads((info / "direct_url.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) and isinstance(told.get("url"), str) else {}


def is_editable(info: Path) -> bool:
    """Do its files stand elsewhere?"""
    folder = direct_url(info).get("dir_info")
    return isinstance(folder, dict) and folder.get("editable") is True


def origin_of(info: Path) -> str:
    """The address that it was installed from, or the tool that took it from an index."""
    if told := direct_url(info):
        url = _without_credentials(told["url"])
        versioned = told.get("vcs_info")
        commit = versioned.get("commit_id") if isinstance(versioned, dict) else None
        return f"editable {url}" if is_editable(info) else f"{url}@{commit}" if commit else url
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return f"index, by {(info / 'INSTALLER').read_text('utf-8').strip()}"
    return "unknown"


def _without_credentials(url: str) -> str:
    """A repository's address may hold a token."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
