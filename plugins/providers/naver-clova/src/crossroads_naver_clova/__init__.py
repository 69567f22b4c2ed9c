"""NAVER Cloud CLOVA: Studio by OpenAI's formats; CLOVA Voice and Speech Recognition by `speech` and `transcription`.

A key is one of two kinds: an API key of CLOVA Studio (chat, embeddings), or `client id:client secret` of an application
of NAVER Cloud's API Gateway (speech, transcription). Who uses both sets both: the second one as a further key.
Sources: https://api.ncloud-docs.com/docs/en/clovastudio-openaicompatibility,
https://api.ncloud-docs.com/docs/en/ai-naver-clovavoice, read 2026-11-25.
"""

from __future__ import annotations

from crossroads.config import Secret
from crossroads.hookspecs import hookimpl
from crossroads.tokens import header_value
from crossroads.wire import Headers, HttpRequest, HttpResponse, Transport

__all__ = ["NaverClova"]

REMEDY = "Correct the credential of provider naver-clova."


class NaverClova:
    """One credential for each instance of the provider."""

    @hookimpl
    async def provider_open(self, transport: Transport, credential: Secret | None) -> Transport | None:
        """The default transport, with the key on each request. None: there is no credential."""
        return None if credential is None else Keyed(transport, shown(credential.reveal().strip()))


class Keyed:
    """Puts the same headers on each request."""

    def __init__(self, inner: Transport, headers: Headers) -> None:
        self._inner, self._headers = inner, headers

    async def send(self, request: HttpRequest) -> HttpResponse:
        """See `crossroads.wire.Transport`."""
        for name, value in self._headers:
            request = request.with_header(name, value)
        return await self._inner.send(request)


def shown(key: str) -> Headers:
    """How a call shows it. Raises CrossroadsError: it can't stand in a header."""
    client, colon, secret = key.partition(":")
    if not colon:
        return ((b"authorization", b"Bearer " + header_value(key, REMEDY)),)
    named = header_value(client, REMEDY), header_value(secret, REMEDY)
    return ((b"x-ncp-apigw-api-key-id", named[0]), (b"x-ncp-apigw-api-key", named[1]))
