"""Requests: decoded to the canonical form (client side), encoded back (upstream side), and compared as JSON.

Law: a difference is forgiven only by a rule in allowed.toml, which says why and by what source.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from crossroads import jsonbody
from crossroads.dialect import Dialect
from crossroads.errors import BadRequest
from crossroads_dialect import multiparts
from crossroads_dialect.compare import same, shown
from crossroads_dialect.forms import plain
from crossroads_dialect.reading import Json

URL = "https://upstream.example/v1"
REFUSED = frozenset({400, 413, 422})
"""What the host itself refused for its form, a codec may refuse too."""
MISSING = object()


class Difference(NamedTuple):
    """path: dotted, list positions as numbers. kind: gone, added or changed."""

    path: str
    kind: str
    before: Any
    after: Any

    def __str__(self) -> str:
        match self.kind:
            case "gone":
                return f"request: {self.path} = {shown(self.before)} is lost"
            case "added":
                return f"request: {self.path} = {shown(self.after)} was added"
            case _ if isinstance(self.before, list) and isinstance(self.after, list):
                return f"request: {self.path}: {len(self.before)} items became {len(self.after)}"
            case _:
                return f"request: {self.path}: {shown(self.before)} became {shown(self.after)}"


def problems(codec: Dialect, request: Json, status: int) -> list[str]:
    """What is wrong with this request after the way through the codec; nothing for one without a body."""
    body = request.get("body")
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:
            return ["request: its body is no JSON, so that no codec was asked"]
    if body is None:
        return []
    if not isinstance(body, dict) or ("multipart" in body and not codec.forms):
        return ["request: it is a form, and this dialect takes none: it can't be checked"]
    params = path_params(codec, str(request.get("url", "")))
    if "multipart" in body:
        return multiparts.problems(codec, body["multipart"], params, status)
    try:
        opened = codec.open(json.dumps(body).encode(), params)
        canonical = codec.decode_request(opened)
    except BadRequest as error:
        return [] if status in REFUSED else [f"request: refused by the client side: {error}"]
    named = body.get("model")
    upstream = named if isinstance(named, str) else params.get("model") or next(iter(opened.models), "model")
    draft = codec.encode_request(canonical, url=URL, upstream=upstream, stream=opened.stream)
    sent = json.loads(jsonbody.encode(draft.document))
    return [
        str(one)
        for one in differences(plain(codec.name, body), plain(codec.name, sent))
        if not allowed(codec.name, one)
    ]


def path_params(codec: Dialect, url: str) -> dict[str, str]:
    """What the names in braces of the codec's paths stand for in this URL, and the path itself, as a gateway has it."""
    path = unquote(urlsplit(url).path)
    for template in codec.paths:
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(template))
        if (found := re.search(pattern + "$", path)) is not None:
            return {**found.groupdict(), "path": template}
    return {}


def differences(before: Any, after: Any, path: str = "") -> Iterator[Difference]:
    """Where two JSON values differ, as deep as can be said."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in [*before, *(name for name in after if name not in before)]:
            here = f"{path}.{name}" if path else name
            if name not in after:
                yield Difference(here, "gone", before[name], MISSING)
            elif name not in before:
                yield Difference(here, "added", MISSING, after[name])
            else:
                yield from differences(before[name], after[name], here)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for at, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differences(one, other, f"{path}.{at}")
    elif not same(before, after):
        yield Difference(path, "changed", before, after)


def allowed(dialect: str, difference: Difference) -> bool:
    return any(_fits(rule, dialect, difference) for rule in rules())


def _fits(rule: Json, dialect: str, difference: Difference) -> bool:
    """A rule fits by dialect, kind and path; `null`, `was`, `now` and `now_like` narrow it to values."""
    if difference.kind != rule["kind"] or not any(fnmatchcase(dialect, one) for one in rule["dialects"]):
        return False
    if not any(fnmatchcase(difference.path, path) for path in rule["paths"]):
        return False
    if rule.get("null") and difference.before is not None:
        return False
    if "was" in rule and not any(same(difference.before, value) for value in rule["was"]):
        return False
    if "now" in rule and not any(same(difference.after, value) for value in rule["now"]):
        return False
    return "now_like" not in rule or fnmatchcase(str(difference.after), rule["now_like"])


@cache
def rules() -> list[Json]:
    """The rules of allowed.toml."""
    text = files("crossroads_dialect").joinpath("allowed.toml").read_text("utf-8")
    loaded: list[Json] = tomllib.loads(text)["rule"]
    return loaded
