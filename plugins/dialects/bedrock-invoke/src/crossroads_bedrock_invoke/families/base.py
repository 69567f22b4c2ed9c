"""What a body family is: which fields it has, how a prompt is written for it, what its replies and events say.

A family is data and three small readings; everything else is `crossroads_bedrock_invoke.prompted`'s. A reply and an
event of a stream say the same things by the same names in every family, so one reading serves both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from crossroads_openai_chat.usage import TOKENS_MAX

from crossroads_bedrock_invoke.families.template import TURNS, Template

Json = dict[str, Any]
Path = tuple[str, ...]

METRICS = "amazon-bedrock-invocationMetrics"
"""In the last chunk of every stream: what it cost Bedrock."""
GUARDRAIL, INTERVENED = "amazon-bedrock-guardrailAction", "INTERVENED"
"""Of Bedrock's guardrails: whatever the model's word is, this is how it ended."""
TRACE = "amazon-bedrock-trace"


class Piece(NamedTuple):
    """What one choice says: all of it, or what an event adds. number None: it holds for all choices."""

    number: int | None = 0
    text: str = ""
    reason: str | None = None


class Counts(NamedTuple):
    """Tokens, as far as they are told."""

    prompt: int | None = None
    completion: int | None = None


class Family:
    """Attributes are class constants."""

    name: str
    prompt: str = "prompt"
    telling: frozenset[str] = frozenset()
    """Fields by which a body is known as this family's."""
    fields: Mapping[str, Path]
    """Canonical parameters, and where they stand."""
    insists: Mapping[str, Any] = {}
    """What must be there, and what it is where the caller names none."""
    reasons: Mapping[str, str]
    """Words for an end -> the canonical ones; of several, the first is written."""
    own: tuple[str, ...] = ()
    """Fields of a reply that only a client of this format reads."""
    choices_max = 1
    says_stream = False
    """Must the body say that a stream is wanted, though the URL does?"""

    def template(self, upstream: str) -> Template:
        return TURNS

    def pieces(self, document: Json) -> list[Piece]:
        """Of a reply or an event; none: it is not this family's."""
        raise NotImplementedError

    def counts(self, document: Json) -> Counts:
        return metrics(document)

    def reply(self, pieces: list[Piece], counts: Counts) -> Json:
        """A whole reply."""
        raise NotImplementedError

    def event(self, piece: Piece, counts: Counts) -> Json:
        """An event of a stream. counts: only in the last."""
        raise NotImplementedError

    def finish(self, native: str | None) -> str | None:
        """A word that this version does not know is an ordinary end."""
        if native == INTERVENED:
            return "content_filter"
        return None if native is None else self.reasons.get(native, "stop")

    def native(self, finish: Any, native: Any) -> str:
        """This family's own word, or Bedrock's, where it was one; else the one for the canonical reason."""
        if isinstance(native, str) and (native in self.reasons or native == INTERVENED):
            return native
        return self._word(finish)

    def unblocked(self, piece: Piece) -> tuple[Piece, Json]:
        """The piece in words of this family, and what Bedrock says beside it where a guardrail stepped in."""
        if piece.reason != INTERVENED:
            return piece, {}
        return piece._replace(reason=self._word("content_filter")), {GUARDRAIL: INTERVENED}

    def _word(self, finish: Any) -> str:
        said = (word for word, canonical in self.reasons.items() if canonical == finish)
        return next(said, None) or self._word("stop")


def metrics(document: Json) -> Counts:
    told = document.get(METRICS)
    return counted(told, "inputTokenCount", "outputTokenCount") if isinstance(told, dict) else Counts()


def counted(holder: Json, prompt: str, completion: str) -> Counts:
    return Counts(count(holder.get(prompt)), count(holder.get(completion)))


def count(value: Any) -> int | None:
    """A count of tokens, also one that was written with a point."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if type(value) is int and 0 <= value <= TOKENS_MAX else None


def known(*told: Counts) -> Counts:
    """Of each count the first that is told."""
    return Counts(*(next((n for n in numbers if n is not None), None) for numbers in zip(*told, strict=True)))


def with_metrics(document: Json, counts: Counts) -> Json:
    """The last event of a stream carries them."""
    if counts.prompt is None or counts.completion is None:
        return document
    return {**document, METRICS: {"inputTokenCount": counts.prompt, "outputTokenCount": counts.completion}}


def objects(value: Any) -> list[Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def word(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def total(counts: Iterable[int | None]) -> int | None:
    """None where one of them is."""
    found = list(counts)
    return None if not found or None in found else sum(n for n in found if n is not None)
