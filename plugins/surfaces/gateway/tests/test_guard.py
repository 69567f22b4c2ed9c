"""The door, on raw sockets: every request of the table whole and in 1-byte reads, bounds of size and of time."""

import json
import re
import socket

import pytest
from crossroads_gateway import guard

from crossroads.call import Head

BODY = json.dumps({"model": "acme/small", "messages": [{"role": "user", "content": "hi"}]}).encode()
UNKNOWN = b'{"model": "no/model", "messages": [{"role":1}]}'
POST = b"POST /v1/chat/completions HTTP/1.1\r\n"
HOST = b"Host: localhost\r\n"
KIND = b"Content-Type: application/json\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked\r\n"
CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
GET = b"GET /health HTTP/1.1\r\n"
END = b"\r\n"

GOOD = {
    "a GET": GET + HOST + END,
    "a POST with a length": POST + HOST + KIND + LENGTH + END + BODY,
    "a POST in chunks": POST + HOST + KIND + CHUNKED + END + CHUNKS,
    "chunked in capitals": POST + HOST + KIND + b"Transfer-Encoding: Chunked\r\n" + END + CHUNKS,
    "a trailer": POST + HOST + KIND + CHUNKED + END + CHUNKS[:-2] + b"X: y\r\n\r\n",
    "a trailer named as a header": POST + HOST + KIND + CHUNKED + END + CHUNKS[:-2] + b"Content-Encoding: br\r\n\r\n",
    "a chunk extension": POST + HOST + KIND + CHUNKED + END + CHUNKS.replace(b"\r\n", b";a=b\r\n", 1),
    "HTTP/1.0": b"GET /health HTTP/1.0\r\n" + HOST + END,
    "no space after the colon": GET + b"Host:localhost\r\n" + END,
    "white space around a value": GET + b"Host: \t localhost \t\r\n" + END,
    "an empty value": GET + HOST + b"X:\r\n" + END,
    "a byte above 127 in a value": GET + HOST + b"X: \xc3\xa9\r\n" + END,
    "a query": b"GET /health?a=b&c=%20 HTTP/1.1\r\n" + HOST + END,
    "an upgrade that we do not take": GET + HOST + b"Connection: Upgrade\r\nUpgrade: h2c\r\n" + END,
    "an upgrade with a body": POST + HOST + KIND + LENGTH + b"Connection: Upgrade\r\nUpgrade: h2c\r\n" + END + BODY,
    "an expectation": POST + HOST + KIND + LENGTH + b"Expect: 100-continue\r\n" + END + BODY,
    "the same harmless header twice": GET + HOST + b"Accept: a\r\nAccept: b\r\n" + END,
    "a port in Host": GET + b"Host: localhost:1234\r\n" + END,
    "an IPv6 Host": GET + b"Host: [::1]:80\r\n" + END,
}

