"""Recorded exchanges with real hosts: the few that ship as vectors, and a larger set where one is given.

A record is a JSON object: id, source {repo, path, commit, index}, provider, dialect, operation, stream, request
{body}, response {status, headers, body}. Bodies are parsed JSON, or text as it was on the wire (streams).
Vectors: `crossroads/spec/vectors/<dialect>/*.json`. The larger set: a folder `<dialect>/<provider>.jsonl`, named by
the environment variable CROSSROADS_RECORDINGS or found at `../shared/recordings` beside the project.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from crossroads.wire import Headers

VARIABLE = "CROSSROADS_RECORDINGS"
AWS_STREAM = b"application/vnd.amazon.eventstream"
ROOT = Path(__file__).parents[1]


class Recorded(NamedTuple):
    """One exchange. request: the JSON body that was sent, None where only the answer was kept."""

    name: str
    provider: str
    stream: bool
    request: bytes | None
    status: int
    headers: Headers
    body: bytes
    operation: str = "chat"

    @property
    def is_stream(self) -> bool:
        """Is the answer a stream, of events or of lines of JSON? (An error to a stream request mostly is not.)"""
        if self.status == 200 and dict(self.headers).get(b"content-type") == AWS_STREAM:
            return True
        lines = self.body.startswith(b"{") and b"}\n{" in self.body
        return self.status == 200 and (lines or (b"data:" in self.body and not self.body.startswith(b"{")))


def vectors(dialect: str) -> list[Recorded]:
    """The shipped exchanges of one dialect, by name of file."""
    return recorded_in(_vectors(dialect))


def recorded_in(folder: Path) -> list[Recorded]:
    """The exchanges of a provider's own folder, `*.json`, by name of file."""
    return [_recorded(path.stem, json.loads(path.read_text())) for path in sorted(folder.glob("*.json"))]


def recordings_folder() -> Path | None:
    """Where the larger set is, or None."""
    named = os.environ.get(VARIABLE)
    folder = Path(named) if named else ROOT.parents[3] / "shared" / "recordings"
    return folder if folder.is_dir() else None


def recordings(dialect: str) -> Iterator[Recorded]:
    """The exchanges of the larger set; nothing when there is none (skip, and say why: `NO_RECORDINGS`)."""
    folder = recordings_folder()
    for path in sorted((folder / dialect).glob("*.jsonl")) if folder else ():
        with path.open() as lines:
            for line in lines:
                record = json.loads(line)
                yield _recorded(record["id"], record)


NO_RECORDINGS = f"no recorded exchanges here: set {VARIABLE} to their folder"


def _vectors(dialect: str) -> Path:
    return ROOT / "spec" / "vectors" / dialect


def _recorded(name: str, record: Any) -> Recorded:
    request = (record["request"] or {}).get("body")
    response = record["response"]
    body = response["body"]
    return Recorded(
        name=name,
        provider=record["provider"],
        stream=record["stream"],
        request=json.dumps(request).encode() if isinstance(request, dict) else None,
        status=response["status"],
        headers=tuple((k.encode(), str(v).encode()) for k, v in response["headers"].items()),
        body=_bytes(body),
        operation=record.get("operation", "chat"),
    )


def _bytes(body: Any) -> bytes:
    """As it was on the wire: text, what is binary from its base64, JSON as good as."""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, dict) and set(body) == {"base64"}:
        return base64.b64decode(body["base64"])
    return b"" if body is None else json.dumps(body).encode()
