"""A receiving clerk's hour with real labels on a pty scanner: every light, every booking, and a kill in the middle."""

from __future__ import annotations

import pytest

from firmware_sim.receiving import run_session, steps


@pytest.mark.slow
@pytest.mark.promise("R2")
def test_every_delivery_gets_its_light_and_the_ledger_is_exactly_what_arrived() -> None:
    said: list[str] = []
    second_of_two = [step.story for step in steps()].index("the second of them")
    status = run_session(said.append, kill_at=second_of_two)  # the question of a moment ago survives
    assert status == 0, "\n".join(said)
    assert said[-1] == "the ledger is exactly what arrived"
    assert len(said) == len(steps()) + 1
