"""What a dialect says it does not do (`[[limits]]` of its package's carries.toml), and records that are broken.

Law: such an exchange has failed all the same; only its reason says that it was meant to, and why.
"""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any

from crossroads.dialect import Dialect
from crossroads_dialect.reading import Json, an_object

CARRIES = "carries.toml"


def stated(codec: Dialect, record: Json) -> str | None:
    """Why this exchange was not to be expected of this codec; None: it was."""
    if (broken := _defects().get(str(record["id"]))) is not None:
        return f"defect of the record: {broken}"
    request = an_object(record.get("request"))
    called = f"{request.get('method')} {request.get('url')}"
    body = an_object(request.get("body"))
    for limit in _limits(type(codec).__module__.partition(".")[0]):
        fits = any(fnmatchcase(called, pattern) for pattern in limit.get("requests", ()))
        if fits or any(body.get(name) not in (None, False) for name in limit.get("fields", ())):
            return f"stated limit: {limit['why']}"
    return None


@cache
def _limits(package: str) -> list[Json]:
    """Of a dialect's package; none, where it states none or ships no table."""
    table = files(package).joinpath(CARRIES)
    limits: list[Json] = tomllib.loads(table.read_text("utf-8")).get("limits", []) if table.is_file() else []
    return limits


@cache
def _defects() -> dict[str, Any]:
    return tomllib.loads(files("crossroads_dialect").joinpath("defects.toml").read_text("utf-8"))["defects"]
