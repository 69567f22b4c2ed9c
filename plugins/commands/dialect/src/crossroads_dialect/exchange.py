"""One record through its codec: request there and back, reply, stream in three splits, or error.

Law: a codec's exception is its failure, never ours; what the record says comes from a reader that calls no codec.
"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterable, Mapping
from importlib import import_module
from itertools import pairwise
from typing import Any, NamedTuple, cast

from crossroads.dialect import Dialect, Document
from crossroads.errors import CrossroadsError, StreamCut, UpstreamError
from crossroads.jobs import JobDialect
from crossroads.steps import SteppedDialect
from crossroads.types.usage import Usage
from crossroads_dialect import canonical, compare, faults, frames, limits, requests
from crossroads_dialect.folders import Reads, covered, reads
from crossroads_dialect.reading import Json, Reading

BYTEWISE_BYTES_MAX = 1 << 18
"""A longer stream is not fed byte by byte (no recording is: they end at 150 KB)."""
CUTS_MAX = 40
"""Of a random split."""
REASON_CHARS_MAX = 600


class Outcome(NamedTuple):
    """state: passed, failed or skipped; reason: "" when it passed."""

    id: str
    dialect: str
    provider: str
    tags: tuple[str, ...]
    state: str
    reason: str = ""


class Decoded(NamedTuple):
    """What a stream decoder gave, and the error that ended it."""

    chunks: list[Document]
    usage: Usage | None
    error: UpstreamError | None


def check(record: Json, codecs: Mapping[str, Dialect], seed: int) -> Outcome:
    """Never raises for what a record or a codec does."""
    dialect = str(record["dialect"])
    about = (str(record["id"]), dialect, str(record["provider"]), tuple(record.get("tags") or ()))
    if dialect.startswith("other-") and not covered(dialect, record["operation"], address(record)):
        return Outcome(*about, "skipped", f"{dialect} has no dialect of its own")
    read = reads(dialect, record["operation"], address(record))
    codec = next((codecs[name] for name in read.dialects if name in codecs), None)
    if codec is None:
        return Outcome(*about, "failed", f"dialect {read.dialects[0]} is not installed")
    found: list[str] = []
    for part in (_request, _response):
        try:
            found += part(record, codec, read, seed)
        except CrossroadsError as error:
            found.append(f"{part.__name__[1:]}: {type(error).__name__}: {error}")
        except Exception as error:
            found.append(f"{part.__name__[1:]}: the codec raised {type(error).__name__}: {error}")
    if found and (meant := limits.stated(codec, record)) is not None:
        found.insert(0, meant)
    reason = "; ".join(found)
    if len(reason) > REASON_CHARS_MAX:
        reason = reason[: REASON_CHARS_MAX - 1] + "…"
    return Outcome(*about, "failed" if found else "passed", reason)


def address(record: Json) -> str:
    return str((record.get("request") or {}).get("url") or "")


def _request(record: Json, codec: Dialect, read: Reads, seed: int) -> list[str]:
    request = record.get("request")
    return requests.problems(codec, request, record["response"]["status"]) if request else []


def _response(record: Json, codec: Dialect, read: Reads, seed: int) -> list[str]:
    response = record["response"]
    body, status = response["body"], response["status"]
    raw = raw_bytes(body)
    if status >= 400:
        headers = tuple((name.encode(), str(value).encode()) for name, value in response["headers"].items())
        return faults.problems(codec, status, headers, raw)
    binary = isinstance(body, dict) and set(body) == {"base64"}
    streamed = record["stream"] and (isinstance(body, str) or (binary and read.framing == "aws"))
    try:
        said = _read(raw, body, read, streamed=streamed, binary=binary)
    except Exception as error:
        return [f"response: the record can't be read (no codec was asked): {type(error).__name__}: {error}"]
    if streamed:
        return _stream(codec, raw, said, random.Random(f"{seed}:{record['id']}"))  # noqa: S311
    return _reply(codec, raw, said)


def _read(raw: bytes, body: Any, read: Reads, *, streamed: bool, binary: bool) -> Reading:
    """What the record says. An empty body is no reply, whatever its status."""
    reader: Any = import_module(f"crossroads_dialect.readers.{read.reader}")
    if not raw:
        return Reading(failed=True)
    said: Reading
    if streamed:
        said = reader.stream(frames.events(raw, binary=binary))
    else:
        said = reader.reply(raw if binary else frames.parsed(body) if isinstance(body, str) else body)
    return said


def raw_bytes(body: Any) -> bytes:
    """A body of a record as it was on the wire (JSON: as good as)."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, dict) and set(body) == {"base64"}:
        return base64.b64decode(body["base64"])
    return json.dumps(body).encode()


