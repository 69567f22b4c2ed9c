"""iFLYTEK: Spark by OpenAI's format; its transcription of recorded sound (LFASR), whose requests an application signs.

The key of chat is the password of Spark's HTTP interface, shown as it is. For transcription it is `<application's
id>:<its secret key>`, which signs and never leaves. Who uses both sets up the provider twice.
Source: pkg:pypi/xfyunsdkcore@0.0.3 (signature.py: get_signature), read 2026-11-25.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from urllib.parse import urlencode

import msgspec

from crossroads.errors import CredentialMissing
from crossroads.hookspecs import hookimpl
from crossroads.route import Attempt
from crossroads.wire import HttpRequest

BEARER = b"Bearer "
SIGNED = "https://raasr.xfyun.cn/"


@hookimpl
def provider_prepare(attempt: Attempt, request: HttpRequest) -> HttpRequest | None:
    """A request to the host of transcription is signed. Raises CredentialMissing."""
    if not request.url.startswith(SIGNED):
        return None
    shown = (request.header(b"authorization") or b"").removeprefix(BEARER)
    app, colon, secret = shown.partition(b":")
    if not colon:
        raise CredentialMissing(
            "the key of provider iflytek is none of transcription.", remedy="Set it to `<APPID>:<secret key>`."
        )
    rest = tuple(pair for pair in request.headers if pair[0] != b"authorization")
    url = request.url + "&" + urlencode(signed(app.decode(), secret, int(time.time())))
    return msgspec.structs.replace(request, url=url, headers=rest)


def signed(app: str, secret: bytes, now: int) -> dict[str, str]:
    """Who asks, as parameters of the address. now: UTC seconds."""
    said = hashlib.md5(f"{app}{now}".encode(), usedforsecurity=False).hexdigest()
    signature = hmac.digest(secret, said.encode(), hashlib.sha1)
    return {"appId": app, "signa": base64.b64encode(signature).decode(), "ts": str(now)}
