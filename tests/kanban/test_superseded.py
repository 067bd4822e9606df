"""K3: two gateways saw the same need, or one of them missed a FULL. Demand is never lost to a key."""

from __future__ import annotations

import pytest

from gateway.model import Acknowledgement, Action, Disposition
from tests.kanban.floor import STORE, Floor, kinds

pytestmark = pytest.mark.decision("K3")


def test_K3_two_gateways_one_need_the_loser_takes_its_movement_and_signal_back() -> None:
    floor = Floor()
    floor.empty()
    event = floor.last("card_emptied")
    decision = floor.dispose(event, "superseded", now_cycle=1, now_state="ORDERED", by="L9-01")
    assert kinds(decision) == ["card_superseded"]
    body = decision.events[0].body
    assert (body["ref"], body["by"], body["closes"]) == (event["id"], "L9-01", ["card/P1/C1/1/empty"])
    assert decision.events[0].stream == ""
    assert (floor.state(), floor.cycle(), floor.orders()) == ("ORDERED", 1, [])
    assert floor.view.level("SCREW-A", "LINE3") == "0"


def test_K3_the_card_stays_when_the_winner_stands_where_we_stand() -> None:
    floor = Floor()
    floor.empty()
    floor.dispose(floor.last("card_emptied"), "superseded", now_cycle=1, now_state="EMPTY")
    assert (floor.state(), floor.cycle(), floor.view.cards["C1"].signal) == ("EMPTY", 1, "")
    floor.wait(1800)
    assert floor.fill().verdict.code == "CARD_FILLED"


def test_K3_an_emptying_under_an_old_number_is_issued_again_as_the_next_circulation() -> None:
    floor = Floor()
    floor.empty()
    event = floor.last("card_emptied")
    decision = floor.dispose(event, "superseded", now_cycle=4, now_state="FULL")
    assert kinds(decision) == ["card_superseded", "card_emptied"]
    again = decision.events[1]
    assert (again.stream, again.key) == ("sig", "card/P1/C1/5/empty")
    assert again.body["ref"] == event["id"]
    assert again.body["mv"] == event["mv"]
    assert again.body["tr"]["qty"] == "40"
    assert (floor.state(), floor.cycle(), floor.orders()) == ("EMPTY", 5, ["card/P1/C1/5/empty"])
    assert floor.view.level("SCREW-A", "LINE3") == "-40"


def test_K3_the_new_emptying_is_as_old_as_the_scan_was() -> None:
    floor = Floor()
    floor.empty()
    event = floor.last("card_emptied")
    floor.wait(1000)
    floor.dispose(event, "superseded", now_cycle=4, now_state="FULL")
    floor.wait(800)
    assert kinds(floor.empty()) == ["card_filled", "card_emptied"]  # 1800 s after the scan


def test_K3_a_bin_filled_here_meanwhile_is_full_again_under_the_right_number() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(1800)
    floor.fill()
    empty, full = floor.last("card_emptied"), floor.last("card_filled")
    both = (
        Disposition(1, 1, empty["id"], "superseded", now_cycle=1, now_state="FULL"),
        Disposition(2, 2, full["id"], "superseded", now_cycle=1, now_state="FULL"),
    )
    decision = floor.submit(Acknowledgement("EPOCH-1", "sig", 2, b"", both))
    assert kinds(decision) == ["card_superseded", "card_emptied", "card_filled", "card_superseded"]
    assert [event.key for event in decision.events if event.key] == ["card/P1/C1/2/empty", "card/P1/C1/2/full"]
    assert (floor.state(), floor.cycle(), floor.orders()) == ("FULL", 2, [])
    assert floor.view.level("SCREW-A", "LINE3") == "0"


def test_K3_later_answers_of_one_acknowledgement_build_on_the_earlier_ones() -> None:
    floor = Floor()
    floor.empty()
    floor.scan("C1", STORE, Action.START)
    told = tuple(
        Disposition(n, n, floor.last(kind)["id"], "superseded", now_cycle=3, now_state="FULL")
        for n, kind in enumerate(("card_emptied", "card_started"), start=1)
    )
    floor.submit(Acknowledgement("EPOCH-1", "sig", 2, b"", told))
    assert (floor.state(), floor.cycle(), floor.orders()) == ("EMPTY", 4, ["card/P1/C1/4/empty"])


