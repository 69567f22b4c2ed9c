"""Who can serve a call, who did, and why: endpoints, candidates, reasons, attempts, the route.

Law: every stage that drops, orders or fails an endpoint leaves a Reason; a route can be replayed from its reasons.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from crossroads.errors import CrossroadsError
from crossroads.types.usage import Cost, Usage
from crossroads.window import Sketch, Tally

Operation = str
"""chat, completions, responses, embeddings, rerank, images, speech, transcription, video, moderation, count_tokens."""


class KeyStyle(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a call shows its key. code: the package's own provider_prepare does it."""

    scheme: Literal["bearer", "header", "query", "basic", "none", "code"]
    header: str | None = None
    query: str | None = None
    prefix: str | None = None


class Address(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a further dialect of an operation is spoken, and how the key is shown there (None: as everywhere).

    models: patterns of upstream names that it serves; none: all.
    """

    url: str
    auth: KeyStyle | None = None
    models: tuple[str, ...] = ()


class Served(msgspec.Struct, frozen=True, omit_defaults=True):
    """How an endpoint serves one operation: the dialect it speaks, the URL that takes it, and others it speaks too."""

    dialect: str
    url: str
    also: dict[str, Address] = {}
    auth: KeyStyle | None = None
    """Where this operation's key is shown otherwise than the provider's others."""

    @property
    def urls(self) -> tuple[str, ...]:
        return (self.url, *(address.url for address in self.also.values()))

    def spoken_to(self, client: str) -> str:
        """The dialect for a client that speaks this one: its own where it is offered, else the main one."""
        return client if client in self.also else self.dialect

    def url_of(self, dialect: str) -> str:
        """Where this dialect is spoken."""
        return self.also[dialect].url if dialect in self.also else self.url

    def auth_of(self, dialect: str) -> KeyStyle | None:
        """How the key is shown there; None: as everywhere."""
        return self.also[dialect].auth if dialect in self.also else self.auth


class Prices(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Nano-dollars per 10^6 units. None: no source states it; 0: free.

    Tokens: input to image_output. Others: per request, image, second of media, character, search.
    """

    input: int | None = None
    output: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    reasoning: int | None = None
    audio_input: int | None = None
    audio_output: int | None = None
    image_input: int | None = None
    image_output: int | None = None
    request: int | None = None
    image: int | None = None
    second: int | None = None
    character: int | None = None
    search: int | None = None

    def over(self, under: Prices) -> Prices:
        """These, and where they state nothing, those under them."""
        stated = {name: value for name in self.__struct_fields__ if (value := getattr(self, name)) is not None}
        return msgspec.structs.replace(under, **stated)


MINUTES_A_DAY = 24 * 60


class Tier(msgspec.Struct, frozen=True, kw_only=True):
    """Other prices for the whole call: once its prompt is longer than this, and at these hours. Unstated ones stay.

    utc: minutes of the day, from the first until before the second, which may lie on the next day. None: all day.
    """

    above_input_tokens: int = 0
    utc: tuple[int, int] | None = None
    prices: Prices

    def holds(self, prompt_tokens: int, at: float) -> bool:
        """at: UTC seconds of the attempt's start."""
        if prompt_tokens <= self.above_input_tokens and self.above_input_tokens:
            return False
        if self.utc is None:
            return True
        start, end = self.utc
        minute = int(at // 60) % MINUTES_A_DAY
        return start <= minute < end if start < end else minute >= start or minute < end


ACCOUNT = "#"
"""Between the name of a provider's instance and that of one of its further keys: `openai#team-a`."""


class Endpoint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One (provider, model) offer. Facts are true or absent (None): never guessed.

    id: `<provider instance>/<upstream model>`, unique in an exchange. account: the stored key that it is called with;
    None: the provider's own. rank: of that key, the lower goes first (`engine.accounts`). tag: the slug that
    `provider.order` and the like match exactly, e.g. `deepinfra/turbo`.
    """

    id: str
    provider: str
    plugin: str
    provider_name: str
    model: str
    upstream: str
    serves: dict[Operation, Served]
    prices: Prices = Prices()
    tiers: tuple[Tier, ...] = ()
    price_holds_for: dict[str, tuple[str, ...]] = {}
    """Field of a request -> its values at which `prices` hold, beside a request that states none."""
    name: str | None = None
    description: str | None = None
    tag: str | None = None
    account: str | None = None
    rank: int = 0
    region: str | None = None
    quantization: str | None = None
    context_tokens: int | None = None
    max_output_tokens: int | None = None
    input_modalities: tuple[str, ...] | None = None
    output_modalities: tuple[str, ...] | None = None
    """None: not stated; the listings then say what is known of the model, or text."""
    supported_parameters: tuple[str, ...] | None = None
    """Canonical names; None: not stated, so nothing is filtered on it."""
    created: int | None = None
    """Release of the model, UTC seconds."""
    trains_on_data: bool | None = None
    retains_prompts: bool | None = None
    moderated: bool | None = None
    distillable: bool | None = None
    """May its output train other models?"""

    def prices_for(self, prompt_tokens: int, at: float) -> Prices:
        """Of a call with so long a prompt that begins `at` (UTC seconds): of the tiers that hold, later ones win."""
        if not self.tiers:
            return self.prices
        prices = self.prices
        for tier in self.tiers:
            if tier.holds(prompt_tokens, at):
                prices = tier.prices.over(prices)
        return prices

    def price_holds(self, stated: Callable[[str], object]) -> bool:
        """Do `prices` hold for a request? stated: a field's name -> what it states there; None: nothing."""
        return not self.price_holds_for or all(
            (value := stated(name)) is None or str(value).lower() in values
            for name, values in self.price_holds_for.items()
        )

    @property
    def is_timed(self) -> bool:
        """Do its prices depend on the hour?"""
        return any(tier.utc is not None for tier in self.tiers)


OUTAGE_S = 30.0
OUTAGE_SHARE = 0.1
PRIOR_FAILURES, PRIOR_CALLS = 0.5, 10.0
"""Counted beside what was observed: one failure of an endpoint that nobody knows is no outage, two are."""
FEW = 4
"""Calls that an endpoint may have under way before the first has told how it does."""


class EndpointStats:
    """Live figures of one endpoint, kept by the engine, read by strategies. Times in seconds, all monotonic.

    Counts and token sums decay with a half-life (engine.health), so that yesterday's outage is forgotten.
    """

    __slots__ = (
        "cache_read_tokens", "completion_tokens", "failed_at", "failures", "first_token", "first_token_s", "hours",
        "in_flight", "minutes", "prompt_tokens", "rate_limits", "speed", "successes", "tokens_per_s", "updated_at",
    )  # fmt: skip

    def __init__(self) -> None:
        self.successes = 0.0
        self.failures = 0.0
        """Rate limits included."""
        self.rate_limits = 0.0
        self.prompt_tokens = 0.0
        self.cache_read_tokens = 0.0
        """Of the prompt tokens: those that the provider read from its cache."""
        self.completion_tokens = 0.0
        self.updated_at = 0.0
        self.failed_at: float | None = None
        self.first_token_s: float | None = None
        self.tokens_per_s: float | None = None
        """Both moving averages."""
        self.in_flight = 0
        self.first_token = Sketch()
        """Seconds to the first token, over 30 minutes."""
        self.speed = Sketch(more_is_better=True)
        """Tokens per second from the request to the end of the reply, over 30 minutes."""
        self.minutes = Tally(slot_s=60.0, slots=30)
        self.hours = Tally(slot_s=3_600.0, slots=24)
        """Successes and failures."""

    @property
    def cache_hit_rate(self) -> float:
        """Share of the prompt tokens that came from the provider's cache, 0 to 1."""
        return self.cache_read_tokens / self.prompt_tokens if self.prompt_tokens > 0 else 0.0

    def in_outage(self, now: float) -> bool:
        """Did it fail in the last 30 s, and not only by chance? now: monotonic seconds."""
        if self.failed_at is None or now - self.failed_at >= OUTAGE_S:
            return False
        calls = self.successes + self.failures + PRIOR_CALLS
        return self.failures + PRIOR_FAILURES > OUTAGE_SHARE * calls

    @property
    def crowd(self) -> int:
        """Calls under way where none has come back to tell how it does; 0: FEW of them, or it is known."""
        return 0 if self.in_flight < FEW or self.first_token.seen else self.in_flight


class Candidate(msgspec.Struct, frozen=True):
    """An endpoint considered for one call."""

    endpoint: Endpoint
    stats: EndpointStats


class Reason(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why something was done. stage: plan, permit, rank, attempt. endpoint: None where it concerns the whole call."""

    stage: str
    by: str
    text: str
    endpoint: str | None = None
    dropped: bool = False


Outcome = Literal["pending", "ok", "failed", "cut", "cancelled"]


class Attempt:
    """One upstream call. Wall times in UTC seconds; `cost` is set once, when the attempt has ended."""

    __slots__ = (
        "bytes_in", "bytes_out", "cost", "endpoint", "error", "finish_reason", "first_token_s", "id", "lost",
        "outcome", "request", "seconds", "started_at", "upstream_id", "upstream_status", "usage", "waived",
    )  # fmt: skip

    def __init__(self, id: str, endpoint: Endpoint, started_at: float) -> None:
        self.id, self.endpoint, self.started_at = id, endpoint, started_at
        self.outcome: Outcome = "pending"
        self.seconds: float | None = None
        self.first_token_s: float | None = None
        """Seconds from the start of the attempt to its first token (or its whole reply)."""
        self.request: Any = None
        """What a policy made of the call's request for this attempt alone; None: it is the call's own."""
        self.lost: tuple[Any, ...] = ()
        """What that left out, `call.Lost`."""
        self.upstream_status: int | None = None
        self.upstream_id: str | None = None
        self.finish_reason: str | None = None
        self.bytes_out = 0
        """Request bytes handed to the transport: 0 means that nothing can have been billed."""
        self.bytes_in = 0
        self.usage: Usage | None = None
        self.cost: Cost | None = None
        """What the provider bills, as far as we know."""
        self.waived: str | None = None
        """Why the caller is not charged for it: "no completion", "failed", "hedge"."""
        self.error: CrossroadsError | None = None


class Ranking(NamedTuple):
    """What one strategy said of the candidates of a call: scores, higher is better, in their order."""

    by: str
    candidates: tuple[Candidate, ...]
    scores: Sequence[float]


class Route:
    """Ordered candidates with the reason for each, and the attempts that were made.

    left_out, reasons: filtered by the words of the request alone, and whatever else was decided. chosen: did the caller
    say itself whom it wants first?
    """

    __slots__ = ("attempts", "candidates", "chosen", "left_out", "model", "rankings", "reasons")

    def __init__(self, model: str) -> None:
        self.model = model
        self.chosen = False
        self.candidates: tuple[Candidate, ...] = ()
        self.left_out: tuple[Reason, ...] = ()
        self.reasons: list[Reason] = []
        self.rankings: list[Ranking] = []
        self.attempts: list[Attempt] = []

    @property
    def budgeted(self) -> str:
        """The model whose retries and hedges its calls share: one name, however callers spell it."""
        return self.candidates[0].endpoint.model if self.candidates else self.model

    def all_reasons(self) -> list[Reason]:
        """In the order of the stages; rankings in words, the best of each first."""
        before = [reason for reason in self.reasons if reason.stage != "attempt"]
        ranked: list[Reason] = []
        for by, candidates, scores in self.rankings:
            order = sorted(zip(scores, candidates, strict=True), key=lambda pair: -pair[0])
            place = {score: at for at, (score, _) in reversed([*enumerate(order, 1)])}
            shared = Counter(scores)
            for score, candidate in order:
                tied = ", tied" if shared[score] > 1 else ""
                text = f"scores {score:.4g}, place {place[score]} of {len(order)}{tied}"
                ranked.append(Reason("rank", by, text, candidate.endpoint.id))
        return [*self.left_out, *before, *ranked, *(reason for reason in self.reasons if reason.stage == "attempt")]

    def explain(self) -> dict[str, Any]:
        """The route as a JSON document: what `crossroads route explain --json` prints."""
        return {
            "model": self.model,
            "candidates": [
                {"endpoint": c.endpoint.id, "provider": c.endpoint.provider, "model": c.endpoint.model}
                for c in self.candidates
            ],
            "reasons": [msgspec.to_builtins(reason) for reason in self.all_reasons()],
            "attempts": [
                {
                    "endpoint": a.endpoint.id,
                    "outcome": a.outcome,
                    "status": a.upstream_status,
                    "seconds": a.seconds,
                    "error": None if a.error is None else str(a.error),
                }
                for a in self.attempts
            ],
        }
