"""Responses that parsers read in different ways, or that are broken: none looks like an answer (HTTP-1, STREAM-2)."""

from __future__ import annotations

from typing import Any

import pytest

from crossroads.engine.transport.http1 import ResponseReader
from crossroads.engine.transport.limits import Limits
from crossroads.errors import BadUpstream, StreamCut

OK = b"HTTP/1.1 200 OK\r\n"
CL5 = b"content-length: 5\r\n"
TE = b"transfer-encoding: chunked\r\n"
END = b"\r\n"
LIMITS = Limits(
    head_bytes=2048, header_count=20, interim_count=3, trailer_bytes=256, extension_bytes=64, body_bytes=4096
)

MALFORMED: dict[str, bytes] = {
    # Two ways to find the end.
    "length and chunked": OK + CL5 + TE + END + b"0\r\n\r\n",
    "chunked and length": OK + TE + CL5 + END + b"5\r\nhello\r\n0\r\n\r\n",
    "length twice, different": OK + CL5 + b"content-length: 6\r\n" + END + b"hello!",
    "length twice, equal": OK + CL5 + CL5 + END + b"hello",
    "length twice, other case": OK + CL5 + b"CONTENT-LENGTH: 5\r\n" + END + b"hello",
    "length as a list": OK + b"content-length: 5, 5\r\n" + END + b"hello",
    "length with a plus": OK + b"content-length: +5\r\n" + END + b"hello",
    "length with a minus": OK + b"content-length: -5\r\n" + END + b"hello",
    "length in hex": OK + b"content-length: 0x5\r\n" + END + b"hello",
    "length with a space inside": OK + b"content-length: 5 5\r\n" + END + b"hello" * 11,
    "length with a point": OK + b"content-length: 5.0\r\n" + END + b"hello",
    "length with an underscore": OK + b"content-length: 1_0\r\n" + END + b"hellohello",
    "length empty": OK + b"content-length:\r\n" + END + b"hello",
    "length overflowing 64 bits": OK + b"content-length: 18446744073709551621\r\n" + END + b"hello",
    "length in other digits": OK + "content-length: ٥\r\n".encode() + END + b"hello",
    "length over the bound": OK + b"content-length: 4097\r\n" + END + b"x" * 4097,
    "body over the bound, to the end": OK + END + b"x" * 4097,
    "transfer coding gzip": OK + b"transfer-encoding: gzip\r\n" + END + b"hello",
    "transfer coding gzip, chunked": OK + b"transfer-encoding: gzip, chunked\r\n" + END + b"0\r\n\r\n",
    "transfer coding chunked, identity": OK + b"transfer-encoding: chunked, identity\r\n" + END + b"0\r\n\r\n",
    "transfer coding chunked twice": OK + TE + TE + END + b"0\r\n\r\n",
    "transfer coding chunked, chunked": OK + b"transfer-encoding: chunked, chunked\r\n" + END + b"0\r\n\r\n",
    "transfer coding xchunked": OK + b"transfer-encoding: xchunked\r\n" + END + b"0\r\n\r\n",
    "transfer coding quoted": OK + b'transfer-encoding: "chunked"\r\n' + END + b"0\r\n\r\n",
    "transfer coding with a parameter": OK + b"transfer-encoding: chunked;q=1\r\n" + END + b"0\r\n\r\n",
    "transfer coding empty": OK + b"transfer-encoding:\r\n" + END + b"hello",
    "transfer coding after a vertical tab": OK + b"transfer-encoding: \x0bchunked\r\n" + END + b"0\r\n\r\n",
    "transfer coding in HTTP/1.0": b"HTTP/1.0 200 OK\r\n" + TE + END + b"0\r\n\r\n",
    "chunked 204": b"HTTP/1.1 204 No Content\r\n" + TE + END + b"0\r\n\r\n",
    "204 with a length": b"HTTP/1.1 204 No Content\r\n" + CL5 + END + b"hello",
    # Chunks.
    "chunk size empty": OK + TE + END + b"\r\nhello\r\n0\r\n\r\n",
    "chunk size in 0x": OK + TE + END + b"0x5\r\nhello\r\n0\r\n\r\n",
    "chunk size with a plus": OK + TE + END + b"+5\r\nhello\r\n0\r\n\r\n",
    "chunk size with a minus": OK + TE + END + b"-5\r\nhello\r\n0\r\n\r\n",
    "chunk size after a space": OK + TE + END + b" 5\r\nhello\r\n0\r\n\r\n",
    "chunk size before a space": OK + TE + END + b"5 \r\nhello\r\n0\r\n\r\n",
    "chunk size with an underscore": OK + TE + END + b"0_5\r\nhello\r\n0\r\n\r\n",
    "chunk size junk": OK + TE + END + b"5g\r\nhello\r\n0\r\n\r\n",
    "chunk size overflowing": OK + TE + END + b"10000000000000005\r\nhello\r\n0\r\n\r\n",
    "chunk size over the bound": OK + TE + END + b"1001\r\n",
    "chunk line with a bare LF": OK + TE + END + b"5\nhello\r\n0\r\n\r\n",
    "chunk line with a bare CR": OK + TE + END + b"5\rhello\r\n0\r\n\r\n",
    "chunk data with a bare LF": OK + TE + END + b"5\r\nhello\n0\r\n\r\n",
    "chunk data too long": OK + TE + END + b"5\r\nhello!\r\n0\r\n\r\n",
    "chunk data too short": OK + TE + END + b"6\r\nhello\r\n0\r\n\r\n",
    "chunk extension with a bare LF": OK + TE + END + b"5;a\nb\r\nhello\r\n0\r\n\r\n",
    "chunk extension with NUL": OK + TE + END + b"5;a\0\r\nhello\r\n0\r\n\r\n",
    "chunk extension over its bound": OK + TE + END + b"5;" + b"a" * 65 + b"\r\nhello\r\n0\r\n\r\n",
    "chunk extensions together over their bound": OK + TE + END + b"1;aaaaaaaaa\r\nx\r\n" * 7 + b"0\r\n\r\n",
    "last chunk ended by a bare LF": OK + TE + END + b"5\r\nhello\r\n0\n\n",
    "trailer malformed": OK + TE + END + b"0\r\nno colon\r\n\r\n",
    "trailer with a bare LF": OK + TE + END + b"0\r\na: b\n\r\n\r\n",
    "trailer folded": OK + TE + END + b"0\r\na: b\r\n c\r\n\r\n",
    "trailers over their bound": OK + TE + END + b"0\r\n" + b"a: bcdef\r\n" * 30 + END,
    # Heads.
    "bare LF everywhere": b"HTTP/1.1 200 OK\ncontent-length: 5\n\nhello",
    "bare LF after the status line": b"HTTP/1.1 200 OK\n" + CL5 + END + b"hello",
    "bare LF after a header": OK + b"a: b\n" + CL5 + END + b"hello",
    "bare LF before the blank line": OK + b"content-length: 5\n\r\nhello",
    "bare CR after a header": OK + b"a: b\r" + CL5 + END + b"hello",
    "bare CR in a value": OK + b"a: b\rc\r\n" + CL5 + END + b"hello",
    "CR CR LF": OK + b"a: b\r\r\n" + CL5 + END + b"hello",
    "folded header": OK + b"a: b\r\n c\r\n" + CL5 + END + b"hello",
    "folded by a tab": OK + b"content-length:\r\n\t5\r\n" + END + b"hello",
    "first header folded": OK + b" a: b\r\n" + CL5 + END + b"hello",
    "NUL in a value": OK + b"a: b\0c\r\n" + CL5 + END + b"hello",
    "NUL in a name": OK + b"a\0: b\r\n" + CL5 + END + b"hello",
    "control character in a value": OK + b"a: b\x01\r\n" + CL5 + END + b"hello",
    "DEL in a value": OK + b"a: b\x7f\r\n" + CL5 + END + b"hello",
    "space before the colon": OK + b"content-length : 5\r\n" + END + b"hello",
    "tab before the colon": OK + b"content-length\t: 5\r\n" + END + b"hello",
    "name empty": OK + b": b\r\n" + CL5 + END + b"hello",
    "no colon": OK + b"content-length 5\r\n" + CL5 + END + b"hello",
    "name in quotes": OK + b'"a": b\r\n' + CL5 + END + b"hello",
    "name beyond ASCII": OK + "contént: 5\r\n".encode() + CL5 + END + b"hello",
    "too many headers": OK + b"a: b\r\n" * 20 + CL5 + END + b"hello",
    "head too long": OK + b"a: " + b"b" * 2048 + b"\r\n" + CL5 + END + b"hello",
    "head without an end": OK + b"a: b\r\n" * 400,
    # Status lines.
    "version 0.9": b"HTTP/0.9 200 OK\r\n" + CL5 + END + b"hello",
    "version 1.2": b"HTTP/1.2 200 OK\r\n" + CL5 + END + b"hello",
    "version 2.0": b"HTTP/2.0 200 OK\r\n" + CL5 + END + b"hello",
    "version 1": b"HTTP/1 200 OK\r\n" + CL5 + END + b"hello",
    "version 1.10": b"HTTP/1.10 200 OK\r\n" + CL5 + END + b"hello",
    "version in lower case": b"http/1.1 200 OK\r\n" + CL5 + END + b"hello",
    "another protocol": b"ICY 200 OK\r\n" + CL5 + END + b"hello",
    "status of two digits": b"HTTP/1.1 20 OK\r\n" + CL5 + END + b"hello",
    "status of four digits": b"HTTP/1.1 2000 OK\r\n" + CL5 + END + b"hello",
    "status with a sign": b"HTTP/1.1 +20 OK\r\n" + CL5 + END + b"hello",
    "status below 100": b"HTTP/1.1 099 OK\r\n" + CL5 + END + b"hello",
    "status missing": b"HTTP/1.1 OK\r\n" + CL5 + END + b"hello",
    "status after two spaces": b"HTTP/1.1  200 OK\r\n" + CL5 + END + b"hello",
    "status after a tab": b"HTTP/1.1\t200 OK\r\n" + CL5 + END + b"hello",
    "NUL in the reason": b"HTTP/1.1 200 O\0K\r\n" + CL5 + END + b"hello",
    "garbage before the status line": b"xHTTP/1.1 200 OK\r\n" + CL5 + END + b"hello",
    "blank line before the status line": b"\r\n" + OK + CL5 + END + b"hello",
    "body without a head": b"hello",
    "a request": b"GET / HTTP/1.1\r\nhost: a\r\n\r\n",
    "TLS alert": b"\x15\x03\x01\x00\x02\x02\x16",
    # Interim responses.
    "unexpected 101": b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n",
    "101 after 100": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 Switching Protocols\r\n\r\n",
    "endless 1xx": b"HTTP/1.1 103 Early Hints\r\n\r\n" * 4,
    "1xx with a length": b"HTTP/1.1 100 Continue\r\n" + CL5 + END + b"hello" + OK + CL5 + END + b"hello",
    "1xx chunked": b"HTTP/1.1 100 Continue\r\n" + TE + END + b"0\r\n\r\n" + OK + CL5 + END + b"hello",
}

