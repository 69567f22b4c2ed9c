"""Jobs: the id that a client sees, and the way from it back to the endpoint that took the job.

The id is the record: endpoint, upstream's id, generation and cost, sealed with a key that is made once per home and
never leaves it. So nothing is stored per job, nothing fills up, and a restart changes nothing. Law (TENANT-1): the seal
covers the caller's key; for every other caller the id is unknown, as a made-up one is. Law (MONEY-3): a job is metered
by its submission, which is a call like any other; asking for it meters nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec

from crossroads.call import Call, Head, Principal
from crossroads.dialect import Document
from crossroads.engine.attempts.flow import NOT_SNIFFED
from crossroads.engine.attempts.prepare import Prepared, ask_request
from crossroads.engine.attempts.replies import refusal
from crossroads.errors import BadUpstream, ConfigError, NotFound
from crossroads.jobs import JobDialect
from crossroads.route import Attempt, Endpoint
from crossroads.types.usage import Usage, usd_json
from crossroads.wire import HttpResponse, find_header

if TYPE_CHECKING:
    from crossroads.engine.exchange import Exchange

PREFIX = "job-"
SEAL_BYTES = 16
KEY_BYTES = 32
ID_CHARACTERS_MAX = 2000
STATE_BYTES_MAX = 1 << 20
JSON = b"application/json"
MEDIA = (b"video/", b"image/", b"audio/")
DURATION = ("duration", "seconds")
"""Of a request, in OpenRouter's word and in OpenAI's."""


class Ticket(msgspec.Struct, frozen=True, array_like=True):
    """What an id says. made_at: UTC seconds; cost_nano: of the submission, None where a price is unknown."""

    operation: str
    model: str
    endpoint: str
    upstream_id: str
    generation_id: str
    made_at: int
    cost_nano: int | None = None


class Jobs:
    """All jobs of one exchange. key_file: where the key of the seals stands; made on first use."""

    def __init__(self, x: Exchange, key_file: Path) -> None:
        self._x, self._key_file = x, key_file
        self._key = b""

    def make_ready(self) -> None:
        """Before anything is sent: a job whose id can't be sealed would be paid for and lost. Raises ConfigError."""
        self._sealing_key()

    def issue(self, call: Call, endpoint: Endpoint, upstream_id: str, cost_nano: int | None) -> str:
        """The id under which this caller finds a job that the endpoint took."""
        if not upstream_id or upstream_id in (".", ".."):
            raise BadUpstream("it named no job.", remedy="Retry, or use another provider.")
        ticket = Ticket(
            call.operation, endpoint.model, endpoint.id, upstream_id, call.id, int(call.received_at), cost_nano
        )
        text = msgspec.msgpack.encode(ticket)
        return PREFIX + base64.urlsafe_b64encode(self._seal(text, call.principal) + text).decode().rstrip("=")

    def read(self, id: str, principal: Principal) -> Ticket:
        """Raises NotFound: made up, or another caller's."""
        try:
            if not id.startswith(PREFIX) or len(id) > ID_CHARACTERS_MAX:
                raise ValueError
            sealed = base64.b64decode(id[len(PREFIX) :] + "=" * (-(len(id) - len(PREFIX)) % 4), b"-_", validate=True)
            seal, text = sealed[:SEAL_BYTES], sealed[SEAL_BYTES:]
            if not hmac.compare_digest(seal, self._seal(text, principal)):
                raise ValueError
            return msgspec.msgpack.decode(text, type=Ticket)
        except (ValueError, binascii.Error, msgspec.DecodeError):
            raise NotFound(f"Job {id[:100]} not found.", remedy="Check the id that the submission gave.") from None

    async def state(self, id: str, principal: Principal) -> Document:
        """How the job stands, as `types.video.VideoJob`. Raises NotFound, UpstreamError."""
        ticket = self.read(id, principal)
        prepared, dialect = await self._prepared(ticket)
        response = await self._ask(prepared, dialect.job_url(prepared.url, ticket.upstream_id))
        try:
            told = dialect.decode_job(await response.read(STATE_BYTES_MAX))
        finally:
            await response.aclose()
        if isinstance(why := told.get("error"), str):
            told["error"] = self._x.reporter.redact(why)  # a provider may have echoed a key
        told |= {"id": id, "polling_url": polling_url(id), "generation_id": ticket.generation_id}
        told |= {"model": ticket.model, "created_at": ticket.made_at}
        if told["status"] == "completed":
            told["unsigned_urls"] = [f"{polling_url(id)}/content?index=0"]
            told["usage"] = {"cost": usd_json(ticket.cost_nano), "is_byok": False}
        return told

    async def content(self, id: str, principal: Principal, index: int = 0) -> AsyncGenerator[Head | bytes, None]:
        """One Head, then what the job made, as it comes: nothing is held. Raises NotFound, UpstreamError."""
        ticket = self.read(id, principal)
        prepared, dialect = await self._prepared(ticket)
        response = await self._ask(prepared, dialect.content_url(prepared.url, ticket.upstream_id, index))
        try:
            if media_kind(response) == JSON:
                told = await response.read(STATE_BYTES_MAX)
                await response.aclose()
                if (step := dialect.content_step(told, index)) is not None:
                    response = await self._ask(prepared, step.url, bare=step.bare)
            if (kind := media_kind(response)) == JSON:
                raise BadUpstream("it answered with JSON where a video was due.", remedy="Retry in a while.")
            kind = kind if kind.startswith(MEDIA) else b"application/octet-stream"
            yield Head(200, ((b"content-type", kind), NOT_SNIFFED))
            async for data in response:
                yield data
        finally:
            await response.aclose()

    async def _prepared(self, ticket: Ticket) -> tuple[Prepared, JobDialect]:
        x = self._x
        for endpoint in x.catalog.peers.get(ticket.model, ()):
            if endpoint.id == ticket.endpoint and ticket.operation in endpoint.serves:
                prepared = await x.providers.prepared(endpoint, ticket.operation)
                return prepared, cast(JobDialect, prepared.dialect)
        raise NotFound("The provider that took this job is not configured any more.", remedy="Configure it again.")

    async def _ask(self, prepared: Prepared, url: str, *, bare: bool = False) -> HttpResponse:
        """The head of a success. Raises for anything else, with the response closed."""
        x = self._x
        attempt = Attempt("job", prepared.endpoint, x.clock.time())
        until = x.clock.monotonic() + x.config.limits.deadline_s
        request = ask_request(attempt, prepared, url, until, bare=bare)
        response = await x.providers.transport(prepared.instance, bare=bare).send(request)
        if 200 <= response.status < 300:
            return response
        try:
            raise x.reporter.clean(await refusal(attempt, response, prepared, x))
        finally:
            await response.aclose()

    def _seal(self, text: bytes, principal: Principal) -> bytes:
        whose = (principal.key_id or "").encode()
        return hmac.digest(self._sealing_key(), whose + b"\0" + text, hashlib.sha256)[:SEAL_BYTES]

    def _sealing_key(self) -> bytes:
        if not self._key:
            self._key = read_or_make_key(self._key_file)
        return self._key


