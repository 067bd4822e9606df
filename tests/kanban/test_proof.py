"""Asking for a proof and taking its answer: what cannot be used is refused and changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kanban.floor import Floor, kinds

WINDOW = {"st": "sig", "from": "2026-11-22T06:00:00.000Z", "to": "2026-11-22T07:00:00.000Z", "count": 2, "h": "ab" * 16}


def asked(floor: Floor) -> str:
    decision = floor.instruct("proof.ask", {"windows": [WINDOW]})
    assert kinds(decision) == ["proof_asked"]
    return str(floor.last("proof_asked")["proof"])


@pytest.mark.parametrize(
    ("change", "result"), [({}, "EQUAL"), ({"count": 3}, "DIFFERENT"), ({"h": "0" * 32}, "DIFFERENT")]
)
def test_an_answer_is_equal_only_if_every_count_and_hash_is(change: dict[str, Any], result: str) -> None:
    floor = Floor()
    name = asked(floor)
    decision = floor.command("proof_answered", {"proof": name, "windows": [{**WINDOW, **change}]})
    assert (kinds(decision), decision.verdict.code) == (["proof_answered", "command_done"], result)
    assert floor.view.facts("proof")[name]["answer"][0]["count"] == change.get("count", 2)


@pytest.mark.parametrize(
    "body",
    [
        {"windows": [WINDOW]},
        {"proof": "another", "windows": [WINDOW]},
        {"windows": "all"},
        {"windows": [{**WINDOW, "count": -1}]},
        {"windows": [{**WINDOW, "count": True}]},
        {"windows": [{**WINDOW, "h": "zz"}]},
        {"windows": [{**WINDOW, "from": 5}]},
        {"windows": [{"st": "sig"}]},
        {"windows": [WINDOW] * 401},
        {"windows": [{**WINDOW, "events": [["a", "b"]] * 501}]},
        {"windows": [{**WINDOW, "events": ["a"]}]},
        {"windows": [{**WINDOW, "more": "many"}]},
    ],
)
def test_an_answer_that_cannot_be_used_is_refused_and_kept_out(body: dict[str, Any]) -> None:
    floor = Floor()
    name = asked(floor)
    told = body if "windows" in body and body["windows"] == [WINDOW] else {"proof": name, **body}
    decision = floor.command("proof_answered", told)
    assert kinds(decision) == ["command_refused"]
    assert "answer" not in floor.view.facts("proof")[name]


def test_only_the_last_proofs_are_remembered() -> None:
    floor = Floor()
    names = []
    for _ in range(35):
        floor.wait(1)
        names.append(asked(floor))
    assert sorted(floor.view.facts("proof")) == names[-30:]


@pytest.mark.parametrize("windows", [None, [], "x", [WINDOW] * 401])
def test_a_proof_of_no_windows_is_not_asked_for(windows: Any) -> None:
    floor = Floor()
    assert floor.instruct("proof.ask", {"windows": windows}).verdict.code == "BAD_INSTRUCTION"
