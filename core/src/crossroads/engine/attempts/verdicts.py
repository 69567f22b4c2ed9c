"""What to do about an error of an attempt: one table, for every dialect and transport.

Law (DISP-2): what may have been billed is repeated only where the configuration allows it.
"""

from __future__ import annotations

from typing import Literal

from crossroads.errors import ConnectFailed, CrossroadsError, DeadlineExceeded

Verdict = Literal["here", "elsewhere", "caller", "never"]
"""here: the same endpoint may do better in a while, another one now. elsewhere: only another endpoint may. caller: the
call is wrong wherever it goes. never: ours, or out of time, or paid for."""

BY_CODE: dict[str, Verdict] = {
    "rate_limit_exceeded": "here",
    "provider_overloaded": "here",
    "provider_unavailable": "here",
    "timeout": "here",
    "server": "here",
    "authentication": "elsewhere",
    "permission_denied": "elsewhere",
    "payment_required": "elsewhere",
    "not_found": "elsewhere",
    "context_length_exceeded": "elsewhere",
    "invalid_request": "elsewhere",
}
"""Of errors that say `elsewhere`: the rest of the codes may be better off with another endpoint, and with no wait."""


def verdict(error: CrossroadsError, *, repeat_billed: bool) -> Verdict:
    """repeat_billed: may an attempt that the provider perhaps bills be made again?"""
    if isinstance(error, DeadlineExceeded):
        return "never"
    if not error.elsewhere:
        return "caller" if 400 <= error.status < 500 else "never"
    if error.billing != "no" and not repeat_billed:
        return "never"
    if isinstance(error, ConnectFailed):
        return "here"
    return BY_CODE.get(error.code, "elsewhere")


def blames_endpoint(error: CrossroadsError | None) -> bool:
    """Does it say that the endpoint is unwell? A prompt that is too long for it, and a model that it lacks, do not."""
    return error is None or (error.elsewhere and error.code not in ("context_length_exceeded", "invalid_request"))
