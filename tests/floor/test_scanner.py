"""The simulated scanner on a pty: it waits for ACK, resends on NAK, gives up on silence, survives unplugging."""

from __future__ import annotations

import json
import os
import select
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firmware_sim.scanner import Answer, Profile, Scanner

PATIENT = Profile(response_timeout_s=30)
HASTY = Profile(response_timeout_s=0.6)


class Host:
    """The other end of the line: reads frames up to CR and answers each as `reply` says."""

    def __init__(self, port: Path, reply: Callable[[int], bytes]) -> None:
        self.frames: list[bytes] = []
        self._reply = reply
        self._tty = os.open(port, os.O_RDWR | os.O_NOCTTY)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        os.close(self._tty)

    def _serve(self) -> None:
        data = b""
        while not self._stop.is_set():
            if select.select([self._tty], [], [], 0.02)[0]:
                data += os.read(self._tty, 1000)
            *frames, data = data.split(b"\r")
            for frame in frames:
                self.frames.append(frame)
                os.write(self._tty, self._reply(len(self.frames)))


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[Scanner]:
    scanner = Scanner(tmp_path, "scan-1", PATIENT, log=tmp_path / "scans.jsonl")
    yield scanner
    scanner.close()


@pytest.fixture
def hasty(scanner: Scanner) -> Scanner:
    """The same scanner, which gives up soon."""
    scanner.profile = HASTY
    return scanner


def scan_with(scanner: Scanner, reply: Callable[[int], bytes], text: str = "K1") -> tuple[Answer, list[bytes]]:
    host = Host(scanner.port, reply)
    try:
        return scanner.scan(text), host.frames
    finally:
        host.close()


def test_an_ack_is_the_green_light(scanner: Scanner) -> None:
    assert scan_with(scanner, lambda _: b"\x06") == (Answer.ACK, [b"]Q1K1"])


def test_a_nak_is_answered_with_two_more_tries_and_then_red(scanner: Scanner) -> None:
    assert scan_with(scanner, lambda _: b"\x15") == (Answer.NAK, [b"]Q1K1"] * 3)


def test_an_ack_after_a_nak_is_green(scanner: Scanner) -> None:
    assert scan_with(scanner, lambda n: b"\x15" if n == 1 else b"\x06") == (Answer.ACK, [b"]Q1K1"] * 2)


def test_no_answer_in_time_is_an_error_and_nothing_is_sent_again(hasty: Scanner) -> None:
    assert scan_with(hasty, lambda _: b"") == (Answer.SILENCE, [b"]Q1K1"])


def test_beeps_are_not_taken_for_an_answer(hasty: Scanner) -> None:
    assert scan_with(hasty, lambda _: b"B\x07")[0] is Answer.SILENCE
    assert bytes(hasty.heard) == b"B\x07"


def test_a_late_answer_to_an_earlier_scan_does_not_greet_the_next(hasty: Scanner) -> None:
    late = os.open(hasty.port, os.O_RDWR | os.O_NOCTTY)
    os.write(late, b"\x06")
    assert scan_with(hasty, lambda _: b"")[0] is Answer.SILENCE
    os.close(late)


def test_a_frame_that_nobody_read_is_gone_when_the_host_opens_the_port_later(hasty: Scanner) -> None:
    assert hasty.scan("K1") is Answer.SILENCE
    assert scan_with(hasty, lambda _: b"\x06", "K2") == (Answer.ACK, [b"]Q1K2"])


def test_a_person_scans_again_until_green(hasty: Scanner) -> None:
    host = Host(hasty.port, lambda n: b"\x06" if n >= 3 else b"")
    answer, tries = hasty.scan_until_green("K1", pause_s=0.01)
    host.close()
    assert answer is Answer.ACK
    assert tries >= 3


def test_a_person_scans_again_when_nothing_answers_and_takes_a_no_for_an_answer(hasty: Scanner) -> None:
    host = Host(hasty.port, lambda n: b"" if n < 3 else b"\x15")
    answer = hasty.scan_until_answered("K1")
    host.close()
    assert answer is Answer.NAK
    assert len(host.frames) >= 2 + hasty.profile.make.tries
    assert hasty.scan_until_answered("K2", pulls=2) is Answer.SILENCE


def test_it_comes_back_under_another_name_behind_the_same_link(scanner: Scanner) -> None:
    before = scanner.tty
    blocker, _ = os.openpty()  # takes the number that would be free again
    scanner.unplug()
    assert not scanner.port.exists()
    third, _ = os.openpty()
    scanner.plug()
    assert scanner.port.resolve() == Path(scanner.tty)
    assert scanner.tty != before
    assert scan_with(scanner, lambda _: b"\x06")[0] is Answer.ACK
    os.close(blocker)
    os.close(third)


def test_an_unplugged_scanner_scans_into_the_void(hasty: Scanner) -> None:
    hasty.unplug()
    assert hasty.scan("K1") is Answer.SILENCE


@pytest.mark.parametrize(
    ("profile", "frame"),
    [
        (Profile(sends_aim=False), b"K1\r"),
        (Profile(prefix=b"~", suffix=b"\r\n"), b"~]Q1K1\r\n"),
        (Profile(framed=True, suffix=b""), b"\x02]Q1K1\x03"),
    ],
)
def test_prefix_suffix_and_framing_are_as_programmed(profile: Profile, frame: bytes) -> None:
    assert profile.frame(b"K1", "]Q1") == frame


def test_the_log_keeps_exactly_what_was_answered(scanner: Scanner, tmp_path: Path) -> None:
    scan_with(scanner, lambda _: b"\x06", "K1")
    scan_with(scanner, lambda _: b"", "K2")
    log = [json.loads(line) for line in (tmp_path / "scans.jsonl").read_text().splitlines()]
    assert [(entry["text"], entry["answer"]) for entry in log] == [("K1", "ack"), ("K2", "silence")]
