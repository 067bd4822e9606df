"""Windows of a proof: nothing that was sent can be lost, added or changed without showing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.clock import iso_utc
from gateway.proof import Difference, Sent, borders, chain, differences, unequal, windows_of
from gateway.store.chain import canonical
from gateway.timeline import HOUR_MS

START_MS = 1_790_000_000_000 // HOUR_MS * HOUR_MS
SPANS = borders(START_MS, START_MS + 3 * HOUR_MS)


def sent(number: int, minute: int, stream: str = "sig", text: str = "x") -> Sent:
    w, body = iso_utc(START_MS + minute * 60_000), f"{number}{text}".encode()
    return Sent(stream, f"id-{number:04d}", w, body, "card_emptied")


def test_every_event_stands_in_one_window_and_empty_windows_are_told() -> None:
    windows = windows_of([sent(1, 0), sent(2, 59), sent(3, 60), sent(4, 61, "mov"), sent(5, 180)], SPANS)
    counts = {(one["st"], one["from"][11:13]): one["count"] for one in windows}
    hours = [start[11:13] for start, _ in SPANS]
    assert [counts["sig", hour] for hour in hours] == [2, 1, 0]
    assert [counts["mov", hour] for hour in hours] == [0, 1, 0]
    assert len(windows) == 6


def test_the_order_in_which_events_were_sent_does_not_matter() -> None:
    events = [sent(number, number) for number in range(20)]
    assert windows_of(events, SPANS) == windows_of(reversed(events), SPANS)


@given(st.sets(st.integers(0, 60), min_size=1), st.data())
def test_whatever_is_lost_added_or_changed_shows_and_is_named(numbers: set[int], data: st.DataObject) -> None:
    ours = [sent(number, number) for number in sorted(numbers)]
    victim = data.draw(st.sampled_from(ours))
    kind = data.draw(st.sampled_from(["missing_there", "missing_here", "differs"]))
    theirs = [one for one in ours if kind != "missing_there" or one != victim]
    if kind == "differs":
        theirs = [Sent(one.stream, one.id, one.w, b"other") if one == victim else one for one in theirs]
    elif kind == "missing_here":
        ours = [one for one in ours if one != victim]
    answer = windows_of(theirs, SPANS)
    for window in answer:
        inside = [one for one in theirs if one.stream == window["st"] and window["from"] <= one.w < window["to"]]
        window["events"] = [[one.id, one.digest] for one in inside]
    wrong = unequal(windows_of(ours, SPANS), answer)
    assert len(wrong) == 1
    found = list(differences(wrong[0], ours))
    told = victim.kind if kind != "missing_here" else ""
    assert found == [Difference("sig", victim.id, kind, told)]


def test_a_window_that_was_not_answered_is_unequal() -> None:
    windows = windows_of([sent(1, 1)], SPANS)
    assert [one["count"] for one in unequal(windows, windows[1:])] == [None]


def test_what_an_answer_could_not_list_is_not_called_missing() -> None:
    ours = [sent(number, 1) for number in range(3)]
    window = {"st": "sig", "from": SPANS[0][0], "to": SPANS[0][1], "events": [[ours[0].id, ours[0].digest]], "more": 1}
    assert list(differences(window, ours)) == []


def test_the_worked_example_of_the_contract() -> None:
    """The two events of its batch, as they stand there."""
    contract = (Path(__file__).parents[1] / "sync" / "CONTRACT.md").read_text()
    [text] = re.findall(r'^\{"v":1,.*"ev":\[.*\].*\}$', contract, re.MULTILINE)[:1]
    rows = [{name: value for name, value in one.items() if name != "s"} for one in json.loads(text)["ev"]]
    events = [Sent("sig", one["id"], one["w"], canonical(one)) for one in rows]
    assert chain([]) == "0" * 32
    assert f"`{chain(events)}`" in contract


@pytest.mark.parametrize("hours", [0, 7 * 24 + 1])
def test_a_proof_of_nothing_or_of_too_much_is_refused(hours: int) -> None:
    with pytest.raises(ValueError, match="at most 7 days"):
        borders(START_MS, START_MS + hours * HOUR_MS)
