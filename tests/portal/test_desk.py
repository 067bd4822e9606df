"""The desk: readers' threads in, passages to the writer in order, nothing lost while the disk is full."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from gateway.clock import Clock
from gateway.errors import BusyError
from gateway.model import Intake, Outcome, Scan, Status, Verdict
from gateway.passage import Opened, Passage
from gateway.portal.rules import INSIDE, OUTSIDE, Antenna, Layout
from gateway.portal_desk import CALLS_LIMIT, PortalDesk
from gateway.portal_post import RETRY_MS, WAITING_LIMIT
from gateway.tag import InputEdge, TagRead
from tests.portal.scene import IN_WAY, READER, Load, reads_of, sscc, with_beams

OK = Verdict(Status.OK, "GOODS_RECEIVED", "Received.")
FULL = Verdict(Status.FAILED, "DISK_FULL", "The disk is full.")


class Hand(Clock):
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.ms = 1_000_000

    @property
    def boot(self) -> str:
        return "boot-1"

    def wall_ms(self) -> int:
        return 1_790_000_000_000 + self.ms

    def mono_ms(self) -> int:
        return self.ms

    def quality(self) -> str:
        return "ntp"


@dataclass
class Disk:
    """Takes scans as the writer does, answers them when the test says so."""

    answer: Verdict = OK
    is_busy: bool = False
    stored: list[Scan] = field(default_factory=list)
    tries: int = 0

    def __call__(self, intake: Intake, done: Callable[[Outcome], None] | None = None) -> None:
        assert isinstance(intake, Scan) and done is not None
        self.tries += 1
        if self.is_busy:
            raise BusyError("busy")
        if self.answer.status is not Status.FAILED:
            self.stored.append(intake)
        done(Outcome(self.answer))

    @property
    def kinds(self) -> list[str]:
        return [type(scan.passage).__name__ for scan in self.stored]


@dataclass
class Bench:
    """A desk with one portal."""

    disk: Disk = field(default_factory=Disk)
    clock: Hand = field(default_factory=Hand)
    shown: list[tuple[str, str]] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.desk = PortalDesk(
            [(with_beams(), "DOCK-1")],
            self.disk,
            self.clock,
            self._show,
            warn=lambda code, text: self.warned.append(code),
        )  # fmt: skip
        self.desk.restored(READER, self.clock.ms)
        self.pass_ms(2000)

    def _show(self, station: str, verdict: Verdict) -> None:
        self.shown.append((station, verdict.code))

    def pass_ms(self, duration_ms: int) -> None:
        for _ in range(0, duration_ms, 100):
            self.clock.ms += 100
            self.desk.turn(0)

    def cross(self) -> None:
        """Something without tags breaks both beams."""
        for port, is_on in ((1, True), (2, True), (1, False), (2, False)):
            self.desk.edge(READER, InputEdge(port, is_on, self.clock.ms))
            self.pass_ms(100)
        self.pass_ms(2000)


def test_an_opening_is_stored_at_once_and_the_passage_when_it_is_over() -> None:
    bench = Bench()
    bench.desk.edge(READER, InputEdge(1, True, bench.clock.ms))
    bench.desk.turn(0)
    assert bench.disk.kinds == ["Opened"]
    bench.desk.edge(READER, InputEdge(1, False, bench.clock.ms))
    bench.pass_ms(2000)
    opened, closed = (scan.passage for scan in bench.disk.stored)
    assert isinstance(opened, Opened) and isinstance(closed, Passage)
    assert closed.id == bench.disk.stored[0].read.id
    assert bench.shown == [("DOCK-1", "GOODS_RECEIVED")] * 2


def test_reads_of_many_threads_at_once_become_one_passage() -> None:
    bench = Bench()
    reads = [read for _, read in reads_of([Load((sscc(1),), IN_WAY)], bench.clock.ms) if isinstance(read, TagRead)]
    bench.desk.edge(READER, InputEdge(1, True, bench.clock.ms))
    bench.desk.turn(0)

    def put_in(part: list[TagRead]) -> None:
        for one in part:
            bench.desk.tags(READER, [one])

    threads = [threading.Thread(target=put_in, args=(reads[n::3],)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bench.desk.edge(READER, InputEdge(1, False, bench.clock.ms + 8000))
    bench.clock.ms += 8000
    bench.pass_ms(4000)
    passage = bench.disk.stored[-1].passage
    assert isinstance(passage, Passage)
    assert (passage.reads, len(passage.tags), passage.incomplete) == (len(reads), 1, "")


@pytest.mark.promise("R2")
def test_what_cannot_be_stored_is_tried_again_in_its_order() -> None:
    bench = Bench()
    bench.disk.answer = FULL
    bench.cross()
    bench.cross()
    assert (bench.disk.stored, bench.desk.waiting) == ([], 4)
    assert bench.shown == [("DOCK-1", "DISK_FULL")], "told once, not at every try"
    tries = bench.disk.tries
    bench.pass_ms(10 * RETRY_MS)
    assert bench.disk.tries <= tries + 10
    bench.disk.answer = OK
    bench.pass_ms(2 * RETRY_MS)
    assert bench.disk.kinds == ["Opened", "Passage", "Opened", "Passage"]
    assert bench.desk.waiting == 0


def test_a_busy_writer_is_asked_again_later() -> None:
    bench = Bench()
    bench.disk.is_busy = True
    bench.cross()
    bench.disk.is_busy = False
    bench.pass_ms(2 * RETRY_MS)
    assert bench.disk.kinds == ["Opened", "Passage"]


def test_what_does_not_fit_any_more_becomes_one_red_exception() -> None:
    bench = Bench()
    bench.disk.answer = FULL
    for _ in range(WAITING_LIMIT // 2 + 3):
        bench.cross()
    assert bench.desk.waiting == WAITING_LIMIT
    bench.disk.answer = OK
    bench.pass_ms(2 * RETRY_MS + 30_000)
    last = bench.disk.stored[-1].passage
    assert isinstance(last, Passage)
    assert last.incomplete == "6 openings and passages could not be stored and are lost"


def test_what_the_writer_keeps_for_repair_is_not_sent_again() -> None:
    bench = Bench()
    bench.disk.answer = Verdict(Status.FAILED, "INTERNAL", "kept for repair")
    bench.cross()
    assert (bench.disk.tries, bench.desk.waiting) == (2, 0)


def test_calls_that_do_not_fit_are_lost_reads_and_the_passage_is_incomplete() -> None:
    bench = Bench()
    bench.desk.edge(READER, InputEdge(1, True, bench.clock.ms))
    bench.desk.turn(0)
    for _ in range(CALLS_LIMIT + 1):
        bench.desk.tags(READER, [TagRead(sscc(1), 1, -5000, 1, bench.clock.ms, bench.clock.ms)])
    bench.pass_ms(2000)
    bench.desk.edge(READER, InputEdge(1, False, bench.clock.ms))
    bench.pass_ms(3000)
    passage = bench.disk.stored[-1].passage
    assert isinstance(passage, Passage)
    assert passage.incomplete == f"{READER}: overflow"
    assert "PORTAL_QUEUE" in bench.warned


def test_before_a_reader_reads_every_passage_is_incomplete() -> None:
    disk, clock = Disk(), Hand()
    desk = PortalDesk([(with_beams(), "DOCK-1")], disk, clock, lambda station, said: None)
    desk.edge(READER, InputEdge(1, True, clock.ms))
    desk.turn(0)
    desk.edge(READER, InputEdge(1, False, clock.ms))
    for _ in range(30):
        clock.ms += 100
        desk.turn(0)
    passage = disk.stored[-1].passage
    assert isinstance(passage, Passage) and passage.incomplete == f"{READER}: link"


def test_an_opening_without_an_end_in_the_journal_is_an_incomplete_passage() -> None:
    bench = Bench()
    bench.desk.resume({"name-1": {"portal": "P1", "sta": "DOCK-1", "since": []}})
    bench.pass_ms(100)
    passage = bench.disk.stored[-1].passage
    assert isinstance(passage, Passage)
    assert (passage.id, passage.incomplete) == ("name-1", "the gateway stopped while it was in the door")


def test_a_desk_that_is_stopped_tells_what_was_in_the_door() -> None:
    bench = Bench()
    bench.desk.edge(READER, InputEdge(1, True, bench.clock.ms))
    bench.desk.turn(0)
    stop = threading.Event()
    stop.set()
    bench.desk.run(stop)
    passage = bench.disk.stored[-1].passage
    assert isinstance(passage, Passage) and passage.incomplete == "the gateway was stopped"


def test_a_beam_that_stays_blocked_and_reads_without_a_beam_are_warnings() -> None:
    bench = Bench()
    bench.desk.edge(READER, InputEdge(1, True, bench.clock.ms))
    bench.pass_ms(40_000)
    assert "PORTAL:P1/beam" in bench.warned
    for n in range(130):
        bench.desk.tags(READER, [TagRead(sscc(n), 1, -4000, 3, bench.clock.ms, bench.clock.ms)] * 5)
        bench.pass_ms(1000)
    assert "PORTAL:P1/blind" in bench.warned


def test_two_doors_may_share_a_reader_and_each_hears_its_own_antennas() -> None:
    disk, clock = Disk(), Hand()
    doors = [Layout(name, tuple(Antenna(READER, port + n, side) for n, side in enumerate((OUTSIDE, INSIDE))))
             for name, port in (("P1", 1), ("P2", 3))]  # fmt: skip
    desk = PortalDesk([(door, "DOCK-1") for door in doors], disk, clock, lambda station, said: None)
    desk.restored(READER, clock.ms)
    for port in (3, 4):
        for _ in range(20):
            clock.ms += 100
            desk.tags(READER, [TagRead(sscc(1), port, -5000, 1, clock.ms, clock.ms)])
            desk.turn(0)
    for _ in range(40):
        clock.ms += 100
        desk.turn(0)
    [passage] = [scan.passage for scan in disk.stored if isinstance(scan.passage, Passage)]
    assert (passage.portal, passage.direction) == ("P2", "in")
