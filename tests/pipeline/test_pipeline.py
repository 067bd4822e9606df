"""The way of a read to the writer and of the verdict back, with a writer that answers when told to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from gateway.errors import BusyError
from gateway.model import Action, Intake, Outcome, Press, Read, Rejection, Scan, Status, Verdict
from gateway.pipeline import BUSY, NOT_STORED, Pipeline, Source

EMPTIED = Verdict(Status.OK, "CARD_EMPTIED", "40 screws", "K1")
UNDONE = Verdict(Status.OK, "CARD_UNDONE", "", "K1")
REFUSED = Verdict(Status.REFUSED, "UNKNOWN_CARD")
ASKED = Verdict(Status.ASK, "ASK_ORDER")
FAILED = Verdict(Status.FAILED, "DISK_FULL")


class SlowWriter:
    """Keeps what it is given until `answer`."""

    def __init__(self) -> None:
        self.scans: list[Scan] = []
        self.waiting: list[Callable[[Outcome], None]] = []
        self.error: Exception | None = None

    def submit(self, intake: Intake, done: Callable[[Outcome], None] | None = None) -> None:
        if self.error is not None:
            raise self.error
        assert isinstance(intake, Scan)
        assert done is not None
        self.scans.append(intake)
        self.waiting.append(done)

    def answer(self, verdict: Verdict) -> None:
        """The oldest scan that waits becomes `verdict`."""
        self.waiting.pop(0)(Outcome(verdict))


def interpret(read: Read) -> Scan | None:
    """`K1` scans a card, `K1 undo` undoes it, `battery` is no press; anything else breaks the interpreter."""
    words = read.data.decode().split()
    if words == ["battery"]:
        return None
    if not words[0].startswith("K"):
        raise ZeroDivisionError
    return Scan(read, Action(words[1]) if len(words) > 1 else Action.SCAN, card=words[0])


class Floor:
    """A scanner `scan-1` and buttons `btn-1` in front of a pipeline."""

    def __init__(self) -> None:
        self.writer = SlowWriter()
        self.pipeline = Pipeline(
            {"scan-1": Source(interpret, 3000), "btn-1": Source(interpret, 60_000, is_button=True)}, self.writer.submit
        )
        self.now_ms = 1_000_000
        self._count = 0

    def read(self, data: str, device: str = "scan-1") -> Read:
        self._count += 1
        read = Read(f"read-{self._count}", device, "S1", data.encode(), "", 0, self.now_ms, "boot", "ntp")
        return read if device == "scan-1" else replace(read, press=Press(self._count, "d", False), topic="t")

    def offer(self, data: str, device: str = "scan-1") -> list[Verdict]:
        """Offer a read; the list gets its verdicts."""
        verdicts: list[Verdict] = []
        self.pipeline.offer(self.read(data, device), verdicts.append)
        return verdicts

    def done(self, data: str, verdict: Verdict, device: str = "scan-1") -> list[Verdict]:
        verdicts = self.offer(data, device)
        self.writer.answer(verdict)
        return verdicts


@pytest.fixture
def floor() -> Floor:
    return Floor()


@pytest.mark.promise("R1")
def test_feedback_is_given_after_the_outcome_and_not_before(floor: Floor) -> None:
    verdicts = floor.offer("K1")
    assert verdicts == []
    floor.writer.answer(EMPTIED)
    assert verdicts == [EMPTIED]


@pytest.mark.promise("R1")
def test_a_repeat_of_a_read_still_on_its_way_gets_the_same_outcome(floor: Floor) -> None:
    first, second = floor.offer("K1"), floor.offer("K1")
    assert second == []
    floor.writer.answer(FAILED)
    assert (first, second) == ([FAILED], [FAILED])
    assert len(floor.writer.scans) == 1
    assert floor.pipeline.counters("scan-1") == {"reads": 2, "joined": 1, "failed": 1}


@pytest.mark.parametrize("verdict", [FAILED, REFUSED])
def test_a_rescan_after_red_is_a_fresh_try(floor: Floor, verdict: Verdict) -> None:
    floor.done("K1", verdict)
    assert floor.done("K1", EMPTIED) == [EMPTIED]


def test_a_second_read_within_the_window_is_answered_already_and_not_stored(floor: Floor) -> None:
    floor.done("K1", EMPTIED)
    floor.now_ms += 2999
    (verdict,) = floor.offer("K1")
    assert (verdict.status, verdict.text, verdict.card) == (Status.ALREADY, "40 screws", "K1")
    assert len(floor.writer.scans) == 1
    assert floor.pipeline.counters("scan-1") == {"reads": 2, "ok": 1, "repeats": 1}


def test_after_the_window_the_same_code_is_a_new_read(floor: Floor) -> None:
    floor.done("K1", EMPTIED)
    floor.now_ms += 3000
    assert floor.done("K1", REFUSED) == [REFUSED]


def test_scan_undo_scan_is_three_reads_however_fast(floor: Floor) -> None:
    floor.done("K1", EMPTIED)
    floor.done("K1 undo", UNDONE)
    assert floor.done("K1", EMPTIED) == [EMPTIED]


def test_a_command_card_that_answers_the_next_code_is_no_repeat(floor: Floor) -> None:
    floor.done("K1", ASKED)
    assert floor.done("K confirm", EMPTIED) == [EMPTIED]
    assert floor.offer("K confirm")[0].code == "READ_REPEATED"
    floor.done("K2", ASKED)
    assert floor.done("K confirm", EMPTIED) == [EMPTIED]


def test_devices_do_not_share_their_repeats(floor: Floor) -> None:
    floor.done("K1", EMPTIED)
    assert floor.done("K1", REFUSED, "btn-1") == [REFUSED]


def test_a_full_queue_is_red_at_once_and_for_those_who_joined(floor: Floor) -> None:
    floor.writer.error = BusyError("queue full")
    assert floor.offer("K1") == [BUSY]
    floor.writer.error = None
    assert floor.done("K1", EMPTIED) == [EMPTIED]
    assert floor.pipeline.counters("scan-1")["busy"] == 1


def test_a_writer_that_raises_anything_else_is_red_too(floor: Floor) -> None:
    floor.writer.error = OSError("broken")
    assert floor.offer("K1") == [NOT_STORED]
    assert NOT_STORED.status is Status.FAILED


def test_an_interpreter_that_raises_becomes_a_refusal_with_the_raw_bytes(floor: Floor) -> None:
    verdicts = floor.done("rubbish", REFUSED)
    (scan,) = floor.writer.scans
    assert scan.fault is not None
    assert (scan.fault.code, scan.fault.got, scan.read.data) == ("INTERNAL", "ZeroDivisionError", b"rubbish")
    assert verdicts == [REFUSED]


def test_a_frame_the_driver_found_damaged_is_stored_uninterpreted(floor: Floor) -> None:
    fault = Rejection("FRAME_TOO_LONG", "too long")
    verdicts: list[Verdict] = []
    floor.pipeline.offer(replace(floor.read("K1"), fault=fault), verdicts.append)
    assert floor.writer.scans[0].fault == fault
    assert floor.writer.scans[0].card == ""


def test_a_message_that_is_no_press_is_acknowledged_and_not_stored(floor: Floor) -> None:
    (verdict,) = floor.offer("battery", "btn-1")
    assert verdict.status is not Status.FAILED
    assert floor.writer.scans == []
    assert floor.pipeline.counters("btn-1") == {"reads": 1, "ignored": 1}


def test_a_double_press_changes_nothing_but_is_kept_as_evidence(floor: Floor) -> None:
    floor.done("K1 empty", EMPTIED, "btn-1")
    floor.now_ms += 59_999
    verdicts = floor.offer("K1 empty", "btn-1")
    assert verdicts == [], "the broker must not forget it before it is on disk"
    floor.writer.answer(REFUSED)
    assert [verdict.status for verdict in verdicts] == [Status.ALREADY]
    fault = floor.writer.scans[1].fault
    assert fault is not None
    assert (fault.code, fault.expected) == ("PRESS_TOO_SOON", "at least 60 s between presses")


def test_a_double_press_that_could_not_be_stored_stays_with_the_broker(floor: Floor) -> None:
    floor.done("K1 empty", EMPTIED, "btn-1")
    assert floor.done("K1 empty", FAILED, "btn-1") == [FAILED]


def test_the_minimum_interval_runs_from_the_accepted_press(floor: Floor) -> None:
    floor.done("K1 empty", EMPTIED, "btn-1")
    for _ in range(2):
        floor.now_ms += 29_000
        floor.done("K1 empty", REFUSED, "btn-1")
    floor.now_ms += 2_000
    assert floor.done("K1 empty", EMPTIED, "btn-1") == [EMPTIED]


def test_undo_within_the_minimum_interval_is_no_double_press(floor: Floor) -> None:
    floor.done("K1 empty", EMPTIED, "btn-1")
    assert floor.done("K1 undo", UNDONE, "btn-1") == [UNDONE]
    assert floor.done("K1 empty", EMPTIED, "btn-1") == [EMPTIED]
    assert [scan.fault for scan in floor.writer.scans] == [None, None, None]


def test_a_feedback_that_raises_does_not_keep_the_others_waiting(floor: Floor) -> None:
    def broken(verdict: Verdict) -> None:
        raise RuntimeError("driver mistake")

    floor.pipeline.offer(floor.read("K1"), broken)
    second = floor.offer("K1")
    floor.writer.answer(EMPTIED)
    assert second == [EMPTIED]


def test_every_offer_gets_exactly_one_feedback_under_two_threads() -> None:
    """One thread offers, the other commits; nothing is lost between begin and finish of the filter."""
    verdicts: list[Verdict] = []
    queue: list[Callable[[Outcome], None]] = []
    is_over = threading.Event()

    def submit(intake: Intake, done: Callable[[Outcome], None] | None = None) -> None:
        assert done is not None
        queue.append(done)

    def commit() -> None:
        while not is_over.is_set() or queue:
            if queue:
                queue.pop(0)(Outcome(EMPTIED))

    pipeline = Pipeline({"scan-1": Source(interpret, 5)}, submit)
    writer = threading.Thread(target=commit)
    writer.start()
    for n in range(5000):
        read = Read(str(n), "scan-1", "S1", b"K%d" % (n % 7), "", 0, n, "boot", "ntp")
        pipeline.offer(read, verdicts.append)
    is_over.set()
    writer.join()
    assert len(verdicts) == 5000
    assert {verdict.is_good for verdict in verdicts} == {True}


def test_a_noisy_line_fills_the_journal_with_a_budget_and_a_count_of_the_rest(floor: Floor) -> None:
    for _ in range(1000):
        floor.offer("zzz")
    assert len(floor.writer.scans) == 60
    floor.now_ms += 1000
    floor.offer("zzz")
    assert [scan.dropped for scan in floor.writer.scans[-2:]] == [0, 940]


def test_a_good_scan_is_never_refused_for_the_noise_before_it_and_tells_the_count(floor: Floor) -> None:
    for _ in range(70):
        floor.offer("zzz")
    floor.offer("K1")
    assert (floor.writer.scans[-1].card, floor.writer.scans[-1].dropped) == ("K1", 10)


def test_the_count_of_dropped_reads_survives_a_failed_commit(floor: Floor) -> None:
    for _ in range(61):
        floor.offer("zzz")
    floor.offer("K1")
    for _ in range(60):
        floor.writer.answer(REFUSED)
    floor.writer.answer(FAILED)
    floor.offer("K1")
    assert [scan.dropped for scan in floor.writer.scans[-2:]] == [1, 1]


def test_a_button_that_stutters_keeps_its_answer_when_its_evidence_is_only_counted(floor: Floor) -> None:
    floor.done("K1 empty", EMPTIED, "btn-1")
    told: list[Verdict] = []
    for _ in range(100):
        told += floor.offer("K1 empty", "btn-1")
    assert [verdict.status for verdict in told] == [Status.ALREADY] * 40
    assert len(floor.writer.scans) == 61
