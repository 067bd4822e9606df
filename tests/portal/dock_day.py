"""A day at the simulated dock door against the real tracker, the real decision and a real store; time is played."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from firmware_sim.dock_door.announcement import master_of
from firmware_sim.dock_door.day import episodes
from firmware_sim.dock_door.door import Door, Stretch
from firmware_sim.dock_door.episode import IN, NONE, OUT, Episode, Fact
from firmware_sim.dock_door.inventory import Heard
from firmware_sim.dock_door.stock import Stock
from gateway.decide import Decider
from gateway.ids import natural_id, new_id
from gateway.model import MasterData, Read, Scan
from gateway.passage import Opened, Passage
from gateway.portal.doorway import SHIP, Doorway
from gateway.portal.rules import INSIDE, OUTSIDE, Antenna, Beam, Layout
from gateway.portal.tracker import News, Tracker
from gateway.stations.station import Station
from gateway.store.writer import Request
from gateway.tag import InputEdge, TagRead
from tests.goods.dock import label
from tests.store.rig import HandClock, Rig

PORTAL, READER, STATION, CLERK = "DOOR-1", "dock-1", "DOCK-1", "DOCK-2"
BEGINS_MS, BEGINS_WALL_MS = 1_000_000, 1_790_000_000_000
BATCH_MS = 50  # how often a reader's reports are handed on
ANTENNAS = tuple(Antenna(READER, port, side) for port, side in enumerate((OUTSIDE, OUTSIDE, INSIDE, INSIDE), start=1))
BEAMS = (Beam(READER, 1, OUTSIDE), Beam(READER, 2, INSIDE))
MANY_TAGS = 5
LATE_MS = 35_000  # a passage may be told so long after its pallet is gone


@dataclass(slots=True)
class Outcome:
    """One pallet of the truth, and what the gateway made of it."""

    fact: Fact
    directions: set[str] = field(default_factory=set)  # of all passages in which its tags were
    posted: list[str] = field(default_factory=list)  # directions of its postings

    @property
    def is_right(self) -> bool:
        """The direction: of what went through, its own and no other; of what turned back, none that leads anywhere."""
        if self.fact.direction in (IN, OUT):
            return self.fact.direction in self.directions and not self.directions & {_OTHER[self.fact.direction]}
        return not self.directions & {IN, OUT}

    @property
    def is_silent(self) -> bool:
        """It went through and was not booked."""
        return self.fact.direction in (IN, OUT) and not self.posted


@dataclass(slots=True)
class Day:
    """What a day came to. Times in milliseconds."""

    seed: int
    outcomes: list[Outcome] = field(default_factory=list)
    episodes: int = 0  # of which everything could be known: where it went, which pallet it was, that it was whole
    excepted: list[tuple[str, str]] = field(default_factory=list)  # kind of episode, code: of those
    silent: list[str] = field(default_factory=list)  # pallets that went through, and nobody was told anything
    false_postings: list[str] = field(default_factory=list)
    waits_ms: list[int] = field(default_factory=list)  # from the last read of a posted pallet to its posting on disk
    commits_ms: list[float] = field(default_factory=list)  # of these, what the store took
    reads: int = 0
    rates_per_s: list[int] = field(default_factory=list)  # while something went on
    peak_per_s: int = 0

    @property
    def clear(self) -> list[Outcome]:
        """Pallets whose direction could be known."""
        return [one for one in self.outcomes if not one.fact.ambiguous and one.fact.direction != NONE]


@dataclass(frozen=True, slots=True)
class Posting:
    """What was booked for a passage."""

    pallet: str
    direction: str
    at_ms: int
    waited_ms: int  # since the last read of one of its tags
    commit_ms: float


_OTHER = {IN: OUT, OUT: IN}


def run_day(seed: int, count: int, directory: Path, *, has_beams: bool) -> Day:
    """So many episodes; the seed makes them again."""
    stock = Stock(random.Random(seed))
    yard = stock.yard()
    script = list(episodes(yard, count))
    stock.mark(script)
    door = Door(seed, yard.standing, has_beams=has_beams)
    gate = Gate(directory, stock, has_beams=has_beams)
    day = Day(seed)
    try:
        before: list[Fact] = []
        for stretch in door.stretches(script):
            gate.hear(stretch)
            _note_rates(day, stretch)
            if stretch.episode is None:  # idle time is over: whoever came in before it has been looked after
                gate.scan_missing(before)
                before = []
            else:
                before += stretch.episode.facts
        gate.settle(script[-1].ends_s + 60)
        _compare(day, script, gate)
    finally:
        gate.rig.close()
    return day


class Gate:
    """The gateway's side: tracker, decider, store. A clerk scans by hand what came in and was not booked."""

    def __init__(self, directory: Path, stock: Stock, *, has_beams: bool) -> None:
        self.clock = HandClock(BEGINS_WALL_MS, BEGINS_MS)
        stations = {name: Station(name, "goods", "DOCK", "receive") for name in (STATION, CLERK)}
        doorway = Doorway(PORTAL, STATION, outward=SHIP)
        self.rig = Rig(directory, self.clock, Decider(stations, portals={PORTAL: doorway}))
        for number, (dataset, rows) in enumerate(master_of(stock).items(), start=1):
            outcome = self.rig.writer.step([Request(MasterData(dataset, number, "", tuple(rows)))])[0]
            assert outcome.verdict.code == "MD_CHANGED", (dataset, outcome.verdict)
        self.tracker = Tracker(Layout(PORTAL, ANTENNAS, BEAMS if has_beams else ()))
        self.epcs = {name: frozenset(epcs) for name, epcs in stock.epcs()}
        self.passages: list[Passage] = []
        self.last_ms: dict[str, int] = {}  # by EPC: its last read
        self.postings: list[Posting] = []
        self.refusals: list[tuple[int, int, str]] = []  # opened, closed, code
        self._opened = ""
        self._next_ms = BEGINS_MS

    def hear(self, stretch: Stretch) -> None:
        """What the reader says, in batches as a driver hands them on."""
        batch: list[TagRead] = []
        for said in stretch.said:
            at_ms = BEGINS_MS + int(said.at_s * 1000)
            self._pass_time(at_ms, batch)
            if isinstance(said, Heard):
                rssi = int(said.rssi_dbm * 100)
                batch.append(TagRead(said.epc, said.antenna, rssi, 1, at_ms, at_ms, said.channel, said.phase))
                self.last_ms[said.epc] = at_ms
            else:
                self._hand_on(batch, at_ms)
                self._take(self.tracker.edge(READER, InputEdge(said.port, said.is_blocked, at_ms)), at_ms)
        self._pass_time(BEGINS_MS + int(stretch.ends_s * 1000), batch)

    def settle(self, until_s: float) -> None:
        """Nothing is read any more."""
        self._pass_time(BEGINS_MS + int(until_s * 1000), [])

    def _pass_time(self, until_ms: int, batch: list[TagRead]) -> None:
        while self._next_ms <= until_ms:
            self._hand_on(batch, self._next_ms)
            self._take(self.tracker.tick(self._next_ms), self._next_ms)
            self._next_ms += BATCH_MS

    def _hand_on(self, batch: list[TagRead], now_ms: int) -> None:
        if batch:
            self._take(self.tracker.take(READER, batch, now_ms), now_ms)
            batch.clear()

    def _take(self, news: Iterable[News], now_ms: int) -> None:
        for one in news:
            self.clock.mono, self.clock.wall = now_ms, BEGINS_WALL_MS + now_ms - BEGINS_MS
            if isinstance(one, Opened):
                read = self._read("")
                self._opened = read.id
                self.rig.writer.step([Request(Scan(read, passage=one, is_press=True))])
            else:
                for passage in one.passages:
                    self._close(replace(passage, id=self._opened), now_ms)

    def _close(self, passage: Passage, now_ms: int) -> None:
        self.passages.append(passage)
        read = self._read(natural_id(PORTAL, f"{passage.id}/{passage.part}"))
        began = time.perf_counter()
        outcome = self.rig.writer.step([Request(Scan(read, passage=passage, is_press=True))])[0]
        took_ms = (time.perf_counter() - began) * 1000
        for seq in outcome.seqs:
            event = self.rig.store.view.event(seq)
            assert event is not None
            if event["kind"] in ("goods_received", "goods_shipped"):
                last_ms = max(self.last_ms.get(epc, 0) for epc in self.epcs[event["sscc"]])
                self.postings.append(
                    Posting(event["sscc"], event["passage"]["direction"], now_ms, now_ms - last_ms, took_ms)
                )
            elif event["kind"] == "passage_refused":
                self.refusals.append((passage.opened_ms, passage.closed_ms, event["code"]))

    def scan_missing(self, facts: Iterable[Fact]) -> None:
        """The clerk's part: what came in and is not in the book is scanned by its label."""
        for fact in facts:
            if fact.direction == IN and self.rig.store.view.fact("hu", fact.pallet) is None:
                found = label(sscc=fact.pallet)
                read = replace(self._read(""), station=CLERK, device="scan-1", data=found.raw)
                self.rig.writer.step([Request(Scan(read, label=found, code=found.text))])

    def _read(self, name: str) -> Read:
        wall, mono = self.clock.wall, self.clock.mono
        return Read(name or new_id(wall), PORTAL, STATION, b"passage", "", wall, mono, self.clock.boot, "ntp")