def media_kind(response: HttpResponse) -> bytes:
    """Its media type, without parameters."""
    return (find_header(response.headers, b"content-type") or b"").partition(b";")[0].strip().lower()


def polling_url(id: str) -> str:
    """As OpenRouter gives it: below the API's root."""
    return f"/api/v1/videos/{id}"


def issued_seconds(call: Call, reported: int | None) -> Usage | None:
    """What a submission is charged for: the seconds that the upstream stated, else those asked for.

    None: neither is known, or it is no length; also where what was asked for did not go out as it was.
    """
    if reported is None and not any(lost.field in DURATION for lost in call.lost):
        value = next((value for name in DURATION if (value := call.stated(name)) is not None), None)
        reported = value if type(value) is int else None
    return None if reported is None or reported < 0 else Usage(seconds=reported)


def read_or_make_key(file: Path) -> bytes:
    """The key in the file; a fresh one in a file of its owner's where there is none. Raises ConfigError."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
        if not file.exists():
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(secrets.token_bytes(KEY_BYTES))
            try:
                os.link(fresh, file)  # whole or not at all, and never over another process's
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        key = file.read_bytes()
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise ConfigError(
            f"can't be kept: {why}.", file=str(file), remedy="Set CROSSROADS_HOME to a folder that can be written."
        ) from None
    if len(key) != KEY_BYTES:
        raise ConfigError("is not the key of jobs.", file=str(file), remedy="Remove it; jobs of before are then lost.")
    return key
