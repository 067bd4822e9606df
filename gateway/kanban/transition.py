"""The container cycle as a table. What is not listed is refused, and recorded.

Names as in SAP KANBAN. An undo goes back along the change it undoes (see undo.py); ERROR is entered
only when the ERP refuses a status (K6) and left only by the ERP's correction (see resync.py).
"""

from __future__ import annotations

from enum import StrEnum

from gateway.model import State


class Change(StrEnum):
    """What moves a container from one state to the next."""

    EMPTY = "empty"  # scan-empty: the need is signalled at once
    WAIT = "wait"  # scan-empty in a loop that collects cards or whose source decides
    RELEASE = "release"  # trigger point, maximum age or the source
    CONFIRM = "confirm"  # the ERP or the supplier gave an order number
    START = "start"
    SHIP = "ship"
    FULL = "full"
    INSPECT = "inspect"  # arrived, but not to be used before it is accepted
    ACCEPT = "accept"
    REJECT = "reject"  # ends this circulation and begins the next one
    OPEN = "open"  # first withdrawal


TRANSITIONS: dict[Change, dict[str, State]] = {
    Change.EMPTY: {State.FULL: State.EMPTY, State.IN_USE: State.EMPTY},
    Change.WAIT: {State.FULL: State.WAIT, State.IN_USE: State.WAIT},
    Change.RELEASE: {State.WAIT: State.EMPTY},
    Change.CONFIRM: {State.EMPTY: State.ORDERED},
    Change.START: {State.EMPTY: State.IN_PROCESS, State.ORDERED: State.IN_PROCESS},
    Change.SHIP: {
        State.EMPTY: State.IN_TRANSIT,
        State.ORDERED: State.IN_TRANSIT,
        State.IN_PROCESS: State.IN_TRANSIT,
    },
    Change.FULL: {
        State.WAIT: State.FULL,  # a first fill, or filled before the batch was released
        State.EMPTY: State.FULL,
        State.ORDERED: State.FULL,
        State.IN_PROCESS: State.FULL,
        State.IN_TRANSIT: State.FULL,
    },
    Change.INSPECT: {
        State.WAIT: State.RECEIVED_QC,
        State.EMPTY: State.RECEIVED_QC,
        State.ORDERED: State.RECEIVED_QC,
        State.IN_PROCESS: State.RECEIVED_QC,
        State.IN_TRANSIT: State.RECEIVED_QC,
    },
    Change.ACCEPT: {State.RECEIVED_QC: State.FULL},
    Change.REJECT: {State.RECEIVED_QC: State.EMPTY},
    Change.OPEN: {State.FULL: State.IN_USE},
}

FILLED = frozenset({State.FULL, State.IN_USE})  # may be used; a bin in inspection is neither this nor an open need
ARRIVED = FILLED | {State.RECEIVED_QC}
OPEN_NEED = frozenset({State.WAIT, State.EMPTY, State.ORDERED, State.IN_PROCESS, State.IN_TRANSIT})

# How far a container has come within one cycle number; ERROR counts as nowhere, so that any
# state the ERP reports corrects it.
_RANK: dict[str, int] = {
    State.ERROR: -1,
    State.WAIT: 0,
    State.EMPTY: 1,
    State.ORDERED: 2,
    State.IN_PROCESS: 3,
    State.IN_TRANSIT: 4,
    State.RECEIVED_QC: 5,
    State.FULL: 6,
    State.IN_USE: 7,
}


def target(change: Change, state: str) -> State | None:
    """The state that `change` leads to from `state`, None when that is not allowed."""
    return TRANSITIONS[change].get(state)


def is_ahead(cycle: int, state: str, of_cycle: int, of_state: str) -> bool:
    """Whether (cycle, state) lies after (of_cycle, of_state) in a card's life."""
    return (cycle, _RANK.get(state, -2)) > (of_cycle, _RANK.get(of_state, -2))