BAD = {
    "length and chunked": POST + HOST + KIND + LENGTH + CHUNKED + END + CHUNKS,
    "chunked and length": POST + HOST + KIND + CHUNKED + LENGTH + END + CHUNKS,
    "two lengths": POST + HOST + KIND + LENGTH + b"Content-Length: 1\r\n" + END + BODY,
    "the same length twice": POST + HOST + KIND + LENGTH * 2 + END + BODY,
    "a list of lengths": POST + HOST + KIND + LENGTH.replace(b"\r\n", b", 1\r\n") + END + BODY,
    "a signed length": POST + HOST + KIND + LENGTH.replace(b": ", b": +") + END + BODY,
    "a negative length": POST + HOST + KIND + b"Content-Length: -1\r\n" + END + BODY,
    "a hexadecimal length": POST + HOST + KIND + b"Content-Length: 0x10\r\n" + END + BODY,
    "a length with a fraction": POST + HOST + KIND + b"Content-Length: 1.0\r\n" + END + BODY,
    "a length with an underscore": POST + HOST + KIND + b"Content-Length: 1_0\r\n" + END + BODY,
    "an empty length": POST + HOST + KIND + b"Content-Length:\r\n" + END + BODY,
    "a length of words": POST + HOST + KIND + b"Content-Length: ten\r\n" + END + BODY,
    "a length over 64 bits": POST + HOST + KIND + b"Content-Length: 99999999999999999999\r\n" + END + BODY,
    "two codings": POST + HOST + KIND + b"Transfer-Encoding: gzip, chunked\r\n" + END + CHUNKS,
    "chunked twice in one": POST + HOST + KIND + b"Transfer-Encoding: chunked, chunked\r\n" + END + CHUNKS,
    "chunked twice": POST + HOST + KIND + CHUNKED * 2 + END + CHUNKS,
    "identity": POST + HOST + KIND + b"Transfer-Encoding: identity\r\n" + END + BODY,
    "another coding": POST + HOST + KIND + b"Transfer-Encoding: xchunked\r\n" + END + CHUNKS,
    "chunked with a tab": POST + HOST + KIND + b"Transfer-Encoding: chunked\x0b\r\n" + END + CHUNKS,
    "chunked in quotes": POST + HOST + KIND + b'Transfer-Encoding: "chunked"\r\n' + END + CHUNKS,
    "an empty coding": POST + HOST + KIND + b"Transfer-Encoding:\r\n" + END + BODY,
    "chunked in HTTP/1.0": POST.replace(b"1.1", b"1.0") + HOST + KIND + CHUNKED + END + CHUNKS,
    "a folded header": GET + HOST + b"X: a\r\n b\r\n" + END,
    "a folded header with a tab": GET + HOST + b"X: a\r\n\tb\r\n" + END,
    "a folded first line": GET + b" X: a\r\n" + HOST + END,
    "a bare LF after the request line": b"GET /health HTTP/1.1\n" + HOST + END,
    "a bare LF after a header": GET + b"Host: localhost\n" + END,
    "only bare LFs": b"GET /health HTTP/1.1\nHost: localhost\n\n",
    "a bare LF inside a value": GET + HOST + b"X: a\nY: b\r\n" + END,
    "a bare CR inside a value": GET + HOST + b"X: a\rY: b\r\n" + END,
    "a bare CR at the end": GET + HOST + b"X: a\r\r\n" + END,
    "a bare CR in the request line": b"GET /health\rHTTP/1.1\r\n" + HOST + END,
    "a NUL in a value": GET + HOST + b"X: a\0b\r\n" + END,
    "a NUL in a name": GET + HOST + b"X\0: a\r\n" + END,
    "a NUL in the target": b"GET /hea\0lth HTTP/1.1\r\n" + HOST + END,
    "a control character in a value": GET + HOST + b"X: a\x01b\r\n" + END,
    "a DEL in a value": GET + HOST + b"X: a\x7fb\r\n" + END,
    "a space before the colon": GET + b"Host : localhost\r\n" + END,
    "a tab before the colon": GET + HOST + b"X\t: a\r\n" + END,
    "a space before a length's colon": POST + HOST + KIND + b"Content-Length : 5\r\n" + END + BODY,
    "an empty name": GET + HOST + b": a\r\n" + END,
    "a name with a space": GET + HOST + b"X Y: a\r\n" + END,
    "a name above 127": GET + HOST + b"X\xe9: a\r\n" + END,
    "a line without a colon": GET + HOST + b"nonsense\r\n" + END,
    "HTTP/0.9": b"GET /health\r\n\r\n",
    "HTTP/1.2": b"GET /health HTTP/1.2\r\n" + HOST + END,
    "HTTP/2.0": b"GET /health HTTP/2.0\r\n" + HOST + END,
    "HTTP/1.10": b"GET /health HTTP/1.10\r\n" + HOST + END,
    "http in small letters": b"GET /health http/1.1\r\n" + HOST + END,
    "HTTP/2 with prior knowledge": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "another protocol": b"GET /health ICE/1.0\r\n" + HOST + END,
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "two spaces": b"GET  /health HTTP/1.1\r\n" + HOST + END,
    "a tab for a space": b"GET\t/health HTTP/1.1\r\n" + HOST + END,
    "a space at the end": b"GET /health HTTP/1.1 \r\n" + HOST + END,
    "a space in the target": b"GET /hea lth HTTP/1.1\r\n" + HOST + END,
    "a target above 127": b"GET /h\xc3\xa9 HTTP/1.1\r\n" + HOST + END,
    "a fragment": b"GET /health#a HTTP/1.1\r\n" + HOST + END,
    "an absolute target": b"GET http://localhost/health HTTP/1.1\r\n" + HOST + END,
    "a target without a slash": b"GET health HTTP/1.1\r\n" + HOST + END,
    "an authority": b"CONNECT localhost:80 HTTP/1.1\r\n" + HOST + END,
    "an asterisk": b"OPTIONS * HTTP/1.1\r\n" + HOST + END,
    "a small method": b"get /health HTTP/1.1\r\n" + HOST + END,
    "an unknown method": b"FETCH /health HTTP/1.1\r\n" + HOST + END,
    "an empty line first": b"\r\n" + GET + HOST + END,
    "no Host": GET + b"X: a\r\n" + END,
    "no header at all": GET + END,
    "no Host in HTTP/1.0": b"GET /health HTTP/1.0\r\n" + END,
    "an empty Host": GET + b"Host:\r\n" + END,
    "two Hosts": GET + HOST * 2 + END,
    "two keys": GET + HOST + b"Authorization: Bearer a\r\nAuthorization: Bearer b\r\n" + END,
    "two content types": POST + HOST + KIND * 2 + LENGTH + END + BODY,
    "a chunk size that is no number": POST + HOST + KIND + CHUNKED + END + b"xyz\r\n" + BODY,
    "a chunk size with a sign": POST + HOST + KIND + CHUNKED + END + b"+" + CHUNKS,
    "a chunk size with 0x": POST + HOST + KIND + CHUNKED + END + b"0x" + CHUNKS,
    "a chunk size with a space before it": POST + HOST + KIND + CHUNKED + END + b" " + CHUNKS,
    "a chunk size over 64 bits": POST + HOST + KIND + CHUNKED + END + b"f" * 17 + b"\r\n" + BODY,
    "a bare LF after a chunk size": POST + HOST + KIND + CHUNKED + END + CHUNKS.replace(b"\r\n", b"\n", 1),
    "a bare LF after a chunk": POST + HOST + KIND + CHUNKED + END + CHUNKS.replace(b"}\r\n", b"}\n"),
    "a chunk longer than its size": POST + HOST + KIND + CHUNKED + END + b"2\r\n{}x\r\n0\r\n\r\n",
    "an empty chunk size": POST + HOST + KIND + CHUNKED + END + b"\r\n" + BODY,
}


