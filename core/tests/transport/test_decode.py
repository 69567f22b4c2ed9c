"""Content-Encoding: any split gives the same bytes, and no input makes more than its bound."""

from __future__ import annotations

import gzip
import zlib
from typing import Any

import pytest

from crossroads.engine.transport.decode import PIECE_BYTES, decoder
from crossroads.engine.transport.limits import Limits
from crossroads.errors import BadUpstream, StreamCut

PLAIN = b"data: {}\n\n" * 20_000
LIMITS = Limits()


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


CODED = {
    "gzip": (b"gzip", gzip.compress(PLAIN)),
    "x-gzip": (b"x-gzip", gzip.compress(PLAIN)),
    "gzip in two members": (b"gzip", gzip.compress(PLAIN[:77]) + gzip.compress(PLAIN[77:])),
    "deflate": (b"deflate", zlib.compress(PLAIN)),
    "deflate without its header": (b"deflate", raw_deflate(PLAIN)),
}


def run(coding: bytes, coded: bytes, step: int, limits: Limits = LIMITS) -> bytes:
    undo = decoder(coding, limits)
    assert undo is not None
    out = b""
    for start in range(0, len(coded), step):
        undo.push(coded[start : start + step])
        while piece := undo.pull():
            assert len(piece) <= PIECE_BYTES
            out += piece
    undo.finish()
    return out


@pytest.mark.parametrize("step", [1, 13, 1 << 20])
@pytest.mark.parametrize("name", CODED)
def test_every_coding_is_undone_in_any_split(name: str, step: int) -> None:
    coding, coded = CODED[name]
    assert run(coding, coded, step) == PLAIN


@pytest.mark.parametrize("name", CODED)
def test_a_cut_coding_is_a_cut_stream(name: str) -> None:
    coding, coded = CODED[name]
    member = len(gzip.compress(PLAIN[:77])) if "two" in name else 0  # a cut there is a whole body
    for cut in range(1, len(coded), 7):
        if cut != member:
            with pytest.raises(StreamCut):
                run(coding, coded[:cut], 1 << 20)


def test_an_empty_body_needs_no_coding() -> None:
    assert run(b"gzip", b"", 1) == b""


def test_nothing_is_undone_for_identity() -> None:
    assert decoder(b"identity", LIMITS) is None


@pytest.mark.parametrize("coding", [b"br", b"zstd", b"gzip, gzip", b"gzip, br", b"compress"])
def test_a_coding_nobody_asked_for_is_refused(coding: bytes) -> None:
    with pytest.raises(BadUpstream):
        decoder(coding, LIMITS)


@pytest.mark.parametrize("coding", [b"gzip", b"deflate"])
def test_junk_is_refused(coding: bytes) -> None:
    with pytest.raises(BadUpstream):
        run(coding, b"this is not compressed at all", 1 << 20)


def test_bytes_after_the_compressed_end_are_refused() -> None:
    for coding, coded in (CODED["gzip"], CODED["deflate"]):
        with pytest.raises(BadUpstream):
            run(coding, coded + b"junk and more of it", 1 << 20)


def test_a_bomb_stops_at_the_ratio_and_at_the_size() -> None:
    bomb = zlib.compress(b"\0" * (8 << 20), 9)
    with pytest.raises(BadUpstream, match="times its size"):
        run(b"deflate", bomb, 1 << 20)
    with pytest.raises(BadUpstream, match="over 1048576 bytes"):
        run(b"deflate", bomb, 1 << 20, Limits(inflate_ratio=100_000, body_bytes=1 << 20))


async def test_a_bomb_on_the_wire_is_a_bad_upstream(peer: Any, make_transport: Any, ok: Any) -> None:
    transport = make_transport()
    peer.replies = [[ok(gzip.compress(b"\0" * (8 << 20)), b"content-encoding: gzip")]]
    response = await transport.send(peer.request())
    with pytest.raises(BadUpstream):
        await response.read(1 << 30)
    response = await transport.send(peer.request())
    longest = 0
    with pytest.raises(BadUpstream):  # noqa: PT012
        async for piece in response:
            longest = max(longest, len(piece))
    assert 0 < longest <= PIECE_BYTES


async def test_a_coded_response_is_described_as_decoded(peer: Any, make_transport: Any, ok: Any) -> None:
    transport = make_transport()
    peer.replies = [[ok(gzip.compress(PLAIN), b"content-encoding: gzip", b"x-a: b")]]
    response = await transport.send(peer.request())
    assert await response.read(1 << 20) == PLAIN
    assert response.headers == ((b"x-a", b"b"),)


async def test_a_body_whose_coding_is_cut_is_a_cut_stream_though_its_length_is_right(
    peer: Any, make_transport: Any, ok: Any
) -> None:
    transport = make_transport()
    peer.replies = [[ok(gzip.compress(PLAIN)[:-9], b"content-encoding: gzip")]]
    with pytest.raises(StreamCut):
        await (await transport.send(peer.request())).read(1 << 20)
