"""What a person with access to this machine may ask for: one line for each name. Pure."""

from __future__ import annotations

from collections.abc import Callable

from gateway.epcis.cursor import CAPTURED, captured
from gateway.goods.due_label import label_printed
from gateway.kanban.answer import TEXT_LIMIT, nothing
from gateway.kanban.identity import keep
from gateway.kanban.localdata import import_set, open_stock
from gateway.kanban.lostcard import found, lost
from gateway.kanban.modeswitch import set_mode
from gateway.kanban.printing import printed
from gateway.kanban.proof import ask
from gateway.kanban.reprint import replace_card, reprint
from gateway.kanban.resolve import close, edit, redrive, resend, void
from gateway.kanban.walk import cancel, open_walk
from gateway.kanban.walkresult import finish
from gateway.model import Decision, Instruction, Status
from gateway.reorder.ruleload import load_rules
from gateway.view import View

INSTRUCTIONS: dict[str, Callable[[Instruction, View], Decision]] = {
    "card.found": found,
    "card.lost": lost,
    "card.replace": replace_card,
    "card.reprint": reprint,
    "cards.printed": printed,
    CAPTURED: captured,
    "identity.keep": keep,
    "label.printed": label_printed,
    "masterdata.import": import_set,
    "mode.set": set_mode,
    "proof.ask": ask,
    "resolve.done": close,
    "resolve.edit": edit,
    "resolve.redrive": redrive,
    "resolve.resend": resend,
    "resolve.void": void,
    "stock.open": open_stock,
    "rules.load": load_rules,
    "walk.cancel": cancel,
    "walk.finish": finish,
    "walk.open": open_walk,
}


def carry_out(instruction: Instruction, view: View) -> Decision:
    """Events and the answer; a name that is not in the table changes nothing."""
    flow = INSTRUCTIONS.get(instruction.name)
    if flow is None:
        known = ", ".join(sorted(INSTRUCTIONS))
        text = f"{instruction.name[:TEXT_LIMIT]!r} is unknown here, expected one of {known}"
        return nothing("UNKNOWN_INSTRUCTION", text, Status.REFUSED)
    return flow(instruction, view)
