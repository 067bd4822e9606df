"""Flip one bit at a time in everything a store keeps and ask whether anybody notices (figure F3).

A flip is harmless when every row of every table still reads the same; otherwise `verify`, or the
start of the store, has to say so. A flip in the write-ahead log cuts off everything behind it:
the head witness has to notice that, and no sequence may be given twice afterwards.

    python -m tests.faults.bit_flips <seed> <flips> [until-broken]
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from gateway.errors import GatewayError
from gateway.model import Acknowledgement, Disposition, MasterData
from gateway.store.connection import DATABASE
from gateway.store.export import verify_export
from gateway.store.reader import StoreReader
from gateway.store.schema import PROJECTIONS
from gateway.store.verify import verify
from gateway.store.witness import WITNESS
from gateway.store.writer import Request
from tests.faults.content import OWN, UNSETTLED, Content, read_content
from tests.faults.powerloss import scratch
from tests.faults.report import Tally
from tests.faults.workload import shelf
from tests.store.rig import HandClock, Rig

CONTENT = ("journal", *PROJECTIONS, *UNSETTLED)


@dataclass(frozen=True)
class Sample:
    """One store as it stands on the disk, and what it says."""

    files: dict[str, bytes]
    content: Content


def sample(place: Path, random: Random, *, checkpointed: bool, scans: int = 60) -> Sample:
    """A store with a bit of everything; un-checkpointed, its last commits are only in the log."""
    source = place / "source"
    rig = Rig(source, HandClock(), decide=shelf, ballast_kib=0)
    rows = tuple({"id": f"K-{number}", "loop": "LP-1", "code": f"C{number}"} for number in range(8))
    rig.writer.step([Request(MasterData("cards", 1, "v1", rows))])
    for number in range(scans):
        rig.scan(*[random.choice(("K-1", "K-2", "K-3", "K-4", "BAD", "SKIP")) for _ in range(random.choice((1, 2)))])
        if number == scans // 3:
            digest = rig.rows("SELECT hash FROM outbox WHERE stream='sig' AND seq=5")[0][0]
            told = (Disposition(1, 2, "", "rejected", "CARD_BLOCKED"),)
            rig.writer.step([Request(Acknowledgement(rig.store.epoch, "sig", 5, bytes(digest), told))])  # type: ignore[call-overload]
        if number == scans // 2:
            rig.store.checkpoint(truncate=True)
    if checkpointed:
        rig.store.checkpoint(truncate=True)
    names = [DATABASE, WITNESS] if checkpointed else [DATABASE, f"{DATABASE}-wal", WITNESS]
    files = {name: (source / name).read_bytes() for name in names}
    content = read_content(source)
    rig.close()
    shutil.rmtree(source)
    if content is None:
        raise RuntimeError("the sample has no content")
    return Sample(files, content)


class Flipper:
    """One store, written out again with one bit changed, looked at, and again."""

    def __init__(self, place: Path, original: Sample, tally: Tally, random: Random) -> None:
        self._dir = place / "flipped"
        self._original = original
        self._tally = tally
        self._random = random

    def flip(self, name: str, look: Callable[[str], str]) -> None:
        """Flip a random bit of a file; `look` says what came of it."""
        data = bytearray(self._original.files[name])
        position = self._random.randrange(len(data))
        while name == WITNESS and data[position] == ord(" "):  # most of it is padding
            position = self._random.randrange(len(data))
        data[position] ^= 1 << self._random.randrange(8)
        shutil.rmtree(self._dir, ignore_errors=True)
        self._dir.mkdir()
        for other, content in self._original.files.items():
            (self._dir / other).write_bytes(data if other == name else content)
        self._tally.tried += 1
        self._tally.counts[look(f"{name} byte {position}")] += 1

    def verified(self, where: str) -> str:
        """Either nothing changed, or `verify` says that something did."""
        try:
            now = read_content(self._dir)
        except (sqlite3.Error, UnicodeDecodeError):
            now = None
        if now is not None and now.same(self._original.content, (*CONTENT, *OWN)):
            return "harmless"
        if now is not None and not now.same(self._original.content, OWN) and not self._starts():
            return "refused at start"
        try:
            if not verify(self._dir).is_ok:
                return "noticed"
        except GatewayError:
            return "noticed"
        if now is not None and self._is_earlier_settlement(now):
            return "settled again"
        self._tally.fail(f"{where}: content changed and nobody noticed")
        return "MISSED"

    def started(self, where: str) -> str:
        """After a start: what was lost is told, the epoch is new, and no sequence is used twice."""
        original = self._original.content
        try:
            rig = Rig(self._dir, HandClock(), decide=shelf, ballast_kib=0)
        except GatewayError:
            return "refused at start"
        codes = {code for code, _ in rig.store.notes}
        seq_before, epoch_before = original.tables["journal"][-1][0], dict(original.tables["meta"])["epoch"]
        rig.scan("K-1")
        epoch, rows = rig.store.epoch, rig.store.connection.execute("SELECT seq,id FROM journal").fetchall()
        rig.close()
        known = {row[0]: row[1] for row in original.tables["journal"]}
        if any(known.get(seq, event_id) != event_id for seq, event_id in rows):
            self._tally.fail(f"{where}: a sequence was used twice")
        if any(seq not in dict(rows) for seq in known):
            if not codes & {"TAIL_LOST", "OTHER_HISTORY"} or epoch == epoch_before:
                self._tally.fail(f"{where}: rows are gone and the start did not tell ({codes})")
                return "MISSED"
            return "told at start"
        if codes & {"TAIL_LOST", "OTHER_HISTORY"}:
            self._tally.fail(f"{where}: a false alarm, nothing is gone after {seq_before} ({codes})")
        return "harmless at start"

    def opened(self, where: str) -> str:
        """A start over a damaged database works or says clearly why not."""
        try:
            Rig(self._dir, HandClock(), ballast_kib=0).close()
        except GatewayError:
            return "refused at start"
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody could make sense of it
            self._tally.fail(f"{where}: the start raised {error!r}")
            return "RAW ERROR"
        return "started"

    def _starts(self) -> bool:
        try:
            Rig(self._dir, HandClock(), ballast_kib=0).close()
        except (GatewayError, sqlite3.Error):
            return False
        return True

    def _is_earlier_settlement(self, now: Content) -> bool:
        """The last acknowledgement is gone, nothing else: its events are sent once more, and the ERP knows them."""
        if not now.same(self._original.content, ("journal", *PROJECTIONS)):
            return False
        return set(now.tables["outbox"]) >= set(self._original.content.tables["outbox"])


def flip_export(place: Path, original: Sample, flips: int, random: Random, tally: Tally) -> None:
    """The exported journal: any changed bit is noticed, since the export carries the chain."""
    source = place / "exported"
    source.mkdir()
    for name, data in original.files.items():
        (source / name).write_bytes(data)
    reader = StoreReader(source)
    lines = b"".join(reader.export())
    reader.close()
    if findings := verify_export(lines.splitlines(keepends=True)).findings:
        tally.fail(f"an untouched export: {findings}")
    for _ in range(flips):
        flipped, position = bytearray(lines), random.randrange(len(lines))
        flipped[position] ^= 1 << random.randrange(8)
        tally.tried += 1
        if verify_export(bytes(flipped).splitlines(keepends=True)).is_ok:
            tally.fail(f"export byte {position}: changed and nobody noticed")
        else:
            tally.counts["export: noticed"] += 1


def attempt(seed: int, flips: int, *, until_broken: bool = False) -> Tally:
    """Flip `flips` bits, spread over database, write-ahead log, witness, starts and the export."""
    tally, random, place = Tally(), Random(seed), scratch()
    try:
        whole, open_ended = sample(place, random, checkpointed=True), sample(place, random, checkpointed=False)
        closed, tail = Flipper(place, whole, tally, random), Flipper(place, open_ended, tally, random)
        plan = (
            (6, closed, DATABASE, closed.verified), (2, tail, f"{DATABASE}-wal", tail.verified),
            (1, tail, WITNESS, tail.verified), (1, tail, f"{DATABASE}-wal", tail.started),
            (1, tail, WITNESS, tail.started), (1, closed, DATABASE, closed.opened),
        )  # fmt: skip
        for weight, flipper, name, look in plan:
            for _ in range(max(1, flips * weight // 13)):
                flipper.flip(name, look)
                if until_broken and tally.broken:
                    return tally
        flip_export(place, whole, max(1, flips // 13), random, tally)
    finally:
        shutil.rmtree(place)
    return tally


if __name__ == "__main__":
    logging.disable()
    print(attempt(int(sys.argv[1]), int(sys.argv[2]), until_broken="until-broken" in sys.argv).as_json())
