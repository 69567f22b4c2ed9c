"""What goes out: exactly one request, whatever stands in names and values."""

from __future__ import annotations

import pytest

from crossroads.engine.transport.request import encode_head, locate
from crossroads.errors import BadRequest, ConnectFailed
from crossroads.wire import Headers, HttpRequest


def encode(method: str = "POST", headers: Headers = (), body: bytes = b"", url: str = "http://h:81/p?q=1") -> bytes:
    _, host, target = locate(url)
    return encode_head(HttpRequest(method=method, url=url, headers=headers, body=body), host, target)


def test_a_post_has_host_length_and_what_we_can_decode() -> None:
    assert encode(headers=((b"X-A", b"b"),), body=b"hello") == (
        b"POST /p?q=1 HTTP/1.1\r\nhost: h:81\r\nconnection: keep-alive\r\nx-a: b\r\n"
        b"accept-encoding: gzip, deflate\r\ncontent-length: 5\r\n\r\n"
    )


def test_a_connection_that_is_not_kept_says_so() -> None:
    request = HttpRequest(method="GET", url="http://h/", keep_alive=False)
    assert b"\r\nconnection: close\r\n" in encode_head(request, b"h", b"/")


def test_an_empty_post_says_so_and_a_get_says_nothing() -> None:
    assert b"content-length: 0\r\n" in encode("POST")
    assert b"content-length" not in encode("GET")
    assert b"content-length: 1\r\n" in encode("GET", body=b"x")


def test_the_callers_accept_encoding_wins() -> None:
    head = encode(headers=((b"Accept-Encoding", b"identity"),))
    assert head.count(b"accept-encoding") == 1


@pytest.mark.parametrize(
    "value", [b"a\r\nx: y", b"a\n", b"\ra", b"a\0b", b"a\x0bb", b"a\x7f", b"\r\n\r\nGET / HTTP/1.1"]
)
def test_a_value_that_breaks_the_line_is_refused_without_showing_it(value: bytes) -> None:
    with pytest.raises(BadRequest) as caught:
        encode(headers=((b"authorization", b"Bearer secret" + value),))
    assert "authorization" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", [b"", b"a b", b"a:", b"a\r\nb", b"a\n", b"a\0", b"\xe9", b"a ", b":a", b'"a"'])
def test_a_name_that_is_no_token_is_refused(name: bytes) -> None:
    with pytest.raises(BadRequest):
        encode(headers=((name, b"v"),))


@pytest.mark.parametrize(
    "name", [b"Host", b"content-length", b"Transfer-Encoding", b"connection", b"upgrade", b"expect", b"te"]
)
def test_headers_of_the_connection_are_ours(name: bytes) -> None:
    with pytest.raises(BadRequest, match=name.decode().lower()):
        encode(headers=((name, b"1"),))


@pytest.mark.parametrize("method", ["", "get", "GET /x HTTP/1.1\r\nA:", "CONNECT", "G T", "GÉT"])
def test_a_method_that_is_no_word_is_refused(method: str) -> None:
    with pytest.raises(BadRequest):
        encode(method)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://h/",
        "file:///etc/passwd",
        "h/p",
        "http://u:key-1@h/",
        "http://h/a b",
        "http://h/\r\nx",
        "http://h:x/",
        "ws://h/",
    ],
)
def test_only_plain_http_urls_are_carried_and_none_is_shown(url: str) -> None:
    with pytest.raises(ConnectFailed) as caught:
        encode(url=url)
    assert caught.value.remedy
    assert "key-1" not in str(caught.value)
    assert caught.value.billing == "no"
