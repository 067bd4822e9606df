"""What each station was told last, in its language."""

from __future__ import annotations

from gateway.board import Board
from gateway.model import Status, Verdict
from gateway.text.sentence import say, to_json


def test_each_station_is_told_in_its_own_language_and_only_the_last_word_counts() -> None:
    board = Board({"S1": "zh-CN", "S2": "en", "S3": "en"})
    board.show("S1", Verdict(Status.OK, "SIGNED_IN", say("SIGNED_IN", name="安")))
    board.show("S2", Verdict(Status.OK, "SIGNED_IN", say("SIGNED_IN", name="Ann")))
    board.show("S2", Verdict(Status.REFUSED, "X", "A plain text.", "K-1"))
    board.show("elsewhere", Verdict(Status.OK, "X"))
    assert [(row["station"], row["text"], row["card"]) for row in board.rows()] == [
        ("S1", "已登录:安。", ""), ("S2", "A plain text.", "K-1"),
    ]  # fmt: skip


def test_after_a_start_the_questions_that_still_stand_are_shown_again() -> None:
    board = Board({"S1": "zh-CN"})
    board.ask_again({"scan-1": {"sta": "S1", "asks": to_json(say("BADGE_NEEDED", station="S1"))}})
    assert board.rows()[0]["status"] == "ask"
    assert board.rows()[0]["text"].startswith("工位 S1")
