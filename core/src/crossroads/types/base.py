"""What canonical request models share: how strict they are, and how a validation error reads.

Law: nothing is coerced ("5" is no 5, 5 stays an int), nothing unknown is lost (`extra="allow"`), and what was set is
all that is dumped (`exclude_unset`): decode -> encode gives the same JSON.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import msgspec
from pydantic import BaseModel, ConfigDict, Discriminator, PrivateAttr, Tag, ValidationError

from crossroads.errors import BadRequest
from crossroads.original import Original

Number = int | float

ModelT = TypeVar("ModelT", bound=BaseModel)


class Loose(BaseModel):
    """A JSON object with some fields that we know, and any others."""

    model_config = ConfigDict(extra="allow", strict=True, allow_inf_nan=False, protected_namespaces=())


class Kept(Loose):
    """Base of what may keep something that one dialect alone can carry (see `crossroads.native`)."""

    native: dict[str, Any] | None = None


class CacheControl(Loose):
    """Anthropic's prompt cache marker, as OpenRouter takes it on parts, tools and requests."""

    type: str
    ttl: str | None = None


class Other(Loose):
    """A part or tool of a type that is not named here: passes untouched."""

    type: str


class StreamOptions(Loose):
    include_usage: bool | None = None


class Routed(Loose):
    """Fields that a router reads, the same in every operation (OpenRouter's OpenAPI, `ChatRequest`)."""

    model: str | None = None
    models: list[str] | None = None
    provider: dict[str, Any] | None = None
    session_id: str | None = None
    user: str | None = None
    metadata: dict[str, Any] | None = None
    trace: dict[str, Any] | None = None

    _original: Original | None = PrivateAttr(None)

    @property
    def original(self) -> Original | None:
        """What it was decoded from, where its dialect keeps that. A copy that a policy changes has it too."""
        return self._original

    def keep(self, original: Original) -> None:
        self._original = original


class Sampled(Loose):
    """How tokens are drawn and when to stop. Ranges are the upstream's to judge; types are ours."""

    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: int | None = None
    max_tokens: int | None = None
    temperature: Number | None = None
    top_p: Number | None = None
    top_k: int | None = None
    min_p: Number | None = None
    top_a: Number | None = None
    frequency_penalty: Number | None = None
    presence_penalty: Number | None = None
    repetition_penalty: Number | None = None
    seed: int | None = None
    stop: str | list[str] | None = None
    logit_bias: dict[str, Number] | None = None


def by_type(*known: str) -> Discriminator:
    """Chooses among union members tagged with `known`, and "other" for the rest."""

    def tag(value: Any) -> str:
        kind = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
        return kind if kind in known else "other"

    return Discriminator(tag)


OtherTagged = Annotated[Other, Tag("other")]


def validate(model: type[ModelT], text: bytes) -> ModelT:
    """JSON text (already strict, see `crossroads.jsonbody`) -> the model. Raises BadRequest naming path and value."""
    return validate_document(model, parse(text))


def parse(text: bytes) -> Any:
    """Strict JSON text -> values. Raises BadRequest: 1e400, which re-encoded would become null, without a word."""
    try:
        return msgspec.json.decode(text)
    except msgspec.ValidationError:
        raise BadRequest("a number is too large for a double.", remedy="Send a smaller number.", field="body") from None


def validate_document(model: type[ModelT], document: Any) -> ModelT:
    """What `parse` gave -> the model. Raises BadRequest naming path and value."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        first = max(error.errors(include_url=False), key=lambda one: len(one["loc"]))  # of a union: who got furthest
        path, value = _located(document, first)
        said = str(first["msg"])
        what = f"{said[:1].lower()}{said[1:].rstrip('.')}."
        raise BadRequest(what, remedy=f"Correct `{path}`.", field=path, value=value) from None


def _located(document: Any, first: Any) -> tuple[str, object]:
    """Where in the caller's document it is. pydantic's own location also names union members: those are left out."""
    here = document
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