# -- the comparison ------------------------------------------------------------------------------------


def _compare(day: Day, script: list[Episode], gate: Gate) -> None:
    told: dict[str, list[Outcome]] = {}
    by_episode: dict[int, list[Outcome]] = {}
    for episode in script:
        for fact in episode.facts:
            outcome = Outcome(fact)
            day.outcomes.append(outcome)
            by_episode.setdefault(id(episode), []).append(outcome)
            told.setdefault(fact.pallet, []).append(outcome)
            _find_directions(outcome, gate)
    for one in gate.postings:
        meant = [outcome for outcome in told.get(one.pallet, ()) if _is_during(outcome.fact, one.at_ms)]
        right = next((outcome for outcome in meant if outcome.fact.direction == one.direction), None)
        if right is None:
            day.false_postings.append(f"{one}: {[outcome.fact for outcome in told.get(one.pallet, ())]}")
        else:
            right.posted.append(one.direction)
            day.waits_ms.append(one.waited_ms)
            day.commits_ms.append(one.commit_ms)
    for episode in script:
        if not any(fact.ambiguous or fact.unsure for fact in episode.facts):
            day.episodes += 1
            begins, ends = _span_ms(episode.begins_s), _span_ms(episode.ends_s) + 500
            codes = [code for opened, closed, code in gate.refusals if opened < ends and closed > begins]
            day.excepted += [(episode.kind, codes[0])] if codes else []
            if not codes:
                day.silent += [str(one.fact) for one in by_episode.get(id(episode), ()) if one.is_silent]


def _find_directions(outcome: Outcome, gate: Gate) -> None:
    """All directions of passages of that time in which most tags of this pallet went along."""
    fact = outcome.fact
    own = gate.epcs[fact.pallet]
    for passage in gate.passages:
        if passage.opened_ms < _span_ms(fact.ends_s) + LATE_MS and passage.closed_ms > _span_ms(fact.begins_s):
            counted = {tag.epc for tag in passage.tags if tag.counts}
            if len(counted & own) >= max(1, min(MANY_TAGS, len(own) // 4)):
                outcome.directions.add(passage.direction)


def _is_during(fact: Fact, at_ms: int) -> bool:
    return _span_ms(fact.begins_s) <= at_ms <= _span_ms(fact.ends_s) + LATE_MS


def _span_ms(at_s: float) -> int:
    return BEGINS_MS + int(at_s * 1000)


def _note_rates(day: Day, stretch: Stretch) -> None:
    seconds = Counter(int(one.at_s) for one in stretch.said if isinstance(one, Heard))
    day.reads += seconds.total()
    day.peak_per_s = max([day.peak_per_s, *seconds.values()])
    if stretch.episode is not None:
        day.rates_per_s += seconds.values()
