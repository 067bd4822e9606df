"""Any history of badges, questions, approvals, inspections and restarts: tables equal the fold of the journal (R4)."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.decide import Decider
from gateway.ids import new_id
from gateway.kanban.session import SessionRules
from gateway.model import Action, MasterData, Outcome, Read, Scan, Tick
from gateway.quantity import parse_quantity
from gateway.stations.station import Station
from gateway.store.rebuild import rebuild
from gateway.store.verify import verify
from gateway.store.writer import Request
from tests.kanban.floor import LOOP
from tests.store.rig import HandClock, Rig

LIMIT = 30
STATIONS = {
    "use": Station("use", "consume", "LINE3"),
    "in": Station("in", "receive", "LINE3", asks_quantity=True),
    "lab": Station("lab", "quality", "LAB", badge_required=True),
}
PEOPLE: list[dict[str, Any]] = [
    {"id": "ann", "badge": "1", "shift": "06:00-14:20"},  # her shift ends 400 s after the start
    {"id": "bob", "badge": "2", "roles": ["supervisor"]},
    {"id": "qin", "badge": "3", "roles": ["quality", "supervisor"]},
    {"id": "out", "badge": "4", "roles": ["supervisor"], "blocked": True},
]
SUPERVISORS = {"badge:bob", "badge:qin"}

stations = st.sampled_from(sorted(STATIONS))
steps = st.one_of(
    st.tuples(st.just("card"), stations, st.sampled_from(["C1", "C2"])),
    st.tuples(st.just("card"), stations, st.sampled_from(["C1", "C2"])),
    st.tuples(st.just("badge"), stations, st.sampled_from(["1", "2", "3", "4", "9"])),
    st.tuples(st.just("quantity"), stations, st.sampled_from(["5", "25", "40", "400"])),
    st.tuples(
        st.sampled_from(["cancel", "sign_out", "undo", "reject", "found", "mode_training", "mode_live"]),
        stations,
        st.just(""),
    ),
    st.tuples(st.just("wait"), st.sampled_from(["4", "70", "301", "700", "4000"]), st.just("")),
    st.tuples(st.sampled_from(["restart", "reboot", "tick", "block ann", "unblock ann"]), st.just(""), st.just("")),
)  # fmt: skip


class History:
    """One gateway whose store is real, with a scanner at each station."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.clock = HandClock()
        self.version = 0
        self.rig = self.open()
        loop = {**LOOP, "approve_above": str(LIMIT), "inspected": True, "over_pct": 10}
        cards = tuple({"id": f"C{n}", "loop": "LP-1"} for n in (1, 2))
        self.step(MasterData("loops", 1, "e", (loop,)))
        self.step(MasterData("cards", 1, "e", cards))
        self.people(blocked=False)

    def open(self) -> Rig:
        return Rig(self.directory, self.clock, Decider(STATIONS, sessions=SessionRules()))

    def step(self, intake: Any) -> Outcome:
        return self.rig.writer.step([Request(intake)])[0]

    def people(self, *, blocked: bool) -> None:
        self.version += 1
        rows = ({**PEOPLE[0], "blocked": blocked}, *PEOPLE[1:])
        self.step(MasterData("people", self.version, f"e{self.version}", rows))

    def act(self, what: str, where: str, subject: str) -> None:
        if what == "wait":
            self.clock.pass_time(int(where) * 1000)
        elif what in ("restart", "reboot"):
            self.rig.close()
            if what == "reboot":
                self.clock.boot += "+"
                self.clock.mono = 1000
            self.rig = self.open()
        elif what == "tick":
            self.step(Tick())
        elif what.endswith("ann"):
            self.people(blocked=what == "block ann")
        else:
            outcome = self.step(self.scan(what, where, subject))
            assert outcome.verdict.code != "INTERNAL", outcome

    def scan(self, what: str, where: str, subject: str) -> Scan:
        clock = self.clock
        data = f"{what} {subject}".encode()
        read = Read(new_id(clock.wall), f"scan-{where}", where, data, "]d2", clock.wall, clock.mono, clock.boot, "ntp")
        if what == "card":
            return Scan(read, card=subject)
        if what == "badge":
            return Scan(read, Action.BADGE, badge=subject)
        return Scan(read, Action(what), quantity=parse_quantity(subject) if subject else None)

    def tables(self) -> dict[str, list[tuple[object, ...]]]:
        names = ("card", "stock", "signal", "fact", "resolve", "fill")
        return {name: self.rig.rows(f"SELECT * FROM {name} ORDER BY 1, 2") for name in names}

    def journal(self) -> list[dict[str, Any]]:
        return [event for seq in range(1, 2000) if (event := self.rig.store.view.event(seq)) is not None]


@pytest.mark.promise("R4")
@pytest.mark.decision("K14")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, min_size=5, max_size=30))
def test_any_history_of_people_is_the_fold_of_its_journal_and_books_nothing_unapproved(
    history: list[tuple[str, str, str]],
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        floor = History(Path(directory))
        for what, where, subject in history:
            floor.act(what, where, subject)
        before = floor.tables()
        check(floor.journal())
        floor.rig.close()
        assert verify(Path(directory)).findings == []
        rebuild(Path(directory), floor.clock)
        floor.rig = floor.open()
        assert floor.tables() == before
        floor.rig.close()


def check(journal: list[dict[str, Any]]) -> None:
    """What no history may have booked, read from the journal alone."""
    sessions: dict[str, str] = {}  # device -> person, by the events that start and end a session
    for event in journal:
        device = event.get("dev", "")
        if event["kind"] in ("session_started", "session_ended"):
            facts = [row for row in event["facts"] if row[0] == "badge"]
            sessions |= {row[1]: f"badge:{row[2]['person']}" if row[2] else "" for row in facts}
        elif "op" in event and event["kind"].startswith("card_"):
            assert event["op"] == sessions.get(device), event
        assert event.get("op") != "badge:out", event
        moved = [parse_quantity(move["base"]) for move in event.get("mv", ())]
        if (
            moved
            and event["kind"] in ("card_emptied", "card_filled", "quantity_withdrawn")
            and max(moved) > LIMIT * 10**6
        ):
            assert event["approved_by"] in SUPERVISORS - {event.get("op")}, event
        if event["kind"] in ("card_accepted", "card_rejected"):
            assert event["op"] in SUPERVISORS, event
