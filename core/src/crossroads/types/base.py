"""What canonical request models share: how strict they are, and how a validation error reads.

Law: nothing is coerced ("5" is no 5, 5 stays an int), nothing unknown is lost (`extra="allow"`), and what was set is
all that is dumped (`exclude_unset`): decode -> encode gives the same JSON.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Discriminator, Tag, ValidationError

from crossroads.errors import BadRequest

__all__ = ["Loose", "Number", "Tag", "by_type", "validate"]

Number = int | float

ModelT = TypeVar("ModelT", bound=BaseModel)


class Loose(BaseModel):
    """A JSON object with some fields that we know, and any others."""

    model_config = ConfigDict(extra="allow", strict=True, allow_inf_nan=False, protected_namespaces=())


class CacheControl(Loose):
    """Anthropic's prompt cache marker, as OpenRouter takes it on parts, tools and requests."""

    type: str
    ttl: str | None = None


class Other(Loose):
    """A part or tool of a type that is not named here: passes untouched."""

    type: str


def by_type(*known: str) -> Discriminator:
    """Chooses among union members tagged with `known`, and "other" for the rest."""

    def tag(value: Any) -> str:
        kind = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
        return kind if kind in known else "other"

    return Discriminator(tag)


OtherTagged = Annotated[Other, Tag("other")]


def validate(model: type[ModelT], text: bytes) -> ModelT:
    """JSON text (already strict, see `crossroads.jsonbody`) -> the model. Raises BadRequest naming path and value."""
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        first = max(error.errors(include_url=False), key=lambda one: len(one["loc"]))  # of a union: who got furthest
        path, value = _located(text, first)
        said = str(first["msg"])
        what = f"{said[:1].lower()}{said[1:].rstrip('.')}."
        raise BadRequest(what, remedy=f"Correct `{path}`.", field=path, value=value) from None


def _located(text: bytes, first: Any) -> tuple[str, object]:
    """Where in the caller's document it is. pydantic's own location also names union members: those are left out."""
    here: Any = json.loads(text)
    path: list[str] = []
    for step in first["loc"]:
        if (isinstance(here, dict) and step in here) or (isinstance(here, list) and isinstance(step, int)):
            path.append(str(step))
            here = here[step]
    kind = first["type"]
    if kind == "missing":
        path.append(str(first["loc"][-1]))
        here = None
    elif kind.startswith("union_tag"):
        name = str(first.get("ctx", {}).get("discriminator", "'type'")).strip("'")
        if isinstance(here, dict) and name.isidentifier():
            path.append(name)
            here = here.get(name)
    return ".".join(path) or "body", here
