"""The wire under REST: what a bad server does costs the request, never more."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.rest.http import HttpLine, unpack
from sync.rest.reply import Reply, Request
from sync.settings import SyncSettings, TlsSettings
from tests.sync.rest.server import RudeServer, Talk, dripping, raw, silent, whole

LIMIT = 10_000


@pytest.fixture
def server() -> Iterator[RudeServer]:
    with RudeServer(whole("200 OK", b"{}")) as server:
        yield server


def line_to(url: str, directory: Path = Path("/nonexistent"), token: str = "") -> HttpLine:
    settings = SyncSettings(carrier="rest", base_url=url, token_credential=token, tls=TlsSettings(enabled=False))
    return HttpLine(settings, lambda name: directory / name)


def ask(line: HttpLine, limit_s: float = 10.0) -> Reply:
    reply = line.ask(Request("GET", "/v1/gw/G1/streams", limit_s=limit_s, limit_bytes=LIMIT))
    line.close()
    return reply


def test_a_whole_answer_is_status_headers_and_body(server: RudeServer) -> None:
    server.talk = whole("503 Busy", b"later", "Retry-After: 7")
    reply = ask(line_to(server.url))
    assert (reply.status, reply.headers["retry-after"], reply.body, reply.fault) == (503, "7", b"later", "")


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_not_followed(server: RudeServer, status: str) -> None:
    with RudeServer(whole("200 OK", b'{"stolen":true}')) as elsewhere:
        server.talk = whole(status, b"", f"Location: {elsewhere.url}/v1/gw/G1/streams")
        reply = ask(line_to(server.url))
        assert reply.status == int(status[:3])
        assert elsewhere.requests == []
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("talk", "fault"),
    [
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"v\":1,"), "IncompleteRead"),
        (raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"v\""), ""),
        (raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"), ""),
        (raw(b""), ""),
        (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), ""),
        (raw(b"HTTP/1.1 OK\r\n\r\n"), ""),
        (raw(b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 70_000 + b"\r\n\r\n"), ""),
        (raw(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n"), ""),
        (whole("200 OK", b"x" * (LIMIT + 1)), f"more than {LIMIT} bytes"),
        (whole("200 OK", gzip.compress(b"x" * 1_000_000), "Content-Encoding: gzip"), f"more than {LIMIT} bytes"),
        (whole("200 OK", b"{}", "Content-Encoding: gzip"), ""),
        (whole("200 OK", gzip.compress(b"{}")[:-4], "Content-Encoding: gzip"), "end in the middle"),
        (whole("200 OK", b"{}", "Content-Encoding: br"), "content encoding 'br'"),
    ],
)  # fmt: skip
def test_an_answer_that_is_not_whole_is_no_answer(server: RudeServer, talk: Talk, fault: str) -> None:
    server.talk = talk
    reply = ask(line_to(server.url))
    assert (reply.status, reply.body) == (0, b"")
    assert fault in reply.fault
    assert reply.fault


def test_a_gzipped_answer_is_unpacked(server: RudeServer) -> None:
    server.talk = whole("200 OK", gzip.compress(b'{"v":1}'), "Content-Encoding: gzip")
    assert ask(line_to(server.url)).body == b'{"v":1}'
    assert unpack(b"{}", "identity", LIMIT) == b"{}"


@pytest.mark.parametrize("where", ["before the head", "in the head", "in the body", "in the chunks"])
def test_a_server_that_drips_or_says_nothing_is_given_up_in_time(server: RudeServer, where: str) -> None:
    server.talk = {
        "before the head": silent(server.stop),
        "in the head": dripping(b"HTTP/1.1 200 OK\r\nX: ", b"y", server.stop),
        "in the body": dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n", b" ", server.stop),
        "in the chunks": dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", server.stop),
    }[where]
    reply = ask(line_to(server.url), limit_s=0.4)
    assert (reply.status, reply.body) == (0, b"")
    assert "0 s" in reply.fault or "timed out" in reply.fault.lower()


def test_a_stop_ends_a_long_poll_at_once(server: RudeServer) -> None:
    server.talk = silent(server.stop)
    line, stop, replies = line_to(server.url), threading.Event(), []

    def poll() -> None:
        with line.ending_with(stop):
            replies.append(line.ask(Request("GET", "/v1/gw/G1/feed", limit_s=60.0)))

    thread = threading.Thread(target=poll)
    thread.start()
    while not server.requests:
        stop.wait(0.01)
    stop.set()
    thread.join(20)
    assert not thread.is_alive()
    assert replies[0].fault == "stopped"


def test_after_trouble_the_next_request_finds_a_new_connection(server: RudeServer) -> None:
    line = line_to(server.url)
    server.talk = raw(b"")
    assert line.ask(Request("GET", "/")).fault
    server.talk = whole("200 OK", b"{}")
    assert line.ask(Request("GET", "/")).status == 200
    line.close()


def test_nobody_there_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert "Connection" in ask(line_to(f"http://127.0.0.1:{port}")).fault


def test_no_proxy_and_no_netrc_come_in_from_the_environment(
    server: RudeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RudeServer(whole("200 OK", b"proxy")) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        netrc = tmp_path / "netrc"
        netrc.write_text("machine 127.0.0.1 login a password b\n")
        monkeypatch.setenv("NETRC", str(netrc))
        assert ask(line_to(server.url)).body == b"{}"
        assert proxy.requests == []
    assert b"authorization" not in server.requests[0].lower()


def test_cookies_are_not_kept(server: RudeServer) -> None:
    server.talk = whole("200 OK", b"{}", "Set-Cookie: track=me; Path=/")
    line = line_to(server.url)
    for _ in range(2):
        assert line.ask(Request("GET", "/")).status == 200
    line.close()
    assert b"cookie" not in server.requests[1].lower()


def test_a_refused_token_is_read_anew_and_tried_once_more(server: RudeServer, tmp_path: Path) -> None:
    token = tmp_path / "erp-token"
    token.write_text("old\n")

    def talk(connection: socket.socket, request: bytes) -> None:
        if b"Bearer new" in request:
            whole("200 OK", b"{}")(connection, request)
        else:
            token.write_text("new\n")  # rotated while the request was under way
            whole("401 Unauthorized")(connection, request)

    server.talk = talk
    assert ask(line_to(server.url, tmp_path, "erp-token")).status == 200
    assert len(server.requests) == 2


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
def test_a_token_that_stays_the_same_is_tried_once(server: RudeServer, tmp_path: Path, status: str) -> None:
    (tmp_path / "erp-token").write_text("old")
    server.talk = whole(status)
    assert ask(line_to(server.url, tmp_path, "erp-token")).status == int(status[:3])
    assert len(server.requests) == 1


@pytest.mark.parametrize("content", [None, b"", b"two\nlines", b"\xff\xfe", b"x" * 5000])
def test_a_token_that_cannot_be_used_is_said_and_nothing_is_sent(
    server: RudeServer, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "erp-token").write_bytes(content)
    reply = ask(line_to(server.url, tmp_path, "erp-token"))
    assert "token cannot be used" in reply.fault
    assert server.requests == []
