"""Requests that are no proper presses: refused with a reason, bounded, and in nobody's way."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
import requests

from tests.drivers.rig import GOOD, HoldingSink, Running
from tests.drivers.shop import TOKEN
from tests.drivers.webhook import PRESS, connect, post, raw


@pytest.mark.promise("R10")
@pytest.mark.parametrize(
    ("method", "path", "headers", "http", "code"),
    [
        ("POST", "/press", {"Authorization": ""}, 401, "TOKEN"),
        ("POST", "/press", {"Authorization": "Bearer "}, 401, "TOKEN"),
        ("POST", "/press", {"Authorization": "Bearer " + TOKEN[:-1]}, 401, "TOKEN"),
        ("POST", "/press", {"Authorization": "Bearer " + TOKEN + "x"}, 401, "TOKEN"),
        ("POST", "/press", {"Authorization": "Basic " + TOKEN}, 401, "TOKEN"),
        ("POST", "/press", {"Authorization": b"Bearer \xe4\xff"}, 401, "TOKEN"),
        ("POST", "/press", {"Idempotency-Key": ""}, 400, "KEY"),
        ("POST", "/press", {"Idempotency-Key": "k" * 201}, 400, "KEY"),
        ("POST", "/press", {"Idempotency-Key": "two words"}, 400, "KEY"),
        ("POST", "/press", {"Idempotency-Key": b"\xe4"}, 400, "KEY"),
        ("POST", "/press", {"Content-Type": "text/plain"}, 415, "CONTENT_TYPE"),
        ("POST", "/press", {"Content-Type": ""}, 415, "CONTENT_TYPE"),
        ("POST", "/other", {}, 404, "NO_SUCH_PATH"),
        ("POST", "/press/", {}, 404, "NO_SUCH_PATH"),
        ("GET", "/press", {}, 405, "METHOD"),
        ("PUT", "/press", {}, 405, "METHOD"),
        ("OPTIONS", "/press", {}, 405, "METHOD"),
    ],
)
def test_a_request_that_is_no_proper_press_says_what_is_wrong_and_reaches_nobody(
    held: tuple[str, HoldingSink, Running], method: str, path: str, headers: dict[str, Any], http: int, code: str
) -> None:
    url, sink, _ = held
    sent = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": "k", "Content-Type": "application/json", **headers}
    address = url.removesuffix("/press") + path
    answer = requests.request(method, address, data=json.dumps(PRESS), headers=sent, timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (http, code)
    assert len(answer.json()["text"]) > 20
    assert sink.reads == []


@pytest.mark.parametrize(("length", "http"), [(4097, 413), (65_537, 413), (10**12, 413)])
def test_a_body_that_is_too_long_is_413(held: tuple[str, HoldingSink, Running], length: int, http: int) -> None:
    head = f"POST /press HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: {length}\r\n\r\n"
    body = b"x" * length if length < 10**6 else b""
    assert raw(held[0], head.encode() + body).startswith(f"HTTP/1.1 {http}".encode())


def test_a_request_without_a_length_is_411(held: tuple[str, HoldingSink, Running]) -> None:
    head = f"POST /press HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nConnection: close\r\n\r\n"
    assert raw(held[0], head.encode()).startswith(b"HTTP/1.1 411")


@pytest.mark.promise("R8")
@pytest.mark.parametrize(
    ("data", "http"),
    [
        (b"POST /press HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 20_000 + b"\r\n\r\n", b"431"),
        (b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n", b"400"),
        (b"POST /press HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc", b"400"),
    ],
)
def test_rubbish_instead_of_a_request_is_refused_and_the_next_press_works(
    held: tuple[str, HoldingSink, Running], data: bytes, http: bytes
) -> None:
    url, sink, _ = held
    assert raw(url, data).split(b" ")[1] == http
    sink.answer = GOOD
    assert post(url).status_code == 200


@pytest.mark.promise("R10")
def test_after_ten_wrong_tokens_the_address_must_wait_with_the_right_one_too(
    held: tuple[str, HoldingSink, Running],
) -> None:
    url, sink, _ = held
    answers = [post(url, Authorization="Bearer wrong").status_code for _ in range(11)]
    assert answers == [401] * 10 + [429]
    limited = post(url)
    assert limited.status_code == 429
    assert 0 < int(limited.headers["Retry-After"]) <= 61
    assert sink.reads == []


@pytest.mark.promise("R8")
def test_callers_that_hang_do_not_keep_others_waiting(held: tuple[str, HoldingSink, Running]) -> None:
    url, sink, _ = held
    sink.answer = GOOD
    beginning = f"POST /press HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: 99\r\n\r\n{{"
    hanging = [connect(url) for _ in range(20)]
    try:
        for one in hanging:
            one.sendall(beginning.encode())
        assert post(url).status_code == 200
    finally:
        for one in hanging:
            one.close()


@pytest.mark.promise("R8")
def test_a_connection_without_a_whole_request_is_closed_even_if_bytes_keep_coming(
    held: tuple[str, HoldingSink, Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drivers.http_server.REQUEST_LIMIT_MS", 100)
    pause = threading.Event()
    with connect(held[0]) as slow:
        slow.settimeout(0.05)
        for _ in range(200):
            try:
                slow.sendall(b"a")
                if slow.recv(1) == b"":
                    return
            except TimeoutError:
                pause.wait(0.02)
            except OSError:
                return
    raise AssertionError("the connection was left open")