@pytest.mark.parametrize("pieces", [False, True], ids=["whole", "1-byte"])
@pytest.mark.parametrize("request_bytes", GOOD.values(), ids=GOOD.keys())
def test_a_good_request_is_answered(gateway, request_bytes, pieces):
    status, rest = converse(gateway, request_bytes, pieces)
    assert status == 200, rest


@pytest.mark.parametrize("pieces", [False, True], ids=["whole", "1-byte"])
@pytest.mark.parametrize("request_bytes", BAD.values(), ids=BAD.keys())
def test_an_ambiguous_request_is_a_400_and_the_end_of_its_connection(gateway, request_bytes, pieces):
    status, rest = converse(gateway, request_bytes, pieces)
    assert status == 400
    assert json.loads(rest.partition(b"\r\n\r\n")[2])["error"]["code"] == 400
    assert rest.count(b"HTTP/1.1 ") == 1
    assert b"connection: close" in rest
    assert not gateway.upstream.requests


def test_nothing_after_a_bad_request_is_read(gateway):
    status, rest = converse(gateway, POST + HOST + KIND + LENGTH + CHUNKED + END + CHUNKS + GOOD["a GET"])
    assert (status, rest.count(b"HTTP/1.1 ")) == (400, 1)


@pytest.mark.parametrize("pieces", [False, True], ids=["whole", "1-byte"])
def test_pipelined_requests_are_answered_in_order(gateway, pieces):
    both = GOOD["a POST with a length"] + GET.replace(b"health", b"nothing") + HOST + b"Connection: close\r\n" + END
    _, rest = converse(gateway, both, pieces)
    assert re.findall(rb"HTTP/1.1 (\d+)", rest) == [b"200", b"404"]


