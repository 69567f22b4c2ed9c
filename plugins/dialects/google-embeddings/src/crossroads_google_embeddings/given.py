"""What the two formats have in common: a format's codec as this package calls it, task types, what is lost."""

from __future__ import annotations

from typing import Any, Protocol

from crossroads_google_gemini.lost import Ledger
from crossroads_google_gemini.request import SILENT
from crossroads_google_gemini.shape import Json

from crossroads.errors import Unsupported
from crossroads.original import Reading
from crossroads.types.usage import Usage

TASKS = {"search_document": "RETRIEVAL_DOCUMENT", "search_query": "RETRIEVAL_QUERY"}
"""Cohere's names, which OpenRouter's `input_type` knows; any other is the task's own in small letters."""
HANDLED = frozenset({"dimensions", "encoding_format", "input", "input_type", "model"})


class Format(Protocol):
    """A module of this package."""

    NAME: str

    def spelled(self, document: Json) -> Json:
        """Every field of Google's under one name."""
        ...

    def canonical(self, document: Json) -> Reading:
        """Raises Misshapen."""
        ...

    def encoded(self, asked: Json, ledger: Ledger) -> Json:
        """Raises Unsupported."""
        ...

    def addressed(self, document: Json, upstream: str) -> Json:
        """With the model's name where the format repeats it."""
        ...

    def verb_url(self, url: str, upstream: str, document: Json) -> str: ...

    def rows(self, document: Json) -> list[Any]:
        """The vectors, in order. Raises Misshapen."""
        ...

    def usage(self, document: Json) -> Usage | None: ...

    def written(self, rows: list[list[float]], usage: Usage | None) -> Json:
        """A reply."""
        ...

    def priced(self, document: Json, cost: Json) -> Json: ...


def task_of(input_type: str) -> str:
    return TASKS.get(input_type.lower(), input_type.upper())


def input_type_of(task: str) -> str:
    return next((name for name, theirs in TASKS.items() if theirs == task.upper()), task.lower())


def common(items: list[Json], field: str) -> Any:
    """What all say alike, or None."""
    first = items[0].get(field)
    return first if all(item.get(field) == first for item in items) else None


def inputs_of(asked: Json) -> list[Any]:
    """Texts and multimodal inputs. Raises Unsupported."""
    given = asked["input"]
    inputs = [given] if isinstance(given, str) else given
    if not all(isinstance(one, (str, dict)) for one in inputs):
        raise Unsupported("Google takes no token ids.", remedy="Send texts.", field="input")
    return list(inputs)


def tell_the_rest(asked: Json, ledger: Ledger) -> None:
    """What neither format has words for."""
    if asked.get("encoding_format") not in (None, "float"):
        ledger.dropped("encoding_format", "Google's vectors are numbers")
    for name in asked:
        if name not in HANDLED and name not in SILENT and asked[name] is not None:
            ledger.dropped(name, "Google has no such parameter")


def with_verb(url: str, upstream: str, verb: str, verbs: tuple[str, ...]) -> str:
    """A URL with or without a verb -> the one of this call."""
    path, mark, query = url.partition("?")
    bare = path
    for each in verbs:
        bare = bare.removesuffix(f":{each}")
    if bare == path and not path.endswith(f"/{upstream}"):
        bare = f"{path.rstrip('/')}/models/{upstream}"
    return f"{bare}:{verb}{mark}{query}"
