"""Kling AI: a key, or a pair of keys that signs a token for each request.

An API key is shown as it is. `<access key>:<secret key>` is a pair: the first names who asks, the second signs (HS256)
and never leaves. Source: https://github.com/vercel/ai/blob/ed857f50f112e23930b0c2dd8d532cc8bebbc911/packages/klingai/src/klingai-auth.ts,
read 2026-11-25.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time

from crossroads.hookspecs import hookimpl
from crossroads.route import Attempt
from crossroads.wire import HttpRequest

BEARER = b"Bearer "
VALID_S = 1800
EARLY_S = 5
"""A token holds from so long ago: clocks differ."""


@hookimpl
def provider_prepare(attempt: Attempt, request: HttpRequest) -> HttpRequest | None:
    """A pair of keys becomes the token that it signs."""
    shown = (request.header(b"authorization") or b"").removeprefix(BEARER)
    access, colon, secret = shown.partition(b":")
    if not colon:
        return None
    return request.with_header(b"authorization", BEARER + signed(access.decode(), secret, int(time.time())))


def signed(access: str, secret: bytes, now: int) -> bytes:
    """A JSON Web Token (RFC 7519) that says who asks. now: UTC seconds."""
    claims = {"iss": access, "exp": now + VALID_S, "nbf": now - EARLY_S}
    said = b".".join(_encoded(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    return said + b"." + _encoded(hmac.digest(secret, said, hashlib.sha256))


def _encoded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
