"""Labels of new pallets and boxes that the printer of their station has yet to print.

The fact is set by the act that gives the number, and taken away once the label is out: so no label is forgotten over
a restart, and one that came out just before may come out once more.
"""

from __future__ import annotations

from typing import Any

from gateway.kanban.answer import nothing
from gateway.model import Decision, Event, Instruction, Status, Verdict
from gateway.view import View

LABEL_FACT = "label_due"  # by SSCC
UNITS_LIMIT = 50  # in one instruction


def due_label(sscc: str, station: str) -> list[Any]:
    """The fact that a label is to be printed at a station."""
    return [LABEL_FACT, sscc, {"sta": station}]


def label_printed(instruction: Instruction, view: View) -> Decision:
    """Carry out `label.printed`: `units`, a list of SSCCs whose labels are out, or needed no more."""
    units = instruction.body.get("units")
    if not isinstance(units, list) or not 0 < len(units) <= UNITS_LIMIT:
        text = f"units: expected a list of 1 to {UNITS_LIMIT} pallet numbers."
        return nothing("BAD_INSTRUCTION", text, Status.REFUSED)
    known = [one for one in units if isinstance(one, str) and view.fact(LABEL_FACT, one) is not None]
    if not known:
        return nothing("NO_LABEL_DUE", "None of these labels was to be printed.", Status.ALREADY)
    event = Event("unit_labels_printed", "", "", {"units": known, "facts": [[LABEL_FACT, one, None] for one in known]})
    return Decision((event,), Verdict(Status.OK, "LABELS_PRINTED", f"{len(known)} printed labels are noted."))
