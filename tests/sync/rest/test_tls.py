"""REST over TLS: only a server that our certificates vouch for is spoken to, and it may ask for ours."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sync.rest.http import HttpLine
from sync.rest.reply import Reply, Request
from sync.settings import SyncSettings, TlsSettings

Key = ec.EllipticCurvePrivateKey
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


def issue(directory: Path, name: str, issuer: tuple[x509.Name, Key] | None, host: str = "127.0.0.1") -> Key:
    """A key and a certificate `name`.pem, signed by `issuer` or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0] if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), critical=False)
    )
    certificate = builder.sign(issuer[1] if issuer else key, hashes.SHA256())
    (directory / f"{name}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (directory / f"{name}.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return key


class TlsServer:
    """Answers each request with an empty object; `asks` for a client certificate when told to."""

    def __init__(self, directory: Path, name: str, *, asks: bool) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(directory / f"{name}.pem", directory / f"{name}.key")
        if asks:
            context.load_verify_locations(directory / "ca.pem")
            context.verify_mode = ssl.CERT_REQUIRED
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self._context = context
        self.port = int(self._listener.getsockname()[1])
        self.heard: list[bytes] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> TlsServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                plain, _ = self._listener.accept()
            except TimeoutError:
                continue
            with plain:
                plain.settimeout(10)
                try:
                    with self._context.wrap_socket(plain, server_side=True) as connection:
                        self.heard.append(connection.recv(65_536))
                        connection.sendall(ANSWER)
                except OSError:
                    pass  # the gateway did not like the certificate, or we did not like its


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    ca = issue(tmp_path, "ca", None)
    issuer = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ca")]), ca)
    issue(tmp_path, "server", issuer)
    issue(tmp_path, "elsewhere", issuer, "192.0.2.1")
    issue(tmp_path, "G1", issuer)
    return tmp_path


def ask(port: int, directory: Path, **tls: object) -> Reply:
    settings = SyncSettings(
        carrier="rest", base_url=f"https://127.0.0.1:{port}", tls=TlsSettings.model_validate({"enabled": True, **tls})
    )
    line = HttpLine(settings, lambda name: directory / name)
    reply = line.ask(Request("GET", "/v1/gw/G1/streams"))
    line.close()
    return reply


@pytest.mark.promise("R10")
def test_a_server_that_our_authority_vouches_for_is_spoken_to(certificates: Path) -> None:
    with TlsServer(certificates, "server", asks=False) as server:
        reply = ask(server.port, certificates, ca_file=certificates / "ca.pem")
    assert (reply.status, reply.body) == (200, b"{}")


@pytest.mark.promise("R10")
@pytest.mark.parametrize(("name", "authority"), [("server", None), ("elsewhere", "ca.pem"), ("server", "G1.pem")])
def test_any_other_server_hears_nothing(certificates: Path, name: str, authority: str | None) -> None:
    with TlsServer(certificates, name, asks=False) as server:
        reply = ask(server.port, certificates, ca_file=certificates / authority if authority else None)
        assert server.heard == []
    assert reply.status == 0
    assert "certificate" in reply.fault.lower()


def test_a_server_that_asks_gets_the_gateways_certificate(certificates: Path) -> None:
    with TlsServer(certificates, "server", asks=True) as server:
        pair = {"cert_file": certificates / "G1.pem", "key_credential": "G1.key"}
        assert ask(server.port, certificates, ca_file=certificates / "ca.pem", **pair).status == 200
        assert ask(server.port, certificates, ca_file=certificates / "ca.pem").status == 0


@pytest.mark.parametrize("content", ["", "no certificate"])
def test_a_certificate_file_that_is_none_is_said(certificates: Path, content: str) -> None:
    (certificates / "bad.pem").write_text(content)
    reply = ask(1, certificates, ca_file=certificates / "bad.pem")
    assert reply.status == 0
    assert reply.fault
