"""What a client wrote, kept beside the canonical request that was made from it, for the way back into its own format.

Where the request still says what its original says, the original goes out as it came; where something was changed,
each message that nobody touched does (`in_pieces`). A host of another format never sees an original: what of it has no
canonical word (`unsaid`) is reported. What a reply or a message alone must keep stands in `crossroads.native`.

Law: `Original` is never dumped, and never set by JSON; a dialect reads only what it wrote.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from crossroads.call import Lost

Json = dict[str, Any]

LOOKAHEAD = 16
"""Messages of an original that may have been taken out before one is found again."""


class Original(NamedTuple):
    """dialect: who can send it. document: its own fields. unsaid: what of them no canonical word says."""

    dialect: str
    document: Json
    unsaid: tuple[str, ...] = ()


class Span(NamedTuple):
    """One message (or the system prompt) of an original, and the canonical messages that it became."""

    source: Any
    messages: list[Json]
    is_system: bool = False


class Reading(NamedTuple):
    """An original, read. fields: canonical. spans: in the order of its messages. unsaid: see `Original`."""

    fields: Json
    spans: Sequence[Span] = ()
    unsaid: tuple[str, ...] = ()


def unsaid_by(request: Any, *dialects: str) -> list[Lost]:
    """What is left unsaid where one of these dialects is sent."""
    original = getattr(request, "original", None)
    if original is None or original.dialect in dialects:
        return []
    return [Lost(field, "dropped", f"only {original.dialect} has a word for it") for field in original.unsaid]


def written_in(request: Any, *dialects: str) -> Json | None:
    """What a client of one of these dialects wrote; None: the request comes from elsewhere."""
    original = getattr(request, "original", None)
    return original.document if original is not None and original.dialect in dialects else None


def unchanged(now: Mapping[str, Any], was: Mapping[str, Any], beside: Container[str] = ()) -> bool:
    """Do both say the same? beside: fields that stand in no original."""
    return all(now.get(name) == was.get(name) for name in {*now, *was} if name not in beside)


def in_pieces(messages: Sequence[Json], spans: Sequence[Span]) -> Iterator[tuple[int, Span | None]]:
    """The messages in order: the number of one, and the span that still says it and what follows; None: nobody does.

    A span that became no message comes where it stood among the others.
    """
    at = passed = 0
    while at < len(messages):
        found = _found(messages, at, spans[passed : passed + LOOKAHEAD])
        if found is None:
            yield at, None
            at += 1
            continue
        for span in spans[passed : passed + found + 1]:
            if not span.messages or span is spans[passed + found]:
                yield at, span
        at += len(spans[passed + found].messages)
        passed += found + 1
    yield from ((at, span) for span in spans[passed:] if not span.messages)


def _found(messages: Sequence[Json], at: int, spans: Sequence[Span]) -> int | None:
    for number, span in enumerate(spans):
        if span.messages and messages[at : at + len(span.messages)] == span.messages:
            return number
    return None
