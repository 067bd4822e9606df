"""K6: a refusal marks the posting, not the card."""

from __future__ import annotations

import pytest

from gateway.model import Status
from tests.kanban.floor import DOCK, LINE, Floor, kinds


@pytest.mark.decision("K6")
def test_K6_a_refused_posting_leaves_the_card_turning_and_waits_on_the_list() -> None:
    floor = Floor()
    floor.empty()
    event = floor.last("card_emptied")
    decision = floor.dispose(event, "rejected", code="PERIOD_CLOSED", text="posting period 11 is closed")
    assert kinds(decision) == ["event_rejected"]
    assert floor.state() == "EMPTY"
    task = floor.view.tasks[f"posting/{event['id']}"]
    assert (task["kind"], task["code"], task["posting"], task["ref"]) == (
        "posting", "PERIOD_CLOSED", "card_emptied", event["id"],
    )  # fmt: skip
    floor.wait(1800)
    assert floor.fill().verdict.status is Status.OK


@pytest.mark.decision("K6")
def test_K6_the_station_that_scanned_hears_of_the_refusal() -> None:
    floor = Floor()
    floor.empty()
    floor.wait(1800)
    floor.fill()
    for kind, station in (("card_emptied", LINE), ("card_filled", DOCK)):
        notices = floor.dispose(floor.last(kind), "rejected", code="NO_STOCK").notices
        assert [notice.station for notice in notices] == [station]
        assert notices[0].verdict.status is Status.REFUSED
        assert "NO_STOCK" in notices[0].verdict.text


@pytest.mark.decision("K6")
def test_K6_only_a_refused_status_blocks_the_card() -> None:
    floor = Floor()
    floor.empty()
    event = floor.last("card_emptied")
    decision = floor.dispose(event, "rejected", refused="status", code="CARD_BLOCKED", text="kanban locked")
    assert kinds(decision) == ["card_error"]
    assert (floor.state(), floor.orders()) == ("ERROR", [])
    assert floor.view.tasks["error/C1/1"]["code"] == "CARD_BLOCKED"
    assert [notice.verdict.code for notice in decision.notices] == ["CARD_ERROR"]


@pytest.mark.decision("K6")
def test_2_4_a_scan_in_error_is_refused_but_never_lost() -> None:
    floor = Floor()
    floor.empty()
    floor.dispose(floor.last("card_emptied"), "rejected", refused="status", code="CARD_BLOCKED")
    for station in (LINE, DOCK, "L3-S3"):
        decision = floor.scan("C1", station)
        assert decision.verdict.status is Status.REFUSED
        assert "raw" in floor.last("scan_refused")
    assert floor.state() == "ERROR"


@pytest.mark.decision("K6")
def test_K6_the_same_refusal_three_times_in_a_row_is_held_as_one_task() -> None:
    floor = Floor(cards=5)
    for n in range(1, 6):
        floor.empty(f"C{n}")
        floor.dispose(floor.last("card_emptied"), "rejected", code="PERIOD_CLOSED")
    held = "held/card_emptied/PERIOD_CLOSED"
    assert [name.split("/")[0] for name in floor.view.tasks] == ["posting", "posting", "held"]
    assert floor.view.task_counts[held] == 3
    assert floor.view.tasks[held]["kind"] == "held_postings"


@pytest.mark.decision("K6")
def test_K6_three_refusals_in_one_acknowledgement_are_in_a_row_too() -> None:
    from gateway.model import Acknowledgement, Disposition

    floor = Floor(cards=3)
    ids = []
    for n in range(1, 4):
        floor.empty(f"C{n}")
        ids.append(floor.last("card_emptied")["id"])
    told = tuple(Disposition(n, n, event_id, "rejected", "PERIOD_CLOSED") for n, event_id in enumerate(ids, start=1))
    floor.submit(Acknowledgement("EPOCH-1", "sig", 3, b"", told))
    assert "held/card_emptied/PERIOD_CLOSED" in floor.view.tasks


@pytest.mark.decision("K6")
def test_K6_another_refusal_in_between_starts_the_row_anew() -> None:
    floor = Floor(cards=4)
    for n, code in enumerate(("PERIOD_CLOSED", "PERIOD_CLOSED", "NO_STOCK", "PERIOD_CLOSED"), start=1):
        floor.empty(f"C{n}")
        floor.dispose(floor.last("card_emptied"), "rejected", code=code)
    assert not any(name.startswith("held/") for name in floor.view.tasks)


def test_a_parked_event_waits_and_its_late_outcome_settles_it() -> None:
    floor = Floor()
    floor.empty()
    event = floor.last("card_emptied")
    assert kinds(floor.dispose(event, "parked", code="RECORD_LOCKED")) == ["event_parked"]
    assert floor.view.tasks == {}
    assert kinds(floor.dispose(event, "applied")) == ["event_settled"]
    assert floor.state() == "EMPTY"


def test_a_parked_event_that_is_refused_after_all_goes_to_the_list() -> None:
    floor = Floor()
    floor.empty()
    event = floor.last("card_emptied")
    floor.dispose(event, "parked", code="RECORD_LOCKED")
    assert kinds(floor.dispose(event, "rejected", code="PERIOD_CLOSED")) == ["event_rejected"]
    assert f"posting/{event['id']}" in floor.view.tasks


def test_2_6_a_duplicate_at_the_erp_is_a_success() -> None:
    floor = Floor()
    floor.empty()
    decision = floor.dispose(floor.last("card_emptied"), "duplicate")
    assert kinds(decision) == ["event_settled"]
    assert (floor.state(), len(floor.orders())) == ("EMPTY", 1)


def test_every_disposition_is_numbered_so_the_erp_can_forget_it() -> None:
    floor = Floor()
    floor.empty()
    event = floor.last("card_emptied")
    for n, outcome in enumerate(("parked", "rejected", "duplicate", "superseded", "applied"), start=1):
        told = floor.dispose(event, outcome, code="X", now_cycle=1, now_state="EMPTY").events[0].body["dsp"]
        assert (told["st"], told["n"], told["id"], told["c"]) == ("sig", n, event["id"], outcome)
    assert floor.view.disposition_count("sig") == 5


def test_long_words_of_the_erp_are_cut() -> None:
    floor = Floor()
    floor.empty()
    body = floor.dispose(floor.last("card_emptied"), "rejected", code="C" * 9999, text="t" * 99_999).events[0].body
    assert len(str(body)) < 3000
