"""A new package from the templates that ship beside this file: data, no code, nothing to install first.

`common/` goes into every package, then the folder of its kind, whose `kind.toml` says what differs in pyproject.toml.
`.tmpl` is cut off, `PACKAGE` and `MODULE` in a path stand for the import name and its end, `$name` and the like in a
text are filled in (`string.Template`).
"""

from __future__ import annotations

import datetime
import json
import re
import shutil
import tomllib
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from crossroads.errors import ConfigError

KINDS = {
    "provider": "providers",
    "dialect": "dialects",
    "strategy": "strategies",
    "policy": "policies",
    "sink": "sinks",
}
"""What can be made, and the end of its entry-point group."""

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NAME_CHARS_MAX = 64
SUFFIX = ".tmpl"
KIND_FILE = "kind.toml"


def write_package(kind: str, name: str, out: Path) -> list[Path]:
    """Write the files of a new package into `out`, and give back which. Raises ConfigError; then nothing is written.

    name: the entry point's; the distribution is `crossroads-<name>`, the import name `crossroads_<name>`.
    """
    if kind not in KINDS:
        remedy = f"Choose one of: {', '.join(KINDS)}."
        raise ConfigError("is no kind of package.", field="kind", value=kind, remedy=remedy)
    if not SLUG.fullmatch(name) or len(name) > NAME_CHARS_MAX:
        remedy = f"Write it in at most {NAME_CHARS_MAX} small letters, digits and single hyphens, e.g. `northwind-ai`."
        raise ConfigError("is no name of a plugin.", field="name", value=name, remedy=remedy)
    remedy = "Name a folder that is new or empty, where you may write."
    try:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise ConfigError("is there already.", field="out", value=str(out), remedy=remedy)
    except OSError as error:
        raise _unwritten(error, out, remedy) from None
    words = _words(kind, name)
    files = _files(kind, words)
    own = tomllib.loads(files.pop(Path(KIND_FILE)))
    own["dependencies"] = json.dumps(own["dependencies"])[1:-1]
    files |= _files("common", {**words, **own})
    try:
        for place, text in sorted(files.items()):
            (out / place).parent.mkdir(parents=True, exist_ok=True)
            (out / place).write_text(text, "utf-8")
    except OSError as error:
        _emptied(out)
        raise _unwritten(error, out, remedy) from None
    return [out / place for place in sorted(files)]


def _emptied(out: Path) -> None:
    """It was new or empty: all that is in it is what this run wrote."""
    for child in out.iterdir() if out.is_dir() else ():
        if child.is_dir():
            shutil.rmtree(child, ignore_errors=True)
        else:
            child.unlink(missing_ok=True)


def _unwritten(error: OSError, out: Path, remedy: str) -> ConfigError:
    return ConfigError(f"can't be written: {error.strerror}.", field="out", value=str(out), remedy=remedy)


def _words(kind: str, name: str) -> dict[str, str]:
    parts = name.split("-")
    today = datetime.datetime.now(datetime.UTC).date()
    return {
        "kind": kind,
        "group": f"crossroads.{KINDS[kind]}",
        "name": name,
        "distribution": f"crossroads-{name}",
        "package": f"crossroads_{name.replace('-', '_')}",
        "module": name.replace("-", "_"),
        "title": " ".join(part.capitalize() for part in parts),
        "cls": _class_name(parts),
        "env": name.replace("-", "_").upper(),
        "today": today.isoformat(),
        "year": str(today.year),
    }


def _class_name(parts: list[str]) -> str:
    joined = "".join(part.capitalize() for part in parts)
    return joined if joined[0].isalpha() else f"The{joined}"


def _files(folder: str, words: dict[str, str]) -> dict[Path, str]:
    """Place -> text, of one folder of templates."""
    top = resources.files("crossroads.kit").joinpath("templates", folder)
    return {
        Path(_named(place.removesuffix(SUFFIX), words)): Template(text).substitute(words)
        for place, text in _walk(top, "")
    }


def _walk(folder: Traversable, place: str) -> list[tuple[str, str]]:
    found = []
    for child in sorted(folder.iterdir(), key=lambda one: one.name):
        if child.is_dir():
            found += _walk(child, f"{place}{child.name}/")
        elif child.name.endswith(SUFFIX):
            found.append((place + child.name, child.read_text("utf-8")))
    return found


def _named(place: str, words: dict[str, str]) -> str:
    return place.replace("PACKAGE", words["package"]).replace("MODULE", words["module"])
