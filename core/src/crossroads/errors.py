"""Every error that Crossroads raises, in one tree.

    CrossroadsError                      code                     status  what the caller should know
    ├── BadRequest                       invalid_request             400  the call itself is wrong
    │   ├── UnknownModel                 invalid_request             400  no installed provider offers this model
    │   ├── ContextTooLong               context_length_exceeded     400
    │   └── Unsupported                  invalid_request             400  this endpoint can't do what was asked
    ├── Unauthorized                     authentication              401
    ├── PaymentRequired                  payment_required            402
    ├── Denied                           permission_denied           403  a policy said no, or failed (fail closed)
    ├── NotFound                         not_found                   404
    │   └── NoEndpoint                   not_found                   404  every candidate was filtered out
    ├── MethodNotAllowed                 invalid_request             405
    ├── RequestTimeout                   timeout                     408  the request did not arrive in time
    ├── TooLarge                         payload_too_large           413
    ├── UnsupportedMedia                 invalid_request             415  a body that is not what the path takes
    ├── RateLimited                      rate_limit_exceeded         429
    ├── Overloaded                       provider_overloaded         503  nobody can take the call now
    ├── DeadlineExceeded                 timeout                     504  the call's own deadline
    ├── UpstreamError                    provider_unavailable        502  a provider failed; see `Billing`
    │   ├── ConnectFailed                provider_unavailable        502  nothing was sent
    │   ├── UpstreamTimeout              timeout                     504
    │   ├── BadUpstream                  provider_unavailable        502  it broke its protocol
    │   │   └── StreamCut                provider_unavailable        502  it ended before its end
    │   ├── CredentialMissing            authentication              401  no key of ours for that provider
    │   └── UpstreamRefused              (by status)          (by status) a complete error answer
    ├── ConfigError                      config                      500  at start: file, key, value, remedy
    └── PluginError                      plugin                      500  at start: which plugin, and why

`code` is OpenRouter's `error_type` vocabulary (its API reference, "Errors", read 2026-11-24): stable, never reused.
Law: a message never holds a secret, and every error says what to do next.
"""

from __future__ import annotations

from typing import Any, Literal

Billing = Literal["no", "maybe", "yes"]
"""May the provider bill a failed attempt? Before a byte was sent, or after a complete error answer: no."""

VALUE_CHARS_MAX = 80


class CrossroadsError(Exception):
    """Base. `code` is stable and never reused; `status` is the HTTP status that a surface answers with.

    field, value: what was wrong, as the caller spelled it (never a secret; cut at 80 characters); value None: it is
    missing, or must not be shown.
    remedy: one imperative sentence, required.
    metadata: JSON-able extras that a surface may show to the caller.
    """

    code: str = "server"
    status: int = 500
    elsewhere: bool = False
    """Would another endpoint perhaps succeed? Dispatch fails over only when it is true."""
    billing: Billing = "no"

    def __init__(
        self,
        what: str,
        *,
        remedy: str,
        field: str | None = None,
        value: object = None,
        metadata: dict[str, Any] | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        self.what, self.remedy, self.field, self.value = what, remedy, field, value
        self.metadata = metadata or {}
        self.retry_after_s = retry_after_s
        named = field if value is None else f"{field}={printable(value)!r}"
        where = "" if field is None else f"{named}: "
        super().__init__(f"{where}{what} {remedy}")


def one_line(text: str) -> str:
    """Control characters (a forged log line, a terminal code) become spaces."""
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


def printable(value: object) -> str:
    """A value as one short line (`one_line`)."""
    text = value if isinstance(value, str) else str(value)
    cut = one_line(text[: VALUE_CHARS_MAX + 1])
    return cut if len(cut) <= VALUE_CHARS_MAX else cut[: VALUE_CHARS_MAX - 1] + "…"


class BadRequest(CrossroadsError):
    code, status = "invalid_request", 400


class UnknownModel(BadRequest):
    pass


class ContextTooLong(BadRequest):
    code = "context_length_exceeded"
    elsewhere = True


class Unsupported(BadRequest):
    """This endpoint can't carry what was asked; another may."""

    elsewhere = True


class Unauthorized(CrossroadsError):
    code, status = "authentication", 401


class PaymentRequired(CrossroadsError):
    code, status = "payment_required", 402


class Denied(CrossroadsError):
    code, status = "permission_denied", 403


class NotFound(CrossroadsError):
    code, status = "not_found", 404


class NoEndpoint(NotFound):
    pass


class MethodNotAllowed(CrossroadsError):
    code, status = "invalid_request", 405


class RequestTimeout(CrossroadsError):
    code, status = "timeout", 408


class TooLarge(CrossroadsError):
    code, status = "payload_too_large", 413


class UnsupportedMedia(CrossroadsError):
    code, status = "invalid_request", 415


class RateLimited(CrossroadsError):
    code, status = "rate_limit_exceeded", 429


class Overloaded(CrossroadsError):
    code, status = "provider_overloaded", 503


class DeadlineExceeded(CrossroadsError):
    code, status = "timeout", 504
    billing = "maybe"


class UpstreamError(CrossroadsError):
    """A provider failed. `sent`: had a byte of the request left us? Then the provider may bill it."""

    code, status = "provider_unavailable", 502
    elsewhere = True
    billing: Billing = "maybe"


class ConnectFailed(UpstreamError):
    """Name not found, refused, TLS failure, pool full: nothing was sent."""

    billing = "no"


class UpstreamTimeout(UpstreamError):
    code, status = "timeout", 504


class BadUpstream(UpstreamError):
    """The provider broke HTTP, JSON or its own dialect. What it sent is not guessed at."""


class StreamCut(BadUpstream):
    """The reply ended before its end: by framing, or by the dialect's own terminator."""


class CredentialMissing(UpstreamError):
    code, status = "authentication", 401
    billing = "no"


class UpstreamRefused(UpstreamError):
    """A complete error answer of a provider, mapped by its dialect to a canonical code and status.

    upstream_status: what the provider answered. `elsewhere` is set from the kind: a caller's own fault is not
    repeated at another endpoint, a limit or an outage is.
    """

    billing = "no"

    def __init__(
        self, what: str, *, code: str, status: int, elsewhere: bool, upstream_status: int, **rest: Any
    ) -> None:
        super().__init__(what, **rest)
        self.code, self.status, self.elsewhere, self.upstream_status = code, status, elsewhere, upstream_status


class ConfigError(CrossroadsError):
    """Configuration or a manifest is wrong. `file` and `field` (a dotted key) say where."""

    code, status = "config", 500

    def __init__(self, what: str, *, file: str | None = None, **rest: Any) -> None:
        super().__init__(what if file is None else f"{what} ({file})", **rest)
        self.file = file


class PluginError(CrossroadsError):
    """A plugin can't be found, loaded or started. It takes nothing else down."""

    code, status = "plugin", 500

    def __init__(self, what: str, *, plugin: str, **rest: Any) -> None:
        super().__init__(f"plugin {plugin}: {what}", **rest)
        self.plugin = plugin
