"""The reader against random splits, random bytes, and llhttp as a second opinion."""

from __future__ import annotations

from itertools import pairwise

import httptools
from hypothesis import given, settings
from hypothesis import strategies as st

from crossroads.engine.transport.http1 import ResponseReader
from crossroads.engine.transport.limits import Limits
from crossroads.errors import BadUpstream

LIMITS = Limits(head_bytes=2048, body_bytes=4096)


@st.composite
def responses(draw: st.DrawFn) -> tuple[bytes, bytes]:
    body = draw(st.binary(max_size=200))
    extra = draw(
        st.lists(st.sampled_from([b"x-a: b", b"x-b:", b"x-c: \xe9 \t", b"connection: keep-alive"]), max_size=3)
    )
    if draw(st.booleans()):
        framing, wire = b"content-length: %d" % len(body), body
    else:
        framing, wire, rest = b"transfer-encoding: chunked", b"", body
        while rest:
            size = draw(st.integers(1, len(rest)))
            wire += b"%x\r\n" % size + rest[:size] + b"\r\n"
            rest = rest[size:]
        wire += b"0\r\n\r\n"
    return b"\r\n".join([b"HTTP/1.1 200 OK", framing, *extra]) + b"\r\n\r\n" + wire, body


def run(pieces: list[bytes]) -> tuple[str, bytes]:
    reader = ResponseReader(LIMITS, "POST")
    try:
        for piece in pieces:
            reader.feed(piece)
    except BadUpstream as error:
        return str(error), b""
    return f"{reader.complete} {reader.surplus}", b"".join(reader.pieces)


def split(raw: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({0, len(raw), *(cut % (len(raw) + 1) for cut in cuts)})
    return [raw[a:b] for a, b in pairwise(edges)]


@settings(max_examples=300, deadline=None)
@given(responses(), st.lists(st.integers(0, 2000), max_size=20))
def test_any_split_gives_the_same_body(response: tuple[bytes, bytes], cuts: list[int]) -> None:
    raw, body = response
    assert run(split(raw, cuts)) == ("True False", body)


class Llhttp:
    def __init__(self) -> None:
        self.body, self.ends = b"", 0

    def on_body(self, data: bytes) -> None:
        self.body += data

    def on_message_complete(self) -> None:
        self.ends += 1


@settings(max_examples=500, deadline=None)
@given(responses(), st.integers(0, 2000), st.binary(min_size=1, max_size=3))
def test_what_we_accept_llhttp_reads_the_same(response: tuple[bytes, bytes], at: int, change: bytes) -> None:
    raw, _ = response
    at %= len(raw)
    mutated = raw[:at] + change + raw[at + len(change) :]
    said, body = run([mutated])
    if said != "True False":
        return
    other = Llhttp()
    httptools.HttpResponseParser(other).feed_data(mutated)
    assert (other.ends, other.body) == (1, body)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_do_anything_but_a_bad_upstream(raw: bytes) -> None:
    run([b"HTTP/1.1 200 OK\r\n" + raw])
    run([b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + raw])
