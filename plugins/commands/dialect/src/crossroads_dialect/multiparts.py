"""Recorded forms through the client side of a codec and out of its upstream side: every part must come out as it was.

A recording states its parts (`name`, then `value` or `filename` and `content_type`); the bytes of a file were not kept,
so each file here holds its own name. The form is read again by Python's own parser of messages, not by the codec's.
"""

from __future__ import annotations

import email.parser
import email.policy
from collections import Counter
from typing import Any

from crossroads import multipart
from crossroads.dialect import Dialect
from crossroads.errors import BadRequest

BOUNDARY = "crossroads-dialect-check"
URL = "https://upstream.example/"
Part = tuple[str, str | None, str | None, bytes]


def problems(codec: Dialect, parts: list[dict[str, Any]], params: dict[str, str], status: int) -> list[str]:
    """What is wrong with this form after the way through the codec."""
    before = written(parts)
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    try:
        opened = codec.open(before, {**params, "content_type": kind})
        canonical = codec.decode_request(opened)
    except BadRequest as error:
        return [] if 400 <= status < 500 else [f"request: refused by the client side: {error}"]
    upstream = next(iter(opened.models), "model")
    draft = codec.encode_request(canonical, url=URL, upstream=upstream, stream=opened.stream)
    if not draft.form:
        return ["request: a form became JSON"]
    if not opened.models:  # it went to the host's default; a router always names the endpoint's own (allowed.toml)
        draft.document.pop("model", None)
    asked, sent = Counter(read(before, kind)), Counter(read(*multipart.encode_form(draft.document)))
    gone = [f"request: part {name} is lost or changed" for name, *_ in (asked - sent)]
    return gone + [f"request: part {name} was added or changed" for name, *_ in (sent - asked)]


def written(parts: list[dict[str, Any]]) -> bytes:
    """The recorded parts as the body that a client would send."""
    out = []
    for part in parts:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{part["name"]}"'
        value = str(part.get("value", ""))
        if "filename" in part:
            kind = part.get("content_type") or "application/octet-stream"
            head += f'; filename="{part["filename"]}"\r\nContent-Type: {kind}'
            value = value or f"bytes of {part['filename']}"
        out.append(f"{head}\r\n\r\n{value}\r\n")
    return ("".join(out) + f"--{BOUNDARY}--\r\n").encode()


def read(body: bytes, kind: str) -> list[Part]:
    """Name, file name, media type and bytes of each part."""
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    parts: list[Part] = []
    for part in message.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        filename = part.get_filename()
        data = part.get_payload(decode=True)
        parts.append((name, filename, part.get_content_type() if filename else None, bytes(data or b"")))
    return parts
