"""Master data from the ERP: whole sets, taken over as a difference or refused as a whole.

Every row is parsed and every bad one reported in one refusal, so that the sender can repair all at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.counter import COUNTERS_OF
from gateway.kanban.answer import TEXT_LIMIT, nothing, task
from gateway.kanban.cardset import changed_cards
from gateway.kanban.loopcheck import faults_between, faults_of
from gateway.master import PARSERS, Loop, MasterDataError
from gateway.model import Decision, Event, MasterData, Status, Verdict
from gateway.view import View

LISTED_LIMIT = 50  # bad rows listed in a refusal; more are counted
LOCAL = "local:"  # how the etag begins of a set that people brought, see localdata.py

Rows = dict[str, dict[str, Any]]
Parsed = dict[str, Any]


def take_over(data: MasterData, view: View) -> Decision:
    """Events for a newer set; nothing for the one we have; `masterdata_refused` for anything else."""
    if data.dataset not in PARSERS:
        return _refused(data, "MD_UNKNOWN", [f"dataset {data.dataset!r}, expected one of {', '.join(PARSERS)}"])
    version, etag = view.master_version(data.dataset)
    if etag.startswith(LOCAL) and not data.etag.startswith(LOCAL):
        version, etag = 0, ""  # the ERP's word counts more than what people brought, whatever its number
    if data.version < 1:
        return _refused(data, "MD_VERSION", [f"version is {data.version}, expected 1 or more"])
    if data.version < version:
        return _refused(data, "MD_VERSION_BACK", [f"version {data.version} is older than {version}, which is kept"])
    if data.version == version:
        if data.etag == etag:
            return nothing("MD_KNOWN", status=Status.ALREADY)
        fault = f"version {version} came with etag {etag!r} before, now with {data.etag!r}"
        return _refused(data, "MD_ETAG_DIFFERS", [fault])
    rows, parsed, faults = parse_set(data.dataset, data.rows)
    if faults:
        return _refused(data, "MD_BAD_ROWS", [fault for _, fault in faults])
    return _changed(data, rows, parsed, view)


def parse_set(dataset: str, raw: Sequence[dict[str, Any]]) -> tuple[Rows, Parsed, list[tuple[int, str]]]:
    """Rows and entries by id, and each mistake with the place of its row."""
    rows: Rows = {}
    parsed: Parsed = {}
    faults: list[tuple[int, str]] = []
    codes: dict[str, str] = {}
    places: dict[str, int] = {}
    for place, row in enumerate(raw):
        try:
            entry: Any = PARSERS[dataset](row)
        except (MasterDataError, TypeError, AttributeError) as error:
            text = str(error) if isinstance(error, MasterDataError) else f"row {place} is no JSON object"
            faults.append((place, text))
            continue
        if entry.id in rows:
            faults.append((place, f"row {entry.id!r}: the id is used twice"))
        rows[entry.id], places[entry.id] = row, place
        parsed[entry.id] = entry
        if isinstance(entry, Loop):
            faults += [(place, f"row {entry.id!r}: {fault}") for fault in faults_of(entry)]
        elif code := _own_code(entry):
            if code in codes:
                faults.append((place, f"row {entry.id!r}: code {code!r} is already used by {codes[code]!r}"))
            codes[code] = entry.id
    if dataset == "loops":
        faults += [(places[name], f"row {name!r}: {fault}") for name, fault in faults_between(parsed.values())]
    return rows, parsed, faults


def _own_code(entry: Any) -> str:
    """What must be unique among the rows of its set, "" for nothing."""
    return str(getattr(entry, "code", "") or getattr(entry, "badge", ""))


def _changed(data: MasterData, rows: Rows, parsed: Parsed, view: View) -> Decision:
    known = view.master_rows(data.dataset)
    gone = [key for key in known if key not in rows]
    body: dict[str, Any] = {
        "md": {
            "dataset": data.dataset,
            "version": data.version,
            "etag": data.etag,
            "set": [row for key, row in rows.items() if known.get(key) != row],
            "del": gone,
        },
    }
    if counters := [[kind, key, None] for key in gone for kind in COUNTERS_OF.get(data.dataset, ())]:
        body["facts"] = counters
    activations: list[Event] = []
    if data.dataset == "cards":
        activations = changed_cards(body, parsed, None, gone, view)
    elif data.dataset == "loops":
        activations = changed_cards(body, None, parsed, [], view)
        if open_loops := [key for key in gone if any(card.signal for card in view.cards_of(key))]:
            names = ", ".join(open_loops)
            text = f"Loops {names} were removed while orders are open: their cards are refused until they come back."
            body["task"] = task(f"loops/{names}", "masterdata", "LOOP_REMOVED", text)
    text = f"{data.dataset} version {data.version}: {len(body['md']['set'])} changed, {len(gone)} removed."
    events = (Event("masterdata_changed", "", "", body), *activations)
    return Decision(events, Verdict(Status.OK, "MD_CHANGED", text))


def _refused(data: MasterData, code: str, faults: list[str]) -> Decision:
    more = f" and {len(faults) - LISTED_LIMIT} more" if len(faults) > LISTED_LIMIT else ""
    listed = [fault[:TEXT_LIMIT] for fault in faults[:LISTED_LIMIT]]
    body = {
        "dataset": data.dataset[:TEXT_LIMIT],
        "version": data.version,
        "etag": data.etag[:TEXT_LIMIT],
        "code": code,
        "count": len(faults),
        "faults": listed,
    }
    text = f"Master data {data.dataset[:60]} refused, the old set is kept: {'; '.join(listed)}{more}"
    return Decision((Event("masterdata_refused", "", "", body),), Verdict(Status.REFUSED, code, text))
