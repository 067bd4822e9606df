"""A batch in one transaction must come to exactly what the same intakes come to one by one.

The store writes a batch's rows late and answers questions about them from memory; this is the test
that it never answers with yesterday's row.
"""

from __future__ import annotations

import json
import tempfile
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.decide import Decider
from gateway.model import Action, Command, Intake, MasterData, Read, Scan, Tick
from gateway.quantity import MICRO
from gateway.stations.station import Station
from gateway.store.schema import PROJECTIONS
from gateway.store.verify import verify
from gateway.store.writer import Request
from tests.store.rig import HandClock, Rig

STATIONS = {
    "USE": Station("USE", "consume", "LINE"),
    "IN": Station("IN", "receive", "LINE"),
    "SRC": Station("SRC", "source", "STORE", "ship"),
}
_LOOP = {
    "item": "SCREW", "quantity": "40", "uom": "PCE", "consumer": "LINE", "source": "STORE", "replenishment_s": 100,
    "on_empty": "issue", "on_full": "transfer",
}  # fmt: skip
LOOPS: list[dict[str, Any]] = [
    {"id": "PLAIN", "cards": 3, **_LOOP},
    {"id": "BATCH", "cards": 3, "trigger_point": 2, "max_wait_s": 30, **_LOOP},
    {"id": "OWN", "cards": 2, "independent_source": True, **_LOOP},
    {"id": "LEVEL", "cards": 2, "pitch_s": 10, "deciding_gateway": "G1", "max_wait_s": 30, **_LOOP},
]
CARDS: list[dict[str, Any]] = [
    {"id": f"{loop['id']}-{number}", "loop": loop["id"]} for loop in LOOPS for number in range(loop["cards"])
]
DATASETS = (
    ("items", [{"id": "SCREW", "name": "Screw", "uom": "PCE"}]),
    ("locations", [{"id": "LINE"}, {"id": "STORE"}]),
    ("loops", LOOPS),
    ("cards", CARDS),
)

ACTIONS = ("scan", "scan", "scan", "empty", "full", "withdraw", "release", "ship", "undo", "tick", "fill", "again")
Step = tuple[str, str, str, int]  # action, card, station, seconds that pass before it

steps = st.lists(
    st.tuples(
        st.sampled_from(ACTIONS),
        st.sampled_from([str(card["id"]) for card in CARDS] + ["NONE"]),
        st.sampled_from(sorted(STATIONS)),
        st.sampled_from([0, 0, 1, 5, 12, 60, 120]),
    ),
    max_size=40,
)  # fmt: skip


def _intakes(plan: list[Step]) -> list[Intake]:
    clock = HandClock()
    made: list[Intake] = []
    for number, (action, card, station, seconds) in enumerate(plan):
        clock.pass_time(seconds * 1000)
        if action == "tick":
            made.append(Tick())
        elif action == "fill":
            made.append(Command(f"command-{number}", "card_full", {"card": card, "cycle": 1}))
        elif action == "again" and made:
            made.append(made[-1])
        else:
            read_id = f"{clock.wall:012x}"
            read = Read(
                f"{read_id[:8]}-{read_id[8:]}-7000-8000-{number:012x}", "scan", station, card.encode(), "]Q1",
                clock.wall, clock.mono, clock.boot, "ntp",
            )  # fmt: skip
            what = Action.SCAN if action in ("scan", "again") else Action(action)
            made.append(Scan(read, what, card, quantity=15 * MICRO if what is Action.WITHDRAW else None))
    return made


def _run(plan: list[Intake], sizes: list[int]) -> dict[str, Any]:
    """Everything that can be asked of a store after the intakes, committed in batches of these sizes."""
    numbers = count(1)
    same_ids = patch("gateway.store.commit.new_id", lambda wall_ms: f"00000000-0000-7000-8000-{next(numbers):012x}")
    with tempfile.TemporaryDirectory() as directory, same_ids:
        clock = HandClock(wall_ms=1_790_000_900_000, mono_ms=5_900_000)
        rig = Rig(Path(directory), clock, decide=Decider(STATIONS))
        rig.writer.step([Request(MasterData(name, 1, "e", tuple(rows))) for name, rows in DATASETS])
        codes: list[str] = []
        rest = list(plan)
        while rest:
            size = max(1, sizes.pop(0) if sizes else len(rest))
            batch, rest = rest[:size], rest[size:]
            codes += [outcome.verdict.code for outcome in rig.writer.step([Request(one) for one in batch])]
        found: dict[str, Any] = {table: sorted(map(str, rig.rows(f"SELECT * FROM {table}"))) for table in PROJECTIONS}
        found["codes"] = codes
        found["journal"] = [_without_chance(str(body)) for (body,) in rig.rows("SELECT body FROM journal ORDER BY seq")]
        rig.close()
        assert verify(Path(directory)).findings == []
        return found


def _without_chance(body: str) -> dict[str, Any]:
    """An event without what is drawn anew each time."""
    event: dict[str, Any] = json.loads(body)
    if event["t"] == "epoch_started":
        del event["id"], event["epoch"]
    return event


@pytest.mark.slow
@settings(max_examples=60)
@given(plan=steps, sizes=st.lists(st.integers(1, 12), max_size=12))
def test_a_batch_comes_to_what_its_intakes_come_to_one_by_one(plan: list[Step], sizes: list[int]) -> None:
    intakes = _intakes(plan)
    alone = _run(intakes, [1] * len(intakes))
    together = _run(intakes, list(sizes))
    assert together == alone
