"""The unsynced part of one store brought into another: once, with its origin, and the store stays sound."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from gateway.decide import Decider
from gateway.kanban.carried import meaning
from gateway.master import PARSERS
from gateway.model import Acknowledgement, Disposition, Intake, Scan
from gateway.store.mail import BroughtIn, MailError, bring_in, incoming, outgoing
from gateway.store.rebuild import rebuild
from gateway.store.store import Store
from gateway.store.verify import verify
from gateway.store.writer import Request
from gateway.view import View
from tests.store.rig import HandClock, Rig, toggle

_DECIDER = Decider({})


def decide(intake: Intake, view: View):  # type: ignore[no-untyped-def]
    return toggle(intake, view) if isinstance(intake, Scan) else _DECIDER(intake, view)


@pytest.fixture
def dead(tmp_path: Path) -> Rig:
    """A box with two settled scans, three that wait, and one of the settled ones refused."""
    rig = Rig(tmp_path / "dead", decide=decide)
    rig.scan("K-1", "K-2")
    ids = [str(row[0]) for row in rig.rows("SELECT body ->> '$.id' FROM journal WHERE stream='sig' ORDER BY seq")]
    state = rig.store.journal.streams["sig"]
    told = (Disposition(1, 1, ids[0], "rejected", "PERIOD_CLOSED"),)
    rig.writer.step([Request(Acknowledgement(rig.store.epoch, "sig", *state, told))])
    rig.scan("K-3", "K-1", "K-4")
    return rig


def lines(rig: Rig) -> list[bytes]:
    return list(outgoing(rig.data_dir, "prod", HandClock()))


def fresh(directory: Path, gateway: str = "G2") -> Store:
    return Store(directory, HandClock(), PARSERS, site="P1", gateway=gateway, ballast_kib=0)


def brought(store: Store, content: list[bytes]) -> BroughtIn:
    head, letters = incoming(iter(content))
    return bring_in(store, head, letters, lambda events: meaning(events, store.view), HandClock())


def outbox(store: Store) -> list[tuple[Any, ...]]:
    return store.connection.execute(
        "SELECT o.seq, j.body ->> '$.card', j.body -> '$.origin' FROM outbox o JOIN journal j ON j.seq=o.jseq"
        " WHERE o.stream='sig' ORDER BY o.seq"
    ).fetchall()


@pytest.mark.promise("R2")
def test_what_waits_and_what_was_refused_goes_over_in_order_with_its_origin(dead: Rig, tmp_path: Path) -> None:
    store = fresh(tmp_path / "new")
    epoch = store.epoch
    result = brought(store, lines(dead))
    assert (result.new, result.known, result.head.gateway) == (4, 0, "G1")
    assert store.epoch != epoch
    assert [(seq, card) for seq, card, _ in outbox(store)] == [(1, "K-1"), (2, "K-3"), (3, "K-1"), (4, "K-4")]
    origins = [orjson.loads(origin) for _, _, origin in outbox(store)]
    assert [origin["s"] for origin in origins] == [0, 3, 4, 5]
    assert {(origin["gw"], origin["ep"], origin["st"]) for origin in origins} == {("G1", dead.store.epoch, "sig")}
    store.close()
    assert verify(tmp_path / "new").findings == []
    rebuild(tmp_path / "new", HandClock())
    assert verify(tmp_path / "new").findings == []


def test_brought_twice_it_is_there_once(dead: Rig, tmp_path: Path) -> None:
    store = fresh(tmp_path / "new")
    brought(store, lines(dead))
    before, epoch = outbox(store), store.epoch
    result = brought(store, lines(dead))
    assert (result.new, result.known, store.epoch) == (0, 4, epoch)
    assert outbox(store) == before
    store.close()


def test_brought_back_to_the_box_it_came_from_nothing_happens(dead: Rig) -> None:
    content, epoch = lines(dead), dead.store.epoch
    assert brought(dead.store, content).new == 0
    assert dead.store.epoch == epoch


def test_what_was_brought_and_not_delivered_travels_on_under_its_first_origin(dead: Rig, tmp_path: Path) -> None:
    second = fresh(tmp_path / "second")
    brought(second, lines(dead))
    onward = list(outgoing(tmp_path / "second", "prod", HandClock()))
    second.close()
    third = fresh(tmp_path / "third", "G3")
    assert brought(third, onward).new == 4
    assert {orjson.loads(origin)["gw"] for _, _, origin in outbox(third)} == {"G1"}
    third.close()


def test_stock_here_counts_what_was_brought(dead: Rig, tmp_path: Path) -> None:
    store = fresh(tmp_path / "new")
    brought(store, lines(dead))
    assert store.view.stock("SCREW-A", "LINE3", "available", "") == -80_000_000  # emptied K-1, K-3, K-4, filled K-1
    store.close()


def _lines(change: Any = None, head: Any = None) -> Iterator[bytes]:
    event = {
        "id": "0199f0aa-0000-7000-8000-000000000001", "t": "card_emptied", "w": "2026-11-22T03:57:55.831Z", "m": 1,
        "boot": "b", "q": "ntp", "mv": [], "after": [],
    }  # fmt: skip
    told = {"v": 1, "what": "kanban-gateway unsynced", "site": "P1", "env": "prod", "gw": "G1", "ep": "E", "events": 1}
    yield orjson.dumps({**told, **(head or {})}) + b"\n"
    letter = {"st": "sig", "s": 1, "event": event}
    yield orjson.dumps(change(letter, event) if change else letter) + b"\n"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda letter, event: {**letter, "st": "nope"}, "stream 'nope'"),
        (lambda letter, event: {**letter, "s": -1}, "number -1"),
        (lambda letter, event: {**letter, "event": {**event, "id": "x"}}, "line 2"),
        (lambda letter, event: {**letter, "event": {**event, "id": event["id"].upper()}}, "lower case"),
        (lambda letter, event: {**letter, "event": {**event, "id": 7}}, "line 2"),
        (lambda letter, event: {**letter, "event": {**event, "m": "1"}}, "monotonic"),
        (lambda letter, event: {**letter, "event": {**event, "w": "yesterday"}}, "line 2"),
        (lambda letter, event: {**letter, "event": {**event, "mv": [1.5]}}, "fraction"),
        (lambda letter, event: {**letter, "event": {**event, "mv": [{}]}}, "no event can say"),
        (lambda letter, event: {**letter, "event": {**event, "after": [{}]}}, "no event can say"),
        (lambda letter, event: {**letter, "event": []}, "line 2"),
        (lambda letter, event: [], "line 2"),
    ],
)
def test_an_event_that_is_none_is_told_and_nothing_is_stored(change: Any, said: str, tmp_path: Path) -> None:
    store = fresh(tmp_path / "new")
    before = store.connection.execute("SELECT count(*) FROM journal").fetchone()
    with pytest.raises(MailError, match=said):
        brought(store, list(_lines(change)))
    assert store.connection.execute("SELECT count(*) FROM journal").fetchone() == before
    assert brought(store, list(_lines())).new == 1
    store.close()
    assert verify(tmp_path / "new").findings == []


@pytest.mark.parametrize("head", [{"v": 2}, {"what": "?"}, {"site": 1}, {"events": 9}, {"events": -1}, {"events": "1"}])
def test_a_head_that_does_not_fit_is_told(head: dict[str, Any], tmp_path: Path) -> None:
    store = fresh(tmp_path / "new")
    with pytest.raises(MailError, match=r"line 1|the head says"):
        brought(store, list(_lines(head=head)))
    store.close()
