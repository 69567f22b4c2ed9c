"""TLS: verified names and authorities, and an end without close_notify is a cut."""

from __future__ import annotations

import asyncio
import datetime
import ssl
from pathlib import Path
from typing import Any

import pytest

from crossroads.engine.transport.sockets import default_ssl_context
from crossroads.errors import ConnectFailed, StreamCut
from crossroads.wire import HttpRequest

x509 = pytest.importorskip("cryptography.x509")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for localhost and 127.0.0.1, with its key in the same file."""
    import ipaddress

    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "crossroads test")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


@pytest.fixture
async def tls_peer(peer: Any, authority: Path) -> Any:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority)
    await peer.stop()
    await peer.start(context)
    return peer


@pytest.fixture
def trusting(authority: Path) -> ssl.SSLContext:
    context = default_ssl_context()
    context.load_verify_locations(authority)
    return context


async def test_a_trusted_peer_is_served_and_kept(tls_peer: Any, make_transport: Any, trusting: Any, ok: Any) -> None:
    transport = make_transport(ssl_context=trusting)
    tls_peer.replies = [[ok(b"x" * 300_000)]]
    for _ in range(3):
        response = await transport.send(tls_peer.request("POST", body=b"y" * 300_000))
        assert await response.read(1 << 20) == b"x" * 300_000
    assert tls_peer.accepted == 1


async def test_an_unknown_authority_is_refused(tls_peer: Any, make_transport: Any) -> None:
    transport = make_transport()
    with pytest.raises(ConnectFailed, match="certificate") as caught:
        await transport.send(tls_peer.request())
    assert caught.value.billing == "no"
    assert not tls_peer.requests
    assert not transport._origins


async def test_a_certificate_for_another_host_is_refused(tls_peer: Any, make_transport: Any, trusting: Any) -> None:
    await tls_peer.stop()
    await tls_peer.start(tls_peer.context, host="127.0.0.2")
    with pytest.raises(ConnectFailed, match="certificate"):
        await make_transport(ssl_context=trusting).send(tls_peer.request())
    assert not tls_peer.requests


async def test_a_port_that_speaks_plain_http_is_refused(make_transport: Any) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    with pytest.raises(ConnectFailed, match="TLS"):
        await make_transport().send(HttpRequest(method="GET", url=url))
    server.close()


@pytest.mark.parametrize("notify", [True, False])
async def test_a_close_delimited_body_needs_close_notify(
    tls_peer: Any, make_transport: Any, trusting: Any, notify: bool
) -> None:
    tls_peer.replies = [[b"HTTP/1.1 200 OK\r\n\r\nhello", 0.02, "close" if notify else "drop"]]
    response = await make_transport(ssl_context=trusting).send(tls_peer.request())
    if notify:
        assert await response.read(100) == b"hello"
    else:
        with pytest.raises(StreamCut):
            await response.read(100)


def test_the_default_context_checks_names_and_speaks_nothing_old() -> None:
    context = default_ssl_context()
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