def test_a_bad_request_behind_a_good_one_ends_the_connection_after_the_reply(gateway):
    _, rest = converse(gateway, GOOD["a POST with a length"] + BAD["two Hosts"])
    assert rest.count(b"HTTP/1.1 200") == 1
    assert b"acme/small" in rest


@pytest.mark.parametrize("pieces", [False, True], ids=["whole", "1-byte"])
def test_what_follows_a_chunked_request_is_checked_as_any_other(gateway, pieces):
    for name in ("a POST in chunks", "a trailer"):
        _, rest = converse(gateway, GOOD[name] + GOOD["a GET"] + BAD["a folded header"] + GOOD["a GET"], pieces)
        assert re.findall(rb"HTTP/1.1 (\d+)", rest)[0] == b"200"
        assert rest.count(b"HTTP/1.1 ") <= 3
        assert b"acme/small" in rest


def test_empty_lines_in_a_chunk_are_not_its_end(gateway):
    spread = BODY.replace(b"{", b"{\r\n\r\n\r\n", 1)
    request = POST + HOST + KIND + CHUNKED + END + b"%x\r\n%b\r\n0\r\n\r\n" % (len(spread), spread)
    assert converse(gateway, request)[0] == 200
    flood = b" " + b"\r\n" * 20_000
    assert converse(gateway, POST + HOST + KIND + CHUNKED + END + b"%x\r\n%b" % (len(flood), flood))[0] == 400


@pytest.mark.parametrize("endless", [b"X: " + b"a" * (1 << 20), b"X: a\r\n" * 200_000], ids=["one", "many"])
def test_trailers_are_bounded(gateway, endless):
    assert converse(gateway, POST + HOST + KIND + CHUNKED + END + CHUNKS[:-2] + endless)[0] == 431


def test_nothing_after_a_connect_is_read(gateway):
    status, rest = converse(gateway, b"CONNECT /health HTTP/1.1\r\n" + HOST + END + GOOD["a GET"])
    assert (status, rest.count(b"HTTP/1.1 ")) == (405, 1)


def test_two_requests_on_one_connection_one_after_the_other(gateway):
    with gateway.connect() as client:
        for name in ("a POST in chunks", "a POST with a length", "a GET"):
            client.sendall(GOOD[name])
            assert client.recv(65536).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("more", [b"", b"Connection: close\r\n"])
def test_a_reply_has_each_header_once_and_its_own_length(gateway, more):
    status, got = converse(gateway, POST + HOST + KIND + LENGTH + more + END + BODY)
    head, _, body = got.partition(b"\r\n\r\n")
    names = [line.partition(b":")[0] for line in head.split(b"\r\n")[1:]]
    wanted = {b"date", b"content-type", b"content-length", b"x-generation-id"} | ({b"connection"} if more else set())
    assert (status, set(names), len(names)) == (200, wanted, len(wanted))
    assert b"content-length: %d" % len(body) in head


def test_a_header_that_breaks_its_line_never_leaves(gateway, monkeypatch):
    def broken(call, error):
        return Head(400, ((b"x", b"a\r\nset-cookie: b"),)), b"{}"

    monkeypatch.setattr(gateway.exchange, "encode_error", broken)
    length = b"Content-Length: %d\r\n" % len(UNKNOWN)
    assert converse(gateway, POST + HOST + KIND + length + END + UNKNOWN) == (0, b"")