GOOD: dict[str, tuple[bytes, bytes]] = {
    "length": (OK + CL5 + END + b"hello", b"hello"),
    "no reason": (b"HTTP/1.1 200\r\n" + CL5 + END + b"hello", b"hello"),
    "empty reason": (b"HTTP/1.1 200 \r\n" + CL5 + END + b"hello", b"hello"),
    "empty body": (OK + b"content-length: 0\r\n" + END, b""),
    "chunked": (OK + TE + END + b"5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\n\r\n", b"hello world"),
    "chunked, sizes in both cases": (
        OK + TE + END + b"a\r\n0123456789\r\nA\r\n0123456789\r\n00\r\n\r\n",
        b"0123456789" * 2,
    ),
    "chunked with trailers": (OK + TE + END + b"5\r\nhello\r\n0\r\nx: y\r\ncontent-length: 9\r\n\r\n", b"hello"),
    "chunked in capitals": (OK + b"Transfer-Encoding: Chunked\r\n" + END + b"5\r\nhello\r\n0\r\n\r\n", b"hello"),
    "after interim": (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 H\r\nlink: a\r\n\r\n" + OK + CL5 + END + b"hello",
        b"hello",
    ),
    "204": (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
    "304 with a length": (b"HTTP/1.1 304 Not Modified\r\n" + CL5 + END, b""),
    "CRLF inside the body": (OK + b"content-length: 8\r\n" + END + b"\r\n\r\n\n\0\r\n", b"\r\n\r\n\n\0\r\n"),
}


def feed(raw: bytes, *, step: int, method: str = "POST") -> ResponseReader:
    reader = ResponseReader(LIMITS, method)
    for start in range(0, len(raw), step):
        reader.feed(raw[start : start + step])
    return reader


def feed_to_the_end(raw: bytes, step: int) -> None:
    reader = feed(raw, step=step)
    assert not reader.complete
    reader.eof(clean=True)


def test_the_table_is_at_least_as_long_as_the_one_it_comes_from() -> None:
    assert len(MALFORMED) >= 61


@pytest.mark.parametrize("step", [1, 2, 7, 100_000])
@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_response_is_never_complete(name: str, step: int) -> None:
    with pytest.raises(BadUpstream):
        feed_to_the_end(MALFORMED[name], step)


@pytest.mark.parametrize("step", [1, 2, 7, 100_000])
@pytest.mark.parametrize("name", GOOD)
def test_a_good_response_is_read_alike_in_any_split(name: str, step: int) -> None:
    raw, body = GOOD[name]
    reader = feed(raw, step=step)
    assert reader.complete
    assert not reader.surplus
    assert b"".join(reader.pieces) == body
    reader.feed(b"x")
    assert reader.surplus


@pytest.mark.parametrize("name", GOOD)
def test_a_good_response_cut_anywhere_is_never_complete(name: str) -> None:
    raw, _ = GOOD[name]
    for cut in range(len(raw)):
        reader = feed(raw[:cut], step=100_000)
        assert not reader.complete
        with pytest.raises(StreamCut if cut else BadUpstream):
            reader.eof(clean=True)


@pytest.mark.parametrize("name", GOOD)
def test_bytes_after_the_end_are_seen_in_the_same_read(name: str) -> None:
    raw, body = GOOD[name]
    reader = feed(raw + b"HTTP/1.1 200 OK\r\n\r\n", step=100_000)
    assert reader.complete
    assert reader.surplus
    assert b"".join(reader.pieces) == body


def test_a_head_response_has_no_body_whatever_it_says() -> None:
    for framing in (CL5, TE, b""):
        assert feed(OK + framing + END, step=100_000, method="HEAD").complete


def test_without_framing_only_a_clean_end_completes() -> None:
    for clean in (True, False):
        reader = feed(OK + END + b"hello", step=3)
        assert not reader.complete
        assert reader.head is not None
        assert not reader.head.keep_alive
        if clean:
            reader.eof(clean=True)
            assert reader.complete
        else:
            with pytest.raises(StreamCut):
                reader.eof(clean=False)


@pytest.mark.parametrize(
    ("head", "keep"),
    [
        (OK + CL5, True),
        (OK + CL5 + b"connection: close\r\n", False),
        (OK + CL5 + b"connection: keep-alive, Close\r\n", False),
        (OK + CL5 + b"connection: keep-alive\r\nconnection: close\r\n", False),
        (b"HTTP/1.0 200 OK\r\n" + CL5, False),
        (b"HTTP/1.0 200 OK\r\n" + CL5 + b"connection: Keep-Alive\r\n", True),
    ],
)
def test_keep_alive_follows_version_and_connection_header(head: bytes, keep: bool) -> None:
    reader = feed(head + END + b"hello", step=100_000)
    assert reader.head is not None
    assert reader.head.keep_alive is keep


@pytest.mark.parametrize("one_by_one", [False, True], ids=["whole", "byte by byte"])
async def test_on_a_socket_a_malformed_response_is_an_error_and_ends_the_connection(
    peer: Any, make_transport: Any, until: Any, one_by_one: bool
) -> None:
    transport = make_transport(limits=LIMITS)
    peer.one_by_one = one_by_one
    peer.replies = [[raw, "close"] for raw in MALFORMED.values() if not one_by_one or len(raw) < 200]
    for asked, _ in enumerate(peer.replies, 1):
        with pytest.raises(BadUpstream) as caught:
            await (await transport.send(peer.request())).read(1 << 20)
        assert caught.value.billing == "maybe"
        assert peer.accepted == asked  # none of them was used twice
    await until(lambda: not transport._live)
    assert not transport._origins
