"""What partners were told of pallets is compared with what happened: nothing missing, twice or invented."""

from __future__ import annotations

from typing import Any

from firmware_sim.partner import LINK, differences

CAME = {"fact": "received", "sscc": "1"}


def event(number: str, step: str = "receiving", **members: Any) -> dict[str, Any]:
    return {"type": "ObjectEvent", "bizStep": step, "epcList": [LINK + number], **members}


def test_a_pallet_that_came_once_and_was_told_once_is_no_difference() -> None:
    assert differences([CAME], [event("1")]) == []
    assert differences([CAME, {"fact": "left", "sscc": "1"}], [event("1"), event("1", "shipping")]) == []


def test_what_was_declared_an_error_was_never_told() -> None:
    wrong = event("2")
    assert differences([CAME], [event("1"), wrong, {**wrong, "errorDeclaration": {}}]) == []


def test_what_is_missing_twice_or_invented_is_a_difference() -> None:
    assert len(differences([CAME], [])) == 1
    assert len(differences([CAME], [event("1"), event("1")])) == 1
    assert len(differences([], [event("1", "shipping")])) == 1
