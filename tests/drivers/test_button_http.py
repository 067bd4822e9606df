"""Presses over HTTP: real requests, a real store, and callers who come again."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drivers.button_http import HttpButtons
from firmware_sim.webhook import WebhookCaller, WebhookError
from gateway.credentials import CredentialStore
from gateway.errors import PermanentDeviceError
from gateway.model import Status, Verdict
from tests.drivers.rig import CONTEXT, FAILED, GOOD, HoldingSink, Running
from tests.drivers.shop import TOKEN, Shop
from tests.drivers.webhook import DEVICE, PRESS, caller, context, post, settings, url_of


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with Shop(tmp_path, DEVICE) as shop:
        yield shop


@pytest.mark.promise("R1")
def test_a_press_is_answered_only_after_the_commit(held: tuple[str, HoldingSink, Running]) -> None:
    url, sink, _ = held
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(post, url)
        sink.wait(1)
        assert not waiting.done()
        sink.feedbacks[0](GOOD)
        answer = waiting.result(10)
    assert (answer.status_code, answer.json()["status"], answer.json()["code"]) == (200, "ok", "CARD_EMPTIED")


@pytest.mark.promise("R1")
def test_what_could_not_be_stored_is_503_with_when_to_try_again(held: tuple[str, HoldingSink, Running]) -> None:
    url, sink, _ = held
    sink.answer = FAILED
    answer = post(url)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.json()["status"] == "failed"


@pytest.mark.promise("R1")
def test_a_press_without_a_verdict_in_time_is_503_and_not_green(
    held: tuple[str, HoldingSink, Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drivers.button_http.ANSWER_LIMIT_S", 0.05)
    url, sink, _ = held
    answer = post(url)
    assert (answer.status_code, answer.json()["code"]) == (503, "NO_ANSWER")
    sink.feedbacks[0](GOOD)  # nobody waits any more; nothing breaks


def test_a_press_empties_its_card(shop: Shop) -> None:
    answered = caller(shop).press("B1")
    assert (answered.http, answered.status, answered.code, answered.tries) == (200, "ok", "CARD_EMPTIED", 1)
    [event] = shop.events("card_emptied")
    assert event["card"] == "K-1"
    assert event["dev"] == "hook"


@pytest.mark.promise("R2")
def test_the_same_key_twice_is_one_effect_and_answered_already(shop: Shop) -> None:
    post(url_of(shop))
    again = post(url_of(shop))
    assert (again.status_code, again.json()["status"]) == (200, "already")
    assert len(shop.events("card_emptied")) == 1
    assert shop.events("scan_refused") == []


@pytest.mark.promise("R2")
def test_the_same_key_after_a_restart_is_one_effect_and_answered_already(tmp_path: Path) -> None:
    with Shop(tmp_path, DEVICE) as shop:
        assert post(url_of(shop)).json()["status"] == "ok"
    with Shop(tmp_path, DEVICE) as shop:
        again = post(url_of(shop))
        assert (again.status_code, again.json()["status"]) == (200, "already")
        assert len(shop.events("card_emptied")) == 1
        assert shop.events("scan_duplicate") == []


@pytest.mark.promise("R2")
def test_the_same_key_from_many_callers_at_once_is_one_effect(shop: Shop) -> None:
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: post(url_of(shop)), range(12)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(shop.events("card_emptied")) == 1


@pytest.mark.parametrize("other", [{**PRESS, "rest": "3"}, {**PRESS, "note": "another text of the same meaning"}])
def test_the_same_key_with_another_body_is_422_and_changes_nothing(shop: Shop, other: dict[str, str]) -> None:
    post(url_of(shop))
    answer = post(url_of(shop), other)
    assert (answer.status_code, answer.json()["code"]) == (422, "KEY_REUSED")
    assert post(url_of(shop)).json()["status"] == "already"
    assert len(shop.events("card_emptied")) == 1


def test_a_refused_press_sent_again_is_the_same_refusal_even_after_a_restart(tmp_path: Path) -> None:
    with Shop(tmp_path, DEVICE) as shop:
        first = post(url_of(shop), {"button": "B9", "event": "pressed"})
        assert (first.status_code, first.json()["code"]) == (409, "UNKNOWN_CARD")
    with Shop(tmp_path, DEVICE) as shop:
        again = post(url_of(shop), {"button": "B9", "event": "pressed"})
        assert (again.status_code, again.json()) == (409, first.json())
        assert len(shop.events("scan_refused")) == 1


def test_a_press_within_the_minimum_interval_under_a_new_key_is_amber_then_and_when_sent_again(shop: Shop) -> None:
    post(url_of(shop))
    answers = [post(url_of(shop), key="k2") for _ in range(2)]
    assert [(one.status_code, one.json()["status"]) for one in answers] == [(200, "already")] * 2
    assert len(shop.events("scan_refused")) == 1


def test_a_held_button_undoes_its_press(shop: Shop) -> None:
    caller(shop).press("B1")
    assert caller(shop).press("B1", "held").code == "UNDONE"


@pytest.mark.parametrize(
    ("body", "http", "code"),
    [
        (b"", 400, "BAD_JSON"),
        (b'{"button": "B1", "event": ', 400, "BAD_JSON"),
        (b"\xff\xfe\x00", 400, "BAD_JSON"),
        (b"[" * 4000, 400, "BAD_JSON"),
        ({"event": "pressed"}, 400, "BUTTON_MISSING"),
        ({"button": "B1"}, 400, "EVENT_MISSING"),
        ({"button": "B1", "evnt": "pressed"}, 400, "EVENT_MISSING"),
        ({**PRESS, "rest": "-1"}, 400, "BAD_QUANTITY"),
        ({"button": "B7", "event": "pressed"}, 422, "UNKNOWN_BUTTON"),
        ({"button": "B1", "event": "sideways"}, 422, "UNKNOWN_PRESS"),
        ({"button": "B9", "event": "pressed"}, 409, "UNKNOWN_CARD"),
        ({**PRESS, "rest": "40"}, 409, "REMAINDER_TOO_LARGE"),
    ],
)
@pytest.mark.promise("R3")
def test_a_body_that_cannot_be_used_says_why_and_is_kept(shop: Shop, body: Any, http: int, code: str) -> None:
    answer = post(url_of(shop), body)
    assert (answer.status_code, answer.json()["status"], answer.json()["code"]) == (http, "refused", code)
    assert len(answer.json()["text"]) > 20
    [kept] = shop.events("scan_refused")
    assert kept["code"] == code
    assert shop.events("card_emptied") == []


def test_an_ignored_event_is_answered_and_stores_nothing(shop: Shop) -> None:
    answer = post(url_of(shop), {"button": "B1", "event": "released"})
    assert (answer.status_code, answer.json()["code"]) == (200, "NOT_A_PRESS")
    assert shop.events("scan_refused") == []


def test_a_press_under_way_is_answered_when_the_gateway_stops(tmp_path: Path) -> None:
    device = HttpButtons(settings(), context(tmp_path))
    sink = HoldingSink()
    with ThreadPoolExecutor(1) as pool:
        with Running(device, sink) as running:
            running.wait_up()
            waiting = pool.submit(post, f"http://127.0.0.1:{device.port}/press")
            sink.wait(1)
            threading.Timer(0.1, sink.feedbacks[0], (GOOD,)).start()
        assert waiting.result(10).status_code == 200


def test_a_caller_that_retries_gets_its_press_through_once_the_store_is_sound(
    held: tuple[str, HoldingSink, Running],
) -> None:
    url, sink, _ = held
    verdicts = iter([FAILED, FAILED, Verdict(Status.OK, "CARD_EMPTIED")])
    offer = sink.offer

    def answer(read: Any, feedback: Any) -> None:
        sink.answer = next(verdicts)
        offer(read, feedback)

    sink.offer = answer  # type: ignore[method-assign]
    answered = WebhookCaller(url, TOKEN).press("B1")
    assert (answered.http, answered.tries) == (200, 3)
    assert len({read.id for read in sink.reads}) == 1


def test_a_caller_that_nobody_answers_says_so() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/press"
        with pytest.raises(WebhookError, match="2 tries"):
            WebhookCaller(url, TOKEN, tries=2).press("B1")


def test_a_taken_port_is_told_and_taken_up_when_it_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.button_http.RELISTEN_LIMIT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with Running(HttpButtons(settings(listen=address), context(tmp_path)), HoldingSink(GOOD)) as running:
            told = running.wait_down().text
            assert f"cannot listen on {address}" in told
            assert "in use" in told
            taken.close()
            running.wait_up()
            assert post(f"http://{address}/press").status_code == 200


@pytest.mark.parametrize("token", ["short", "with spaces in the middle", "ä" * 20])
def test_a_token_that_protects_nothing_is_a_permanent_error(tmp_path: Path, token: str) -> None:
    device = HttpButtons(settings(), context(tmp_path, token))
    with pytest.raises(PermanentDeviceError, match="16 or more ASCII characters"):
        device.run(threading.Event(), HoldingSink(), lambda health: None)


def test_a_missing_token_is_a_permanent_error_of_this_device_only(tmp_path: Path) -> None:
    device = HttpButtons(settings(), replace(CONTEXT, credentials=CredentialStore(tmp_path)))
    with pytest.raises(PermanentDeviceError, match="not found"):
        device.run(threading.Event(), HoldingSink(), lambda health: None)
