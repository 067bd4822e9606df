"""Profiles of serial scanners: golden bytes, and the real driver before simulated scanners of each make."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drivers.base import DeviceContext
from drivers.scanner_connection import PATIENCE_PERCENT
from drivers.serial_profile import PROFILES
from drivers.serial_scanner import SerialScanner
from drivers.serial_settings import SerialSettings
from firmware_sim.scanner import Answer, Profile, Scanner
from firmware_sim.scanner_make import DATALOGIC, HONEYWELL, ZEBRA, Make
from gateway.model import Read, Status, Verdict
from tests.drivers.rig import CONTEXT, FAILED, GOOD, REFUSED, HoldingSink, Line, Running, wait_until
from tests.store.rig import HandClock

GOLDEN = Path(__file__).parent.parent / "golden" / "serial-profile"
VERDICTS = {status.value: Verdict(status, "X") for status in Status}


def settings(port: Path, profile: str, **keys: Any) -> SerialSettings:
    row = {"type": "serial", "id": "scan-1", "station": "S1", "port": str(port), "profile": profile}
    return SerialSettings.model_validate(row | keys)


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    line = Line(tmp_path)
    yield line
    line.close()


@pytest.fixture
def plugged(tmp_path: Path) -> Iterator[Callable[..., Scanner]]:
    """Simulated scanners of a make."""
    scanners: list[Scanner] = []

    def plug(make: Make, timeout_s: float = 10.0) -> Scanner:
        scanners.append(Scanner(tmp_path, f"scanner-{len(scanners)}", Profile(make=make, response_timeout_s=timeout_s)))
        return scanners[-1]

    yield plug
    for one in scanners:
        one.close()


# -- golden bytes --------------------------------------------------------------------------


def test_every_profile_has_its_golden_bytes() -> None:
    assert {file.stem for file in GOLDEN.glob("*.json")} == set(PROFILES)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_sends_exactly_the_documented_bytes(line: Line, profile: str) -> None:
    golden = {name: bytes.fromhex(text) for name, text in json.loads((GOLDEN / f"{profile}.json").read_text()).items()}
    sink = HoldingSink()
    device = SerialScanner(settings(line.path, profile), CONTEXT)
    with Running(device, sink) as running:
        running.wait_up()
        sent = golden["connect"]
        assert line.heard(len(sent)) == sent
        for number, (status, verdict) in enumerate(VERDICTS.items(), 1):
            line.send(b"K%d\r" % number)
            sink.wait(number)
            sink.feedbacks[-1](verdict)
            assert line.heard(len(golden[status])) == golden[status], status
        device.notify(GOOD)
        assert line.heard(len(golden["good_news"])) == golden["good_news"]
        device.notify(REFUSED)
        assert line.heard(len(golden["bad_news"])) == golden["bad_news"]
        line.send(b"LAST\r")
        sink.wait(len(VERDICTS) + 1)  # the device has been round since the news
    assert line.rest() == b""


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_frames_and_may_be_overridden_key_by_key(profile: str) -> None:
    own = PROFILES[profile]  # type: ignore[index]
    plain = settings(Path("/dev/x"), profile)
    assert plain.rule().suffixes == (b"\r", b"\n")
    assert (plain.answers, plain.speed) == (own.answers, own.baud)
    changed = settings(
        Path("/dev/x"), profile, baud=19200, suffixes=["\u0003"],
        feedback={"good": "", "bad": "X", "response_timeout_ms": 700, "nak_refusals": True, "decode_beep": False},
    )  # fmt: skip
    assert changed.rule().suffixes == (b"\x03",)
    assert changed.speed == 19200
    assert changed.answers == replace(
        own.answers, good="", bad="X", response_timeout_ms=700, nak_refusals=True, decode_beep=False
    )


def test_a_scanner_that_sends_again_on_nak_gets_none_for_a_refusal() -> None:
    """A refused card that comes again by itself would be refused three times."""
    for profile in PROFILES.values():
        if profile.answers.nak:
            assert profile.answers.nak_refusals is (profile.on_nak == "discard")


# -- what a person should know -------------------------------------------------------------


@pytest.mark.promise("R1")
@pytest.mark.parametrize(("profile", "beeps"), [("zebra", True), ("datalogic", True), ("honeywell", False)])
def test_a_beep_before_the_commit_is_told_with_the_way_to_switch_it_off(profile: str, beeps: bool) -> None:
    notes = settings(Path("/dev/x"), profile).notes()
    assert [("beeps by itself" in note and "scan " in note) for note in notes] == [True] * beeps
    assert settings(Path("/dev/x"), profile, feedback={"decode_beep": False}).notes() == ()


def test_refusing_with_nak_what_the_scanner_would_send_again_is_told() -> None:
    for profile, is_told in (("zebra", True), ("datalogic", True), ("honeywell", False), ("plain", False)):
        feedback = {"decode_beep": False, "nak": "\x15", "nak_refusals": True}
        notes = settings(Path("/dev/x"), profile, feedback=feedback).notes()
        assert [("sends a code again" in note) for note in notes] == [True] * is_told


def test_a_scanner_that_shows_nothing_is_told_unless_something_else_does() -> None:
    bare = settings(Path("/dev/x"), "plain")
    assert ["nothing tells the person" in note for note in bare.notes()] == [True]
    assert bare.notes(has_light=True) == ()
    assert settings(Path("/dev/x"), "plain", feedback={"shown_by": "screen"}).notes() == ()
    assert settings(Path("/dev/x"), "plain", feedback={"good": "G"}).notes() == ()


# -- before simulated scanners -------------------------------------------------------------


def driver(scanner: Scanner, profile: str, context: DeviceContext = CONTEXT, **keys: Any) -> SerialScanner:
    return SerialScanner(settings(scanner.port, profile, **keys), context)


class Counting(HoldingSink):
    """Answers from a list, the last one for ever."""

    def __init__(self, *answers: Verdict) -> None:
        super().__init__()
        self._answers = list(answers)

    def offer(self, read: Read, feedback: Callable[[Verdict], None]) -> None:
        self.answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        super().offer(read, feedback)


MAKES = [("zebra", ZEBRA), ("honeywell", HONEYWELL), ("datalogic", DATALOGIC)]


@pytest.mark.promise("R1")
@pytest.mark.parametrize(("profile", "make"), MAKES, ids=lambda value: value if isinstance(value, str) else "")
def test_a_scanner_of_each_make_shows_green_only_for_what_is_stored(
    plugged: Callable[..., Scanner], profile: str, make: Make
) -> None:
    scanner = plugged(make)
    with Running(driver(scanner, profile), Counting(FAILED, FAILED, FAILED, GOOD)) as running:
        running.wait_up()
        answers = [scanner.scan("K1") for _ in range(4 if make.tries == 1 else 2)]
    assert answers == [Answer.NAK] * (len(answers) - 1) + [Answer.ACK]
    assert scanner.sent == 4
    assert scanner.is_enabled


@pytest.mark.parametrize(
    ("profile", "make", "tones"),
    [
        ("zebra", ZEBRA, ["high beep"]),
        ("honeywell", HONEYWELL, ["razz", "razz"]),
        ("datalogic", DATALOGIC, ["not on file"]),
    ],
)
def test_a_refused_code_sounds_bad_and_is_not_sent_again(
    plugged: Callable[..., Scanner], profile: str, make: Make, tones: list[str]
) -> None:
    scanner = plugged(make)
    with Running(driver(scanner, profile), HoldingSink(REFUSED)) as running:
        running.wait_up()
        scanner.scan("K1")
        wait_until(lambda: bool(scanner.attend(0.01) or scanner.tones == tones), f"{tones} after {scanner.tones}")
    assert scanner.sent == 1


def test_a_good_code_sounds_good_where_the_profile_has_a_tone_for_it(plugged: Callable[..., Scanner]) -> None:
    for profile, make, tone in (("honeywell", HONEYWELL, "good"), ("datalogic", DATALOGIC, "good read")):
        scanner = plugged(make)
        with Running(driver(scanner, profile), HoldingSink(GOOD)) as running:
            running.wait_up()
            assert scanner.scan("K1") is Answer.ACK
            wait_until(lambda s=scanner, t=tone: bool(s.attend(0.01)) or s.tones == [t], tone)  # type: ignore[misc]


def test_a_zebra_that_is_told_no_three_times_discards_the_code(plugged: Callable[..., Scanner]) -> None:
    scanner = plugged(ZEBRA)
    sink = HoldingSink(FAILED)
    with Running(driver(scanner, "zebra"), sink) as running:
        running.wait_up()
        assert scanner.scan("K1") is Answer.NAK
    assert [read.data for read in sink.reads] == [b"K1"] * 3


def test_a_datalogic_is_deaf_while_it_waits_and_hears_again_after_the_answer(plugged: Callable[..., Scanner]) -> None:
    scanner, sink = plugged(DATALOGIC), HoldingSink()
    with Running(driver(scanner, "datalogic"), sink) as running:
        running.wait_up()
        answers: list[Answer] = []
        waiting = threading.Thread(target=lambda: answers.append(scanner.scan("K1")))
        waiting.start()
        sink.wait(1)
        assert scanner.scan("K2") is Answer.DEAF
        sink.feedbacks[0](GOOD)
        waiting.join(10)
        assert answers == [Answer.ACK]
        sink.answer = REFUSED
        scanner.scan("K2")
        wait_until(lambda: bool(scanner.attend(0.01)) or "not on file" in scanner.tones, "the bad tone")
        sink.answer = GOOD
        assert scanner.scan("K3") is Answer.ACK  # 'E' after 'F' made it read again
    assert [read.data for read in sink.reads] == [b"K1", b"K2", b"K3"]


def test_without_rearming_a_datalogic_would_stay_deaf_until_the_line_is_opened_again(
    plugged: Callable[..., Scanner],
) -> None:
    scanner = plugged(DATALOGIC)
    with Running(driver(scanner, "datalogic", feedback={"rearm": ""}), HoldingSink(REFUSED)) as running:
        running.wait_up()
        scanner.scan("K1")
        wait_until(lambda: bool(scanner.attend(0.01)) or not scanner.is_enabled, "it is disabled")
        assert scanner.scan("K2") is Answer.DEAF
    with Running(driver(scanner, "datalogic"), HoldingSink(GOOD)) as running:
        running.wait_up()
        wait_until(lambda: bool(scanner.attend(0.01)) or scanner.is_enabled, "it is enabled on connect")
        assert scanner.scan("K2") is Answer.ACK


# -- answers that come too late ------------------------------------------------------------


@pytest.mark.promise("R1")
@pytest.mark.parametrize(
    ("profile", "red"), [("zebra", b"\x06\x07"), ("datalogic", b"\x06FE"), ("honeywell", b"\x1b8,\x1b8,")]
)
def test_an_answer_after_the_response_timeout_is_not_taken_for_that_of_the_next_code(
    line: Line, profile: str, red: bytes
) -> None:
    clock = HandClock()
    device = SerialScanner(settings(line.path, profile), replace(CONTEXT, clock=clock))
    sink = HoldingSink()
    with Running(device, sink) as running:
        running.wait_up()
        line.heard(len(PROFILES[profile].answers.connect))  # type: ignore[index]
        line.send(b"K1\r")
        sink.wait(1)
        clock.pass_time(PROFILES[profile].answers.response_timeout_ms * PATIENCE_PERCENT // 100)  # type: ignore[index]
        line.send(b"K2\r")
        sink.wait(2)
        sink.feedbacks[0](GOOD)  # a green for K1, which the scanner has given up
        sink.feedbacks[1](REFUSED)
        assert line.heard(len(red)) == red
        clock.pass_time(2000)
        wait_until(lambda: running.health.counters.get("late_answers") == 1, "the late answer is counted")


@pytest.mark.promise("R1")
def test_news_are_never_taken_for_the_answer_to_a_code(line: Line) -> None:
    """A Honeywell with Host ACK takes any escape command for the answer it waits for."""
    device, sink = SerialScanner(settings(line.path, "honeywell"), CONTEXT), HoldingSink()
    with Running(device, sink) as running:
        running.wait_up()
        line.send(b"K1\r")
        sink.wait(1)
        device.notify(REFUSED)
        device.notify(GOOD)
        for count in (2, 3):  # when the second of these is here, the device has looked at its news
            line.send(b"K%d\r" % count)
            sink.wait(count)
        for feedback in sink.feedbacks:
            feedback(GOOD)
        assert line.heard(15) == b"\x1b7," * 3 + b"\x1b8,\x1b8,"
        line.send(b"K4\r")
        sink.wait(4)
        sink.feedbacks[3](FAILED)
        assert line.heard(6) == b"\x1b8,\x1b8,"  # no good news in between: a code may be on its way already
