"""Andon: a press calls maintenance or purchasing to the station, a long press takes the call back.

The call is an event that the ERP gets, so that it can tell whoever is meant, and a row of the resolve list
until somebody ends it. It moves no card and no stock.
"""

from __future__ import annotations

from typing import Any

from gateway.kanban.answer import refused, task
from gateway.kanban.moment import elapsed_ms, since_of
from gateway.model import Action, Decision, Event, Rejection, Scan, Status, Verdict
from gateway.stations.station import Station
from gateway.view import View

FACT = "andon"


def answer_call(scan: Scan, station: Station, view: View, *, window_ms: int) -> Decision:
    """What a press of an andon button does, whatever kind of press it is."""
    if scan.action is Action.UNDO:
        return take_back(scan, station, view)
    return call(scan, station, view, window_ms=window_ms)


def call(scan: Scan, station: Station, view: View, *, window_ms: int) -> Decision:
    """Call, unless somebody called within the window and nobody has ended it."""
    before = _open_call(scan, station, view)
    where = f"{station.id} ({station.location})"
    if before is not None and _is_recent(before, scan, window_ms):
        text = f"{_who(scan)} was called to {where} already."
        body = {"call": scan.call, "code": "ALREADY_CALLED", "ref": before["id"]}
        return Decision((Event("scan_duplicate", "", "", body),), Verdict(Status.ALREADY, "ALREADY_CALLED", text))
    text = f"{_who(scan)} is called to {where}."
    fact = {"id": scan.read.id, "since": list(since_of(scan.read))}
    body = {
        "call": scan.call,
        "loc": station.location,
        "facts": [[FACT, _place(scan, station), fact]],
        "task": task(_task_id(scan, station), "andon", f"ANDON_{scan.call.upper()}", text, station=station.id,
                     ref=scan.read.id),
    }  # fmt: skip
    if before is not None:  # nobody came: the ERP is told again
        body["ref"] = before["id"]
    return Decision((Event("andon_called", "sig", "", body),), Verdict(Status.OK, "ANDON_CALLED", text))


def take_back(scan: Scan, station: Station, view: View) -> Decision:
    """Nobody needs to come any more."""
    before = _open_call(scan, station, view)
    if before is None:
        text = f"Nobody is called to {station.id}: there is nothing to take back. Press shortly to call."
        return refused(Rejection("NO_CALL", text, scan.call))
    body = {
        "call": scan.call,
        "loc": station.location,
        "ref": before["id"],
        "done": [_task_id(scan, station)],
        "facts": [[FACT, _place(scan, station), None]],
    }
    text = f"The call of {scan.call} to {station.id} is taken back."
    return Decision((Event("andon_ended", "sig", "", body),), Verdict(Status.OK, "ANDON_ENDED", text))


def _open_call(scan: Scan, station: Station, view: View) -> dict[str, Any] | None:
    """The last call, as long as its task is open: a person may have ended it on the list."""
    if view.open_task(_task_id(scan, station)) is None:
        return None
    return view.fact(FACT, _place(scan, station))


def _is_recent(before: dict[str, Any], scan: Scan, window_ms: int) -> bool:
    wall_ms, mono_ms, boot = before["since"]
    passed = elapsed_ms((wall_ms, mono_ms, boot), scan.read)
    return passed is not None and passed < window_ms


def _place(scan: Scan, station: Station) -> str:
    return f"{station.id}/{scan.call}"


def _task_id(scan: Scan, station: Station) -> str:
    return f"andon/{_place(scan, station)}"


def _who(scan: Scan) -> str:
    return scan.call.capitalize()
