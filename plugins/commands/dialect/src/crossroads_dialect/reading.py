"""What a reply says, in words of no wire format: the common ground on which a record and a codec are compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeGuard

Json = dict[str, Any]

ANY = frozenset({"stop", "length", "tool_calls", "content_filter", "error"})
"""Every canonical finish reason: what a word may become for which no source states a meaning."""


def words(**said: str) -> dict[str, frozenset[str]]:
    """A vendor's finish reasons -> the canonical ones (several: separated by blanks) that each may become."""
    return {native: frozenset(canonical.split()) for native, canonical in said.items()}


@dataclass(slots=True)
class Asked:
    """A tool call. arguments: JSON text, or "" for none. id "": the host gave none."""

    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(slots=True)
class Choice:
    """One alternative of a reply.

    thoughts: pieces of reasoning in their order. details: the same as `reasoning_details` say it, where they do.
    seals: signatures and encrypted reasoning. plan: what a host says of tools before it calls them, neither quite
    text nor reasoning. notes: URLs, files and quotations that the text cites. media: images and audio, or their URLs.
    finish: canonical words that its end may have; empty: it has not ended. native: the host's own word.
    """

    text: str = ""
    thoughts: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    seals: list[str] = field(default_factory=list)
    plan: str = ""
    calls: list[Asked] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    refusal: str = ""
    media: list[str] = field(default_factory=list)
    finish: frozenset[str] = frozenset()
    native: str | None = None


@dataclass(slots=True)
class Reading:
    """counts: by class of tokens, the numbers that are right (two, where the vendor states two). items: rows of a
    reply that is no text: vectors, ranks, images, verdicts. failed: it is, or ends in, an error. complete: a stream's
    own end was seen. begun: it is no reply yet; next_url: how the address ends at which it is asked for, where that is
    told.
    """

    choices: dict[int, Choice] = field(default_factory=dict)
    counts: dict[str, tuple[int, ...]] = field(default_factory=dict)
    items: list[Any] = field(default_factory=list)
    failed: bool = False
    complete: bool = True
    begun: bool = False
    next_url: str = ""

    def choice(self, index: Any = 0) -> Choice:
        """The alternative of this number, made when it is new."""
        return self.choices.setdefault(index if isinstance(index, int) else 0, Choice())

    def count(self, **values: Any) -> None:
        """Note the counts among these values: whole numbers, or several of which each is right."""
        for name, value in values.items():
            numbers = tuple(n for n in (value if isinstance(value, tuple) else (value,)) if is_count(n))
            if numbers:
                self.counts[name] = numbers


def is_count(value: Any) -> TypeGuard[int]:
    return type(value) is int and value >= 0


def whole(value: Any) -> Any:
    """A count that was written with a point, as a count."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def number(value: Any) -> int:
    """A count, 0 for what is none."""
    return value if is_count(value) else 0


def an_object(value: Any) -> Json:
    """{} for what is no object."""
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> list[Json]:
    """The objects of a list; [] for what is no list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def text_of(value: Any) -> str:
    """Empty for what is no text."""
    return value if isinstance(value, str) else ""


def texts(*values: Any) -> list[str]:
    """Those that are text and not empty."""
    return [value for value in values if isinstance(value, str) and value]


def leaves(value: Any) -> Iterator[str]:
    """Every text in a JSON value, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)


def joined(parts: Iterable[Any], name: str = "text") -> str:
    """The texts under `name` of these objects, in one."""
    return "".join(text_of(part.get(name)) for part in parts if isinstance(part, dict))
