"""The contract: what a plugin may implement, in the order in which the core calls it.

    provider_open                     once per provider instance, before its first call
    policy_admit                      once per call, before any candidate exists
    policy_permit                     once per call, on all candidates
    strategy_score                    once per call, on what is left
    strategy_check                    once per reply, while another model is left
    policy_reserve                    once per attempt, before anything is sent
    provider_prepare                  once per attempt, the last touch on the upstream request
    provider_error                    when a provider answered with an error
    strategy_heard                    once per reply that has left whole
    policy_settle                     once per call, when it is over, however it ended
    sink_emit                         off the request path, in batches
    provider_models                   never during a call: when somebody asks what it offers now

Holds for every hook. Arguments go by name: take only those you need, a minor version may add some. `def` or
`async def` as the hook says. Return None when you have nothing to say. Times are UTC, durations float seconds, money
int nano-dollars; counts name their unit (tokens, bytes). What a hook receives is read-only unless its type says
otherwise. Other plugins may surround a provider's plain `def` hooks (`hookimpl(wrapper=True)`); nothing else can be
wrapped.

A plugin is a module or a class. A class is made by name with its settings (`Plugin(settings)`), where
`Plugin.Settings` is a pydantic model that forbids unknown keys; without `Settings` it is made without arguments.
Life: made -> `async start()`, if it has one -> hooks -> `async aclose()`, if it has one, also after a failed start.
No work at import, no network before `start`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pluggy

from crossroads.api import API as API
from crossroads.call import Call, Decision, Rewrite
from crossroads.config import Secret
from crossroads.dialect import Document
from crossroads.errors import CrossroadsError
from crossroads.events import Event
from crossroads.offers import Get, Offer
from crossroads.route import Attempt, Candidate
from crossroads.types.usage import Usage
from crossroads.wire import HttpRequest, Transport

PROJECT = "crossroads"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec(firstresult=True)
def provider_open(provider: str, transport: Transport, credential: Secret | None) -> Transport | None:
    """The transport for this provider instance's calls; None keeps the default. `async def`.

    provider: the instance's name. transport: the default (pooled HTTP/1.1), to wrap or to use. credential: for
    `auth.scheme = "code"`; every other scheme is applied by the core.
    Once per instance, before its first attempt, while that attempt waits: load a model, fetch a token here. If the
    transport has `aclose`, it is closed with the exchange.
    Errors: a CrossroadsError fails the attempts that wait; the next call tries again. Anything else likewise,
    reported under the plugin's name.
    """


@hookspec
def policy_admit(call: Call) -> Decision | None:
    """May this call enter? Once per call, after identify, before any candidate exists. `def` or `async def`.

    Order: as configured. The first Deny ends it; a Rewrite is seen by those after it.
    Errors: anything raised is a Deny (fail closed), and so is an answer of another type. Bound:
    `limits.policy_timeout_s` (default 1 s). A plain `def` must not block, unless the plugin declares `slow = True`:
    then it runs in a thread.
    """


@hookspec
def policy_permit(call: Call, candidates: tuple[Candidate, ...]) -> Mapping[str, str] | None:
    """Endpoints that this call must not reach: endpoint id -> the reason. Absent means permitted. `def`, no I/O.

    Every alias and fallback is already resolved (DISP-4). Order: as configured; denials unite.
    Errors: anything raised, and any other type, is a Deny of the whole call (fail closed).
    """


@hookspec
def strategy_score(call: Call, candidates: tuple[Candidate, ...]) -> Sequence[float] | None:
    """Score candidates: shape (len(candidates),), higher is better, dimensionless; nan = no opinion. `def`, no I/O.

    Several strategies: the first configured decides, the next breaks its ties. Take dice from `call.random`.
    Of a crowd (more than 32) you see a shortlist, unless you declare `whole = True`: then each call pays for them all.
    Errors: raise, or answer with another length or with what is no number, and you are left out of this call; the
    route says so.
    """


@hookspec
def strategy_check(call: Call, attempt: Attempt, reply: Document) -> str | None:
    """Is this reply good enough? None: yes; else why not: then the call's next model is asked. `def` or `async def`.

    reply: the whole of it, in canonical form (`crossroads.types`), before any of it leaves; a stream is held back for
    it. Asked of the strategies that rank the call, of replies of every model but its last.
    Errors: anything raised, any other answer and more than `limits.policy_timeout_s` find it good.
    """


@hookspec
def strategy_heard(call: Call, attempt: Attempt, reply: Document) -> None:
    """A reply has left, whole: learn from it. `def`, no I/O.

    reply: in canonical form (`crossroads.types`), as the client had it; of a stream, its pieces put together. Nothing
    is held back for it: the last part has left, only the end of the body waits. Told to strategies that rank the call.
    Not told: what broke off, what was answered without an attempt, and replies of more than 1 MB.
    Errors: reported under the plugin's name; the reply has left already.
    """


@hookspec
def policy_reserve(call: Call, attempt: Attempt) -> Rewrite | None:
    """About to spend: hold what this attempt may cost. Once per attempt. `def` or `async def`.

    Raise PaymentRequired, RateLimited or Denied to end the call. A Rewrite holds for this attempt alone: begin with
    `attempt.request or call.request()`, so that it keeps what policies before you made of it. Order: as configured.
    Errors: anything else raised ends the call too (fail closed). Bound: as for `policy_admit`.
    """


@hookspec(firstresult=True)
def provider_prepare(attempt: Attempt, request: HttpRequest) -> HttpRequest | None:
    """Last touch on the upstream request, after manifest quirks and authentication. `def`, no I/O.

    request: method, url, headers (tuple of (bytes, bytes)), body (encoded bytes). Return a changed copy or None.
    The host must stay one of the manifest's `hosts`.
    Errors: Unsupported and CredentialMissing skip this candidate; anything else fails the attempt.
    """


@hookspec(firstresult=True)
def provider_error(attempt: Attempt, status: int, body: bytes, error: CrossroadsError) -> CrossroadsError | None:
    """A better reading of a provider's error answer than its dialect had. `def`, no I/O.

    error: what the dialect made of it. Return another one (code, status, elsewhere, retry_after_s) or None.
    Errors: raise, and the dialect's reading stands.
    """


@hookspec
def policy_settle(call: Call, usages: Sequence[tuple[Attempt, Usage]]) -> None:
    """The call is over: every attempt that may be billed, with its usage (`attempt.cost` is set). `async def` or `def`.

    Exactly once per call: reply, error, denial, hang-up or half a stream. Runs shielded from cancellation. The end of
    the reply waits for it up to `limits.policy_timeout_s`; it goes on behind that, up to 30 s.
    Errors: logged with the plugin's name and reported as an event; the reply has left already.
    """


@hookspec
def sink_emit(events: Sequence[Event]) -> None:
    """Store a batch, all or none: 1 to 1,000 events, oldest first. Off the request path.

    `async def`, or `def`, which runs in a thread.
    Errors: raise, and the same batch comes again with back-off; drop what you already have by `event.id`. A sink that
    stays down loses the oldest events beyond the queue's bound, and they are counted.
    """


@hookspec(firstresult=True)
def provider_models(provider: str, get: Get) -> Sequence[Offer] | None:
    """What the provider offers now, from its own listing; None: read as OpenAI's, at `models_url`. `async def`.

    provider: the instance's name. get: URL, or path behind the instance's base_url -> body of a 200 answer, sent with
    the instance's key, and only to its hosts; up to 100 requests, 32 MB each, 60 s in all. State what the listing
    states, prices with their unit known.
    Errors: raise, and this provider is not refreshed; nothing else is harmed.
    """
