"""Which cards were printed, and what stood on them: so that a card whose loop changed can be found."""

from __future__ import annotations

from typing import Any

from gateway.kanban.answer import nothing
from gateway.kanban.asked import AskedWronglyError
from gateway.model import Decision, Event, Instruction, Status, Verdict
from gateway.view import View

PRINTED_FACT = "print"
CARDS_LIMIT = 50  # in one instruction, which is one line at the control socket
MEMBERS_LIMIT = 16
TEXT_LIMIT = 300  # a quantity with its unit is the longest


def printed(instruction: Instruction, view: View) -> Decision:
    """Carry out `cards.printed`: `cards`, an object of what stands on each by its id."""
    cards = instruction.body.get("cards")
    try:
        if not isinstance(cards, dict) or not 0 < len(cards) <= CARDS_LIMIT:
            raise AskedWronglyError("BAD_INSTRUCTION", f"cards: expected an object of 1 to {CARDS_LIMIT} cards.")
        facts = [[PRINTED_FACT, name, _shown(name, shown, view)] for name, shown in cards.items()]
    except AskedWronglyError as error:
        return nothing(error.code, str(error), Status.REFUSED)
    event = Event("cards_printed", "", "", {"cards": list(cards), "facts": facts})
    return Decision((event,), Verdict(Status.OK, "CARDS_PRINTED", f"{len(cards)} printed cards are noted."))


def _shown(name: str, shown: Any, view: View) -> dict[str, str]:
    if view.card(name) is None:
        text = f"Card {name[:60]!r} is not known here: check how it is written."
        raise AskedWronglyError("UNKNOWN_CARD", text)
    if not isinstance(shown, dict) or len(shown) > MEMBERS_LIMIT or not all(map(_is_text, shown.values())):
        text = f"Card {name}: expected an object of up to {MEMBERS_LIMIT} texts."
        raise AskedWronglyError("BAD_INSTRUCTION", text)
    return {str(member)[:TEXT_LIMIT]: text for member, text in shown.items()}


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= TEXT_LIMIT
