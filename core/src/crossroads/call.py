"""The request in flight: bytes, one shallow parse, and typed objects for whoever asks.

Law (HTTP-5): the document that a plugin saw is the document that is sent. Nobody asks: the client's bytes are spliced.
Somebody asks (`request()`): everybody, and the upstream, gets the validated objects, encoded once.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from crossroads.errors import CrossroadsError
from crossroads.route import Attempt, Operation, Route
from crossroads.types.usage import Usage

if TYPE_CHECKING:
    from pydantic import BaseModel

    from crossroads.config import Secret
    from crossroads.dialect import Dialect

Fields = dict[str, Any]
"""Top-level fields of a JSON document; values are `msgspec.Raw` where nobody has looked inside."""


class Opened(msgspec.Struct, kw_only=True):
    """A request body after the shallow parse of its dialect: what routing needs, and nothing more.

    models: the caller's choices, best first (`model`, then `models`); empty when it named none.
    parameters: canonical names of the parameters that the caller used, for capability filters.
    preferences: the caller's `provider` object, undecoded.
    form: in a dialect with several bodies, the one that was sent; the reply leaves in the same (`Stamp.form`).
    """

    fields: Fields
    models: tuple[str, ...] = ()
    stream: bool = False
    max_output_tokens: int | None = None
    parameters: frozenset[str] = frozenset()
    preferences: msgspec.Raw | None = None
    session_id: str | None = None
    form: str = ""
    usage: Usage | None = None
    """What is used whatever the reply says, where the request itself tells (characters of a text to be spoken)."""


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Who calls. key_id: SHA-256 hex of the key (OpenRouter's key `hash`), None for an anonymous local caller."""

    name: str
    key_id: str | None = None


LOCAL = Principal(name="local")
"""The caller of an exchange in which no key was ever created, or which is used in process."""


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """What a surface knows of the client. `token` is the bearer key, and shows in no repr.

    wants_route: the reply shall carry how it was routed (`crossroads.explained`). session_id: of a header; one in the
    body goes before it (`Call.session_id`).
    """

    token: str | None = None
    app_url: str | None = None
    app_title: str | None = None
    user_agent: str | None = None
    session_id: str | None = None
    wants_route: bool = False
    provider_keys: Mapping[str, Secret] = {}
    """Keys of providers that it brought for this call: name of an instance or plugin -> key."""

    def __repr__(self) -> str:
        return f"Caller({self.app_title or self.user_agent or 'unnamed'})"


class Lost(msgspec.Struct, frozen=True):
    """What a translation or a quirk did to one parameter (law 8: never silent)."""

    field: str
    how: Literal["dropped", "emulated", "clamped", "renamed"]
    why: str


class Deny(msgspec.Struct, frozen=True, kw_only=True):
    """A policy's no. `error` overrides the default 403, e.g. with PaymentRequired or RateLimited."""

    reason: str
    remedy: str = "Ask the operator of this gateway for access."
    error: CrossroadsError | None = None


class Rewrite(msgspec.Struct, frozen=True):
    """A policy's changed request: the policies after it, and the upstream, see this one.

    lost: what the caller is told of it.
    """

    request: Any
    lost: tuple[Lost, ...] = ()


Decision = Deny | Rewrite


class Head(msgspec.Struct, frozen=True):
    """The start of a reply: HTTP status and headers, before any body bytes."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]


class Call:
    """One call, from bytes to its settled end. Made by a surface or a client, carried by `engine.pipeline`.

    received_at: UTC seconds. began, deadline: monotonic seconds; deadline None: no end.
    started: has a part of the reply left us? A surface that has committed itself to a status sets it earlier.
    lost: what translation and quirks did, of the attempt that served.
    """

    __slots__ = (
        "attempt", "began", "caller", "deadline", "dialect", "error", "estimated", "id", "identified", "lost", "opened",
        "principal", "random", "received_at", "route", "started", "stripped", "typed",
    )  # fmt: skip

    def __init__(
        self,
        *,
        id: str,
        dialect: Dialect,
        opened: Opened,
        received_at: float,
        began: float,
        caller: Caller | None = None,
        principal: Principal | None = None,
        deadline: float | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self.id, self.dialect, self.opened, self.received_at = id, dialect, opened, received_at
        self.began = began
        self.caller = caller or Caller()
        self.deadline = deadline
        self.random = rng or random
        """Where every choice of this call takes its dice from, so that a seed reproduces it."""
        self.identified = principal is not None
        self.principal = principal or LOCAL
        self.route: Route | None = None
        self.attempt: Attempt | None = None
        """The attempt in flight, or the last one."""
        self.started = False
        self.estimated = False
        """Was it answered here, without an attempt? See `engine.estimate`."""
        self.error: CrossroadsError | None = None
        self.lost: list[Lost] = []
        self.stripped: list[Lost] = []
        """What `request()` left out before anybody saw it; every attempt reports it."""
        self.typed: BaseModel | None = None

    @property
    def operation(self) -> Operation:
        return self.dialect.operation

    @property
    def stream(self) -> bool:
        return self.opened.stream

    @property
    def session_id(self) -> str | None:
        """What the caller names its conversation, in the body or else in a header."""
        return self.opened.session_id or self.caller.session_id

    def stated(self, field: str) -> Any:
        """What the caller states there; None: nothing, or null."""
        if self.typed is not None:
            return getattr(self.typed, field, None)
        value = self.opened.fields.get(field)
        return msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value

    def request(self) -> Any:
        """The validated request, in canonical form (`crossroads.types.<operation>`): parsed on the first ask.

        From then on this object is what is sent; to change it, return `Rewrite` from `policy_admit`, or
        for one attempt alone (`attempt.request`) from `policy_reserve`.
        Raises BadRequest: a field has the wrong type.
        """
        if self.typed is None:
            from crossroads import native  # it speaks of `Lost`

            # What a client writes into `native` itself would reach an upstream past every policy that reads messages.
            decoded, form = self.dialect.decode_request(self.opened), self.opened.form
            self.typed, self.stripped = native.request_for(self.dialect.name, decoded, *filter(None, [form]))
        return self.typed
