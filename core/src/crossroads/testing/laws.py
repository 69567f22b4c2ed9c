"""The laws of a dialect (see `crossroads.dialect`), each as one function that asserts it on one sample.

They hold for recorded samples and for mutilated ones: where one way refuses, so must the other. One exception, with
`mutilated=True`: what a relay only skips over (a number beyond a double) a decoder may refuse.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

import msgspec

from crossroads import jsonbody
from crossroads.dialect import Dialect, Document, Reply, Stamp
from crossroads.errors import BadUpstream, StreamCut, UpstreamError
from crossroads.types.usage import Cost, Usage

STAMP = Stamp(
    id="gen-1764028800-abcdefghijklmnopqrst",
    model="acme/small",
    provider="Northwind",
    created=1_764_028_800,
    price=lambda usage: Cost(total_nano=3 * usage.prompt_tokens + 7 * usage.completion_tokens),
)
NO_USAGE = Usage(quality="estimated")


def stamp_for(dialect: Dialect, request: bytes | None) -> Stamp:
    """The stamp of a reply to this request."""
    return STAMP if request is None else msgspec.structs.replace(STAMP, asked=dialect.open(request))


def both_paths_send_the_same(dialect: Dialect, body: bytes) -> None:
    """splice_request and decode_request + encode_request: the same JSON, the same report of what was lost."""
    opened = dialect.open(body)
    where = {"url": "https://api.northwind.example/v1", "upstream": "small-2"}
    spliced = dialect.splice_request(opened, **where)
    encoded = dialect.encode_request(dialect.decode_request(opened), **where, stream=opened.stream)
    assert json.loads(jsonbody.encode(spliced.document)) == json.loads(jsonbody.encode(encoded.document))
    assert (spliced.lost, spliced.url, spliced.headers) == (encoded.lost, encoded.url, encoded.headers)


def both_paths_reply_the_same(
    dialect: Dialect, body: bytes, *, stamp: Stamp = STAMP, mutilated: bool = False
) -> Reply | UpstreamError:
    """relay_response and decode_response + encode_response: the same document (in canonical form) and figures."""
    decoded = _reply_or_error(lambda: dialect.decode_response(body))
    relayed = _reply_or_error(lambda: dialect.relay_response(body, stamp))
    assert type(relayed) is type(decoded) or (mutilated and type(decoded) is BadUpstream), (relayed, decoded)
    if isinstance(decoded, UpstreamError) or isinstance(relayed, UpstreamError):
        return relayed
    encoded = dialect.encode_response(decoded, stamp)
    assert (relayed.usage, relayed.finish_reason) == (decoded.usage, decoded.finish_reason)
    assert relayed.upstream_id == decoded.upstream_id
    assert dialect.decode_response(relayed.body).document == dialect.decode_response(encoded).document
    return relayed


def _reply_or_error(ask: Callable[[], Reply]) -> Reply | UpstreamError:
    try:
        return ask()
    except UpstreamError as error:
        return error


def relay_all(
    dialect: Dialect, pieces: Iterable[bytes], *, framed: bool = True, stamp: Stamp = STAMP
) -> tuple[bytes, UpstreamError | None]:
    """What a client would have got of this stream, and the error that ended it."""
    relay = dialect.relay_stream(stamp)
    out = b""
    try:
        for piece in pieces:
            out += relay.feed(piece)
        out += relay.close(framed=framed, usage=NO_USAGE)
    except UpstreamError as error:
        return out, error
    return out, None


def decode_all(dialect: Dialect, pieces: Iterable[bytes], *, framed: bool = True) -> tuple[list[Document], Any]:
    """The chunks of this stream, and its decoder, or the error that ended it."""
    decoder = dialect.decode_stream()
    chunks: list[Document] = []
    try:
        for piece in pieces:
            chunks += decoder.feed(piece)
        chunks += decoder.close(framed=framed)
    except UpstreamError as error:
        return chunks, error
    return chunks, decoder


def both_paths_stream_the_same(dialect: Dialect, data: bytes, *, stamp: Stamp = STAMP, mutilated: bool = False) -> None:
    """relay_stream and decode_stream + encode_stream: the same chunks (in canonical form), usage and error."""
    relayed, error = relay_all(dialect, [data], stamp=stamp)
    chunks, decoder = decode_all(dialect, [data])
    if isinstance(decoder, UpstreamError):
        assert type(decoder) is type(error) or (mutilated and type(decoder) is BadUpstream)
        return
    assert error is None
    encoder = dialect.encode_stream(stamp)
    encoded = b"".join(map(encoder.encode, chunks)) + encoder.close(decoder.usage or NO_USAGE)
    assert decode_all(dialect, [relayed])[0] == decode_all(dialect, [encoded])[0]


def a_split_changes_nothing(dialect: Dialect, data: bytes, cuts: Iterable[int]) -> None:
    """STREAM-1, for the relay and the decoder. An error may come sooner, while nothing has left."""
    edges = [0, *sorted({cut % (len(data) + 1) for cut in cuts}), len(data)]
    pieces = [data[a:b] for a, b in pairwise(edges)]
    whole, error = relay_all(dialect, [data])
    parts, part_error = relay_all(dialect, pieces)
    assert type(part_error) is type(error)
    assert parts == whole if error is None else parts.startswith(whole)
    chunks, decoder = decode_all(dialect, [data])
    split_chunks, split_decoder = decode_all(dialect, pieces)
    assert split_chunks == chunks
    if isinstance(decoder, UpstreamError):
        assert type(split_decoder) is type(decoder)
    else:
        assert split_decoder.usage == decoder.usage


def a_cut_never_looks_complete(dialect: Dialect, data: bytes, terminator: bytes, cuts: Iterable[int]) -> None:
    """STREAM-2: cut anywhere before the end of its terminator, without framing to prove an end, it is StreamCut."""
    end = data.rindex(terminator) + len(terminator)
    for cut in cuts:
        out, error = relay_all(dialect, [data[: cut % end]], framed=False)
        assert isinstance(error, StreamCut)
        assert terminator not in out
        assert isinstance(decode_all(dialect, [data[: cut % end]], framed=False)[1], StreamCut)


def fulfils(plugin: Any, protocol: type) -> None:
    """It has every attribute and method of a Protocol, and each method takes what the Protocol's is called with.

    plugin: an object, or its class where making one would open something.
    """
    missing = [name for name in protocol.__annotations__ if not hasattr(plugin, name)]
    assert missing == [], f"it lacks {', '.join(missing)}"
    for name, promised in vars(protocol).items():
        if name.startswith("_") or not inspect.isfunction(promised):
            continue
        assert callable(getattr(plugin, name, None)), f"it lacks {name}()"
        parameters = list(inspect.signature(promised).parameters.values())[1:]
        by_name = [p.name for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY]
        by_place = parameters[: len(parameters) - len(by_name)]
        unbound = [plugin] if inspect.isclass(plugin) else []
        inspect.signature(getattr(plugin, name)).bind(*unbound, *by_place, **dict.fromkeys(by_name))
