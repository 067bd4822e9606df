"""Cards that may be lost (2.6): one that stands still while its siblings turn."""

from __future__ import annotations

from gateway.kanban.answer import task
from gateway.kanban.moment import elapsed_ms, since_of
from gateway.master import Loop
from gateway.model import Card, Event, Life
from gateway.view import View

SUSPECT_FACT = "suspect"  # key card; `cycle` is the circulation in which it was asked for
CYCLES = 5  # how many normal cycles a card must have stood still, and half of its siblings have turned
CARDS_A_MINUTE = 200  # looked at in turns, so that a big plant costs no more than this


def suspected(minute: int, view: View) -> list[Event]:
    """One task for each card that seems lost, once in a circulation. `minute` numbers the turns."""
    behind = view.left_behind(CYCLES)
    start = minute * CARDS_A_MINUTE % len(behind) if len(behind) > CARDS_A_MINUTE else 0
    turn = (behind[start:] + behind[:start])[:CARDS_A_MINUTE]
    return [_suspicion(card, view) for card in turn if _is_standing_still(card, view) and _is_new(card, view)]


def _is_standing_still(card: Card, view: View) -> bool:
    """Idle for CYCLES normal cycles, while half of the others turned so often and moved since.

    A normal cycle is the replenishment time, or the slowest of the last fills when that is longer.
    """
    loop: Loop | None = view.master("loops", card.loop)
    if loop is None:
        return False
    normal_ms = max(loop.replenishment_ms, *view.fills(loop.id), 1)
    return _is_idle(card, CYCLES * normal_ms, view) and _is_overtaken(card, view)


def _is_idle(card: Card, limit_ms: int, view: View) -> bool:
    idle_ms = elapsed_ms(since_of(card), view.now)
    return idle_ms is not None and idle_ms >= limit_ms


def _is_overtaken(card: Card, view: View) -> bool:
    others = [one for one in view.cards_of(card.loop) if one.life == Life.ACTIVE and one.card != card.card]
    ahead = [one for one in others if one.cycle >= card.cycle + CYCLES and one.last_seq > card.last_seq]
    return 0 < len(others) <= 2 * len(ahead)


def _is_new(card: Card, view: View) -> bool:
    known = view.fact(SUSPECT_FACT, card.card)
    return known is None or known["cycle"] != card.cycle


def _suspicion(card: Card, view: View) -> Event:
    text = (
        f"Card {card.card} has not moved for {CYCLES} normal cycles while the others of loop {card.loop} turned: "
        "look for it, and report it lost or walk the loop."
    )
    body = {
        "card": card.card,
        "loop": card.loop,
        "task": task(f"suspect/{card.card}", "card", "LOST_CARD_SUSPECTED", text, card=card.card),
        "facts": [[SUSPECT_FACT, card.card, {"cycle": card.cycle}]],
    }
    return Event("card_suspected", "", "", body)