def _reply(codec: Dialect, raw: bytes, said: Reading) -> list[str]:
    if said.begun:
        return _next(codec, raw, said.next_url)
    try:
        reply = codec.decode_response(raw)
    except UpstreamError as error:
        return [] if said.failed else [f"response: refused: {error}"]
    if said.failed:
        return ["response: an error, or nothing, was taken for a reply"]
    got = Reading(items=[reply.body]) if reply.document is None else canonical.reply(reply.document, codec.operation)
    return compare.losses(said, got, reply.usage)


def _next(codec: Dialect, raw: bytes, ending: str) -> list[str]:
    """An answer that is no reply yet: the codec must ask on, and where it says (`crossroads.steps`)."""
    if codec.makes_jobs:
        return _job(cast(JobDialect, codec), raw, ending)
    if not codec.takes_steps:
        return ["response: it is no reply yet, and this dialect does not ask on"]
    asked = REQUESTS[codec.operation]().model_validate({"model": "model"})
    step = cast(SteppedDialect, codec).step(raw, asked, url=requests.URL, upstream="model")
    if step is None or not step.url.endswith(ending):
        return [f"response: not asked for at {ending or 'the next address'}"]
    return []


def _job(codec: JobDialect, raw: bytes, name: str) -> list[str]:
    """A submission gives the job's name (`crossroads.jobs`); without one it is the state of a job."""
    if name:
        url = codec.job_url(requests.URL, codec.decode_response(raw).upstream_id or "")
        return [] if url.endswith(name) else [f"response: the job is not asked for as {name}"]
    ended = codec.decode_job(raw)["status"] == "completed"
    told = json.loads(raw)
    if ended != ("video" in told):
        return ["response: the state of the job is another"]
    step = codec.content_step(raw, 0) if ended else None
    return [] if step is None or step.url == told["video"]["url"] else ["response: the video is elsewhere"]


def _images() -> Any:
    from crossroads.types.images import ImageRequest

    return ImageRequest


def _transcription() -> Any:
    from crossroads.types.transcription import TranscriptionRequest

    return TranscriptionRequest


REQUESTS = {"images": _images, "transcription": _transcription}
"""The canonical requests of operations that may take several steps."""


def _stream(codec: Dialect, raw: bytes, said: Reading, dice: random.Random) -> list[str]:
    whole = _decoded(codec, [raw])
    found = _of_stream(codec, whole, said)
    cuts = sorted(dice.sample(range(len(raw)), min(len(raw), dice.randint(1, CUTS_MAX))))
    splits: dict[str, Iterable[bytes]] = {"at random": (raw[a:b] for a, b in pairwise([0, *cuts, len(raw)]))}
    if len(raw) <= BYTEWISE_BYTES_MAX:
        splits["byte by byte"] = (raw[at : at + 1] for at in range(len(raw)))
    for how, pieces in splits.items():
        split = _decoded(codec, pieces)
        if split.chunks != whole.chunks or split.usage != whole.usage or type(split.error) is not type(whole.error):
            found.append(f"stream: fed {how} it gives something else")
    return found


def _of_stream(codec: Dialect, whole: Decoded, said: Reading) -> list[str]:
    got = canonical.chunks(whole.chunks, codec.operation)
    if whole.error is not None:
        if said.failed or (isinstance(whole.error, StreamCut) and not said.complete):
            before = {index: choice.text for index, choice in said.choices.items() if choice.text}
            after = {index: choice.text for index, choice in got.choices.items() if choice.text}
            return [] if before == after else ["stream: text before its error is lost"]
        return [f"stream: refused: {type(whole.error).__name__}: {whole.error}"]
    if said.failed:
        return ["stream: an error in it passed unseen"]
    return compare.losses(said, got, whole.usage)


def _decoded(codec: Dialect, pieces: Iterable[bytes]) -> Decoded:
    decoder = codec.decode_stream()
    chunks: list[Document] = []
    try:
        for piece in pieces:
            chunks += decoder.feed(piece)
        chunks += decoder.close(framed=True)
    except UpstreamError as error:
        return Decoded(chunks, decoder.usage, error)
    return Decoded(chunks, decoder.usage, None)
