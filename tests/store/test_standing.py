"""What every tick asks about all cards is remembered, and is always what the tables say."""

from __future__ import annotations

import sqlite3
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.store import standing
from gateway.store.projections import FACTS_REMEMBERED, Projections
from gateway.store.schema import create_projections

CARDS = [f"C{n}" for n in range(6)]
LOOPS = ["L1", "L2"]

_turns = st.tuples(
    st.just("turn"), st.sampled_from(CARDS), st.sampled_from(LOOPS), st.sampled_from(["WAIT", "EMPTY", "FULL"]),
    st.integers(0, 4), st.sampled_from(["ACTIVE", "ACTIVE", "LOST"]),
)  # fmt: skip
_steps = st.one_of(
    _turns, st.tuples(st.just("remove"), st.sampled_from(CARDS)), st.tuples(st.sampled_from(["commit", "roll back"]))
)


def _projections() -> Projections:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    create_projections(connection)
    return Projections(connection)


def _fold(projections: Projections, seq: int, **members: Any) -> None:
    body = {"w": "2026-11-28T12:00:00.000Z", "m": seq, "boot": "b0", **members}
    projections.fold(seq, body)


def _turned(card: str, loop: str, state: str, cycle: int, life: str) -> dict[str, Any]:
    row = {"card": card, "loop": loop, "life": life, "state": state, "cycle": cycle, "qty": "1", "rev": 1}
    return {"after": [{**row, "undone": 0, "sig": ""}]}


@settings(max_examples=60, deadline=None)
@given(st.lists(_steps, max_size=25))
def test_what_is_remembered_is_what_the_tables_say(steps: list[Any]) -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    create_projections(connection)
    projections = Projections(connection)
    connection.execute("BEGIN")
    for seq, (what, *told) in enumerate(steps, start=1):
        if what == "turn":
            _fold(projections, seq, **_turned(*told))
        elif what == "remove":
            _fold(projections, seq, gone=told)
        elif what == "roll back":
            connection.execute("ROLLBACK")
            connection.execute("BEGIN")
            projections.forget()
        remembered = projections.standing.left_behind(2), projections.standing.oldest_wait()
        projections.write()
        fresh = Projections(connection)
        assert remembered == (fresh.standing.left_behind(2), fresh.standing.oldest_wait())
        if what == "commit":
            connection.execute("COMMIT")
            connection.execute("BEGIN")
    connection.close()


def test_another_number_of_circulations_is_another_question() -> None:
    projections = _projections()
    _fold(projections, 1, **_turned("C1", "L1", "FULL", 4, "ACTIVE"))
    _fold(projections, 2, **_turned("C2", "L1", "FULL", 2, "ACTIVE"))
    assert [card.card for card in projections.standing.left_behind(2)] == ["C2"]
    assert projections.standing.left_behind(3) == []


def test_when_many_loops_have_moved_all_are_asked_at_once() -> None:
    projections = _projections()
    assert projections.standing.left_behind(2) == []
    for n in range(standing.STIRRED_LOOPS + 1):
        _fold(projections, 2 * n + 1, **_turned(f"A{n:03d}", f"L{n:03d}", "FULL", 5, "ACTIVE"))
        _fold(projections, 2 * n + 2, **_turned(f"B{n:03d}", f"L{n:03d}", "FULL", 1, "ACTIVE"))
    behind = [card.card for card in projections.standing.left_behind(2)]
    assert behind == [f"B{n:03d}" for n in range(standing.STIRRED_LOOPS + 1)]


def test_all_facts_of_a_kind_are_as_of_the_last_event() -> None:
    projections = _projections()
    assert projections.facts("mode") == {}
    _fold(projections, 1, facts=[["mode", "loop/L2", {"mode": "shadow"}], ["mode", "loop/L1", {"mode": "live"}]])
    assert list(projections.facts("mode")) == ["loop/L1", "loop/L2"]
    _fold(projections, 2, facts=[["mode", "loop/L1", None]])
    assert projections.facts("mode") == {"loop/L2": {"mode": "shadow"}}


def test_a_kind_with_very_many_facts_is_not_kept_in_memory() -> None:
    projections = _projections()
    rows = [["unit", f"{n:05d}", {"n": n}] for n in range(FACTS_REMEMBERED + 1)]
    _fold(projections, 1, facts=rows)
    assert len(projections.facts("unit")) == FACTS_REMEMBERED + 1
    assert projections.facts("unit") is not projections.facts("unit")
