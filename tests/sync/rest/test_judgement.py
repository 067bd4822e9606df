"""One row of the contract's table after the other: what a status makes the gateway do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import orjson
import pytest

from sync.rest.judgement import GONE_S, RETRY_AFTER_LIMIT_S, SLOW_S, Asked, Do, judge, judge_question, retry_after_s
from sync.rest.reply import Reply

EPOCH = "01K9ZQ5B7M8N9P0Q1R2S3T4V5W"
ASKED = Asked(EPOCH, "sig", 11, 20)
WALL_MS = 1_795_000_000_000
NOW = datetime.fromtimestamp(WALL_MS / 1000, UTC)
ACK: dict[str, Any] = {"v": 1, "ep": EPOCH, "st": "sig", "cum": 20, "h": "ab" * 16, "dsp": [], "ts": "now"}
PAGE = b"<html><body>It works!</body></html>"


def reply(status: int, body: object = None, **headers: str) -> Reply:
    raw = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)


def problem(status: int, code: str, **members: object) -> Reply:
    return reply(status, {"v": 1, "code": code, "msg": "because", **members})


def do(answer: Reply) -> Do:
    return judge(answer, ASKED, WALL_MS).do


def test_200_with_an_acknowledgement_of_this_epoch_and_stream_advances() -> None:
    action = judge(reply(200, ACK), ASKED, WALL_MS)
    assert action.do is Do.ADVANCE
    assert action.ack is not None
    assert (action.ack.ack.cum, action.ack.ack.hash.hex()) == (20, "ab" * 16)


@pytest.mark.parametrize(
    "body",
    [
        PAGE, b"", b"{", orjson.dumps(ACK)[:-20], [ACK], {**ACK, "v": 2}, {**ACK, "st": "mov"},
        {**ACK, "ep": "01AAAAAAAAAAAAAAAAAAAAAAAA"}, {**ACK, "cum": "20"}, {**ACK, "cum": -1}, {**ACK, "h": "ab"},
        {**ACK, "dsp": [{"n": 0}]}, {"v": 1, "ok": True}, {**ACK, "pad": "x" * 1_200_000},
    ],
)  # fmt: skip
def test_200_without_an_acknowledgement_of_this_epoch_and_stream_acknowledges_nothing(body: object) -> None:
    action = judge(reply(200, body), ASKED, WALL_MS)
    assert (action.do, action.ack) == (Do.AGAIN, None)
    assert "200" in action.why


@pytest.mark.parametrize("status", [400, 413])
@pytest.mark.parametrize("body", [PAGE, b"", {"v": 1, "code": "malformed", "msg": "cannot read this"}])
def test_400_and_413_cut_the_batch_smaller(status: int, body: object) -> None:
    assert do(reply(status, body)) is Do.SPLIT


@pytest.mark.parametrize("status", [401, 403])
def test_401_and_403_stop_sending_and_refresh_the_credential(status: int) -> None:
    action = judge(reply(status, PAGE), ASKED, WALL_MS)
    assert (action.do, action.wait_s) == (Do.REFRESH, SLOW_S)


def test_404_holds_and_tries_slowly() -> None:
    action = judge(problem(404, "unknown_gateway"), ASKED, WALL_MS)
    assert (action.do, action.wait_s) == (Do.HOLD, SLOW_S)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_408_425_429_and_5xx_send_the_same_key_again(status: int) -> None:
    assert judge(reply(status, PAGE), ASKED, WALL_MS).wait_s == 0
    action = judge(reply(status, PAGE, retry_after="7"), ASKED, WALL_MS)
    assert (action.do, action.wait_s) == (Do.AGAIN, 7)


def test_a_broken_connection_sends_the_same_key_again() -> None:
    action = judge(Reply(fault="connection reset"), ASKED, WALL_MS)
    assert (action.do, action.why) == (Do.AGAIN, "connection reset")


def test_409_in_progress_waits_and_sends_the_same_key_again() -> None:
    answer = reply(409, {"v": 1, "code": "in_progress"}, retry_after="2")
    action = judge(answer, ASKED, WALL_MS)
    assert (action.do, action.wait_s) == (Do.WAIT, 2)


def test_409_gap_sends_again_from_behind_what_the_erp_has() -> None:
    action = judge(problem(409, "gap", ack={**ACK, "cum": 5}), ASKED, WALL_MS)
    assert action.do is Do.RESEND
    assert action.ack is not None
    assert action.ack.ack.cum == 5


@pytest.mark.parametrize("ack", [None, {}, {**ACK, "st": "mov"}, {**ACK, "v": 3}, "text"])
def test_409_gap_with_an_acknowledgement_that_cannot_be_used_has_none(ack: object) -> None:
    action = judge(problem(409, "gap", ack=ack), ASKED, WALL_MS)
    assert (action.do, action.ack) == (Do.RESEND, None)


def test_409_epoch_conflict_follows_the_rollback_rule_with_what_the_erp_remembers() -> None:
    action = judge(problem(409, "epoch_conflict", ack={**ACK, "h": "cd" * 16}), ASKED, WALL_MS)
    assert action.do is Do.ROLL_BACK
    assert action.ack is not None
    assert action.ack.ack.hash.hex() == "cd" * 16


@pytest.mark.parametrize("body", [PAGE, b"", {"v": 1, "code": "whatever"}])
def test_409_for_another_reason_is_harmless_to_repeat(body: object) -> None:
    assert do(reply(409, body)) is Do.WAIT


def test_410_archives_here_and_tells_people() -> None:
    action = judge(reply(410), ASKED, WALL_MS)
    assert (action.do, action.wait_s) == (Do.ARCHIVE, GONE_S)


def test_422_key_reused_is_never_sent_again() -> None:
    assert do(problem(422, "key_reused")) is Do.NEVER


def test_422_invalid_items_names_each_event_and_its_reason() -> None:
    items = [{"s": 12, "code": "UNKNOWN_ITEM", "msg": "SCREW-Z"}, {"s": 15, "code": "", "msg": ""}]
    action = judge(problem(422, "invalid_items", items=items), ASKED, WALL_MS)
    assert action.do is Do.BURY
    assert [(item.seq, item.code, item.text) for item in action.items] == [
        (12, "UNKNOWN_ITEM", "SCREW-Z"),
        (15, "", ""),
    ]


@pytest.mark.parametrize(
    "items",
    [None, [], "12", [12], [{"s": "12"}], [{"s": 10, "code": "X"}], [{"s": 21, "code": "X"}], [{"code": "X"}]],
)
def test_422_that_names_no_event_of_the_batch_buries_nothing(items: object) -> None:
    assert do(problem(422, "invalid_items", items=items)) is Do.NEVER


@pytest.mark.parametrize("status", [100, 201, 202, 204, 206, 207, 301, 302, 307, 308, 402, 405, 406, 415, 418, 451])
def test_every_other_status_acknowledges_nothing(status: int) -> None:
    action = judge(reply(status, ACK, location="https://elsewhere.example/"), ASKED, WALL_MS)
    assert (action.do, action.ack) == (Do.AGAIN, None)
    assert "elsewhere" in action.why


@pytest.mark.parametrize(
    ("text", "wait_s"),
    [
        ("0", 0), ("3", 3), (" 120 ", 120), ("86400", RETRY_AFTER_LIMIT_S), ("9" * 400, RETRY_AFTER_LIMIT_S),
        (format_datetime(NOW + timedelta(seconds=42), usegmt=True), 42),
        (format_datetime(NOW - timedelta(days=3), usegmt=True), 0),
        (format_datetime(NOW + timedelta(days=3), usegmt=True), RETRY_AFTER_LIMIT_S),
        ("", 0), ("soon", 0), ("-5", 0), ("1.5", 0), ("٣", 0), ("Thu, 99 Foo 0000", 0),
    ],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date_and_bounded(text: str, wait_s: float) -> None:
    assert retry_after_s(text, WALL_MS) == pytest.approx(wait_s, abs=1)


@pytest.mark.parametrize(
    ("status", "expected"),
    [(200, None), (304, None), (401, Do.REFRESH), (404, Do.HOLD), (409, Do.WAIT), (410, Do.ARCHIVE), (503, Do.AGAIN),
     (302, Do.AGAIN), (400, Do.AGAIN)],
)  # fmt: skip
def test_a_question_is_answered_or_follows_the_same_table(status: int, expected: Do | None) -> None:
    action = judge_question(reply(status), WALL_MS)
    assert (action.do if action else None) == expected