BOUNDS = {
    "a head of 1 MiB": (431, GET + HOST + b"X: " + b"a" * (1 << 20) + b"\r\n" + END),
    "a head of 64 KiB and a bit": (431, GET + HOST + b"X: " + b"a" * (64 << 10) + b"\r\n" + END),
    "an endless head": (431, GET + HOST + b"X: " + b"a" * (70 << 10)),
    "10,000 headers": (431, GET + HOST + b"X: a\r\n" * 10_000 + END),
    "101 headers": (431, GET + HOST + b"X: a\r\n" * 100 + END),
    "a target of 9 KiB": (414, b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n" + HOST + END),
    "100 headers": (200, GET + HOST + b"X: a\r\n" * 99 + END),
    "a head of 60 KiB": (200, GET + HOST + b"X: " + b"a" * (60 << 10) + b"\r\n" + END),
}


@pytest.mark.parametrize(("status", "request_bytes"), BOUNDS.values(), ids=BOUNDS.keys())
def test_a_head_is_bounded(gateway, status, request_bytes):
    assert converse(gateway, request_bytes)[0] == status


def test_a_slow_head_is_cut(gateway, monkeypatch):
    monkeypatch.setattr(guard, "HEAD_S", 0.05)
    status, rest = converse(gateway, GET + HOST)
    assert (status, json.loads(rest.partition(b"\r\n\r\n")[2])["error"]["code"]) == (408, 408)


def test_a_connection_that_says_nothing_is_closed(gateway, monkeypatch):
    monkeypatch.setattr(guard, "HEAD_S", 0.05)
    assert converse(gateway, b"") == (0, b"")


@pytest.mark.parametrize("framing", [LENGTH, CHUNKED], ids=["length", "chunked"])
def test_a_slow_body_is_a_408_and_its_end(start, framing):
    with start(limits={"upload_s": 0.05}) as gateway:
        status, rest = converse(gateway, POST + HOST + KIND + framing + END)
        assert (status, json.loads(rest.partition(b"\r\n\r\n")[2])["error"]["code"]) == (408, 408)
        assert gateway.ask().status_code == 200
        assert len(gateway.upstream.requests) == 1


def test_a_client_that_is_refused_before_its_body_can_go_on(start):
    with start(limits={"request_bytes": 1024}) as gateway, gateway.connect() as client:
        body = b"x" * 100_000
        client.sendall(POST + HOST + KIND + b"Content-Length: %d\r\n" % len(body) + END + body)
        assert client.recv(65536).startswith(b"HTTP/1.1 413")
        client.sendall(GOOD["a GET"])
        assert client.recv(65536).startswith(b"HTTP/1.1 200")


def test_an_expectation_that_is_refused_ends_the_connection(start):
    with start(limits={"request_bytes": 1024}) as gateway:
        huge = POST + HOST + KIND + b"Content-Length: 5000\r\nExpect: 100-continue\r\n" + END
        status, rest = converse(gateway, huge)
        assert status == 413
        assert b"100 Continue" not in rest


@pytest.mark.parametrize("host", [b"evil.example", b"localhost.evil.example", b"127.0.0.1.evil.example", b"10.0.0.1"])
def test_without_keys_only_local_names_are_served(gateway, host):
    assert converse(gateway, GOOD["a POST with a length"].replace(b"localhost", host))[0] == 403
    assert not gateway.upstream.requests


def test_beyond_the_bound_a_connection_is_told_so(gateway, monkeypatch):
    monkeypatch.setattr(guard, "CONNECTIONS_MAX", 0)
    assert converse(gateway, b"")[0] == 503


def converse(gateway, data: bytes, pieces: bool = False) -> tuple[int, bytes]:
    """Send, whole or byte by byte; read to the end, or until a whole reply has come that keeps the connection."""
    with gateway.connect() as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if pieces:
                for place in range(len(data)):
                    client.sendall(data[place : place + 1])
            else:
                client.sendall(data)
        except ConnectionError:
            pass
        got = b""
        while piece := client.recv(65536):
            got += piece
            if b"\r\nconnection: close" not in got and _whole(got) and data.count(b" HTTP/1.") < 2:
                break
    final = got.replace(b"HTTP/1.1 100 Continue\r\n\r\n", b"")
    return (int(final.split()[1]) if final else 0), got


def _whole(got: bytes) -> bool:
    head, _, body = got.replace(b"HTTP/1.1 100 Continue\r\n\r\n", b"").partition(b"\r\n\r\n")
    length = next((int(x.split(b":")[1]) for x in head.split(b"\r\n") if x.startswith(b"content-length")), None)
    return length is not None and len(body) >= length
