"""Lead times and punctuality of a loop that was really worked with."""

from __future__ import annotations

from gateway.model import Action
from gateway.report.delivery import Deliveries, lead_time, on_time
from tests.kanban.floor import DOCK, LINE, Floor


def heard(floor: Floor) -> Deliveries:
    listener = Deliveries({"LP-1": "SUPERMARKET"})
    for seq, body in enumerate(floor.view.journal, 1):
        listener.take({**body, "seq": seq})
    return listener


def turn(floor: Floor, minutes: float, card: str = "C1") -> None:
    """Emptied, and back after so many minutes."""
    floor.empty(card)
    floor.wait(minutes * 60)
    floor.fill(card)
    floor.wait(4 * 3600)


def test_lead_time_is_from_the_signal_to_the_bin() -> None:
    floor = Floor()
    for minutes in (20, 30, 40, 90):
        turn(floor, minutes)
    answer = lead_time(heard(floor).found)
    assert answer.rows == [("LP-1", "SUPERMARKET", 4, 0.5, 1.5, 1.5)]


def test_on_time_is_when_it_was_due_or_before() -> None:
    floor = Floor()  # replenished within an hour
    for minutes in (60, 61, 10, 180):
        turn(floor, minutes)
    answer = on_time(heard(floor).found)
    assert answer.rows == [("SUPERMARKET", 4, 2, 2, 50.0, 1.01)]
    assert answer.total == {"deliveries": 4, "on time %": 50.0}


def test_minutes_are_not_shown_as_no_time_at_all() -> None:
    floor = Floor()
    turn(floor, 3)
    answer = lead_time(heard(floor).found)
    assert answer.rows[0][3] == 0.05
    turn(floor, 1)
    assert "0.02" in "\n".join(lead_time(heard(floor).found).lines())


def test_a_filling_that_was_undone_never_came() -> None:
    floor = Floor()
    floor.empty("C1")
    floor.wait(600)
    floor.fill("C1")
    floor.scan("C1", DOCK, Action.UNDO)
    assert heard(floor).found == []


def test_an_inferred_filling_has_no_time_of_its_own() -> None:
    floor = Floor()
    turn(floor, 30)
    floor.empty("C1")
    floor.wait(5 * 3600)
    assert [event.kind for event in floor.scan("C1", LINE).events] == ["card_filled", "card_emptied"]
    assert len(heard(floor).found) == 1


def test_a_rules_order_is_a_delivery_too() -> None:
    from tests.backtest.script import Script

    script = Script()
    ask = script.signal(1, "50")
    ask["tr"] |= {"due": ask["w"], "source": "V1"}
    script.add(3, "reorder_closed", need=ask["key"], why="received")
    listener = Deliveries({})
    for event in script.events:
        listener.take(event)
    assert lead_time(listener.found).rows == [("R", "V1", 1, 48.0, 48.0, 48.0)]
    assert on_time(listener.found).rows == [("V1", 1, 0, 1, 0.0, 48.0)]
