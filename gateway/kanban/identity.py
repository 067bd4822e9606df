"""Two live boxes under one name: this one stops sending until a person says which of them keeps it.

Nothing else stops: capture, card logic and feedback need no name on the wire.
"""

from __future__ import annotations

from gateway.kanban.answer import nothing
from gateway.model import Decision, Event, Instruction, Rival, Status, Verdict
from gateway.view import View

IDENTITY = "identity"  # facts `rival` (why nothing is sent) and `claim` (a person said that this box has the name)
RIVAL, CLAIM = "rival", "claim"
WHY_LIMIT = 600  # characters; it says what to do, so it must not be cut


def stand_aside(rival: Rival, view: View) -> Decision:
    """Nothing is sent from now on, also after a restart; once told it stays told."""
    if view.fact(IDENTITY, RIVAL) is not None:
        return nothing("RIVAL_KNOWN", status=Status.ALREADY)
    why = rival.text[:WHY_LIMIT]
    body = {"why": why, "facts": [[IDENTITY, RIVAL, {"why": why}]]}
    return Decision((Event("rival_detected", "sys", "", body),), Verdict(Status.OK, "STANDS_ASIDE", why))


def keep(instruction: Instruction, view: View) -> Decision:
    """Carry out `identity.keep`: this box has the name. It sends again, in an epoch that no copy of it knows."""
    facts = [[IDENTITY, RIVAL, None], [IDENTITY, CLAIM, {"id": instruction.id}]]
    body = {"claim": instruction.id, "facts": facts, "anew": {"why": "claimed"}}
    text = f"This box keeps the id {view.gateway} and sends from now on. The other one needs an id of its own."
    return Decision((Event("identity_claimed", "sys", "", body),), Verdict(Status.OK, "CLAIMED", text))