def test_K3_an_undone_emptying_is_not_issued_again() -> None:
    floor = Floor()
    floor.empty()
    floor.undo()
    decision = floor.dispose(floor.last("card_emptied"), "superseded", now_cycle=1, now_state="FULL")
    assert kinds(decision) == ["card_superseded"]
    assert (floor.state(), floor.orders()) == ("FULL", [])


def test_K3_a_late_full_takes_its_receipt_back_and_the_winners_state() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(1800)
    floor.fill()
    floor.dispose(floor.last("card_filled"), "superseded", now_cycle=2, now_state="EMPTY")
    assert (floor.state(), floor.cycle()) == ("EMPTY", 2)
    assert floor.view.level("SCREW-A", "LINE3") == "-40"


def test_K3_what_is_older_than_where_we_stand_does_not_turn_the_card_back() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(1800)
    event = floor.last("card_emptied")
    floor.fill()
    floor.dispose(event, "superseded", now_cycle=1, now_state="EMPTY")
    assert (floor.state(), floor.cycle()) == ("FULL", 1)


def test_K3_without_its_loop_the_need_goes_to_a_person() -> None:
    floor = Floor()
    floor.empty()
    event = floor.last("card_emptied")
    floor.load("loops", [])
    decision = floor.dispose(event, "superseded", now_cycle=3, now_state="FULL")
    assert kinds(decision) == ["card_superseded"]
    assert floor.view.tasks[f"reissue/{event['id']}"]["code"] == "REISSUE"


def test_K3_a_disposition_about_something_unknown_only_counts() -> None:
    floor = Floor()
    for event_id in ("", "no-uuid", "019f0000-0000-7000-8000-000000000000"):
        decision = floor.dispose({"id": event_id}, "superseded", now_cycle=9, now_state="FULL")
        assert kinds(decision) == ["event_settled"]
    assert floor.view.disposition_count("sig") == 3


def test_a_disposition_that_was_processed_is_skipped() -> None:
    floor = Floor()
    floor.empty()
    disposition = Disposition(1, 1, floor.last("card_emptied")["id"], "superseded", now_cycle=4, now_state="FULL")
    ack = Acknowledgement("EPOCH-1", "sig", 1, b"", (disposition,))
    assert len(floor.submit(ack).events) == 2
    assert floor.submit(ack).events == ()
    assert floor.orders() == ["card/P1/C1/5/empty"]


def test_2_6_the_same_disposition_twice_in_one_list_counts_once() -> None:
    floor = Floor()
    floor.empty()
    disposition = Disposition(1, 1, floor.last("card_emptied")["id"], "superseded", now_cycle=1, now_state="EMPTY")
    floor.submit(Acknowledgement("EPOCH-1", "sig", 1, b"", (disposition, disposition)))
    assert floor.view.level("SCREW-A", "LINE3") == "0"


def test_K3_a_superseded_release_leaves_no_card_with_its_signal() -> None:
    floor = Floor(trigger_point=2)
    floor.empty("C1")
    floor.empty("C2")
    floor.dispose(floor.last("batch_released"), "superseded", now_cycle=1, now_state="EMPTY")
    assert floor.orders() == []
    assert [floor.view.cards[card].signal for card in ("C1", "C2")] == ["", ""]


def test_K3_a_card_that_moves_on_at_the_erp_ends_its_part_of_a_batch() -> None:
    floor = Floor(trigger_point=2)
    floor.empty("C1")
    event = floor.last("card_emptied")
    floor.empty("C2")
    floor.wait(1800)
    floor.fill("C2")
    floor.dispose(event, "superseded", now_cycle=3, now_state="FULL")
    assert (floor.state("C1"), floor.cycle("C1"), floor.orders()) == ("WAIT", 4, [])


def test_K3_within_the_same_need_a_batch_goes_on() -> None:
    floor = Floor(trigger_point=2)
    floor.empty("C1")
    event = floor.last("card_emptied")
    floor.empty("C2")
    floor.dispose(event, "superseded", now_cycle=1, now_state="ORDERED")
    assert (floor.state("C1"), floor.orders()) == ("ORDERED", ["card/P1/C1/1/release"])
    assert floor.view.cards["C1"].signal == "card/P1/C1/1/release"
