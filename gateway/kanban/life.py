"""Card life cycle: what a card that is not simply active may still do. Only ACTIVE cards may signal."""

from __future__ import annotations

from gateway.kanban.answer import refused, task
from gateway.model import Action, Card, Decision, Life, Rejection, Scan
from gateway.text.sentence import say

REPLACED_FACT = "replaced"  # key of the old card; `by` is the new one
RETIRED = frozenset({Life.OBSOLETE, Life.REMOVED, Life.CLOSED})
_ENDS_A_CIRCULATION = frozenset({Action.FULL, Action.START, Action.SHIP, Action.ACCEPT, Action.REJECT})


def barred(card: Card, scan: Scan, action: Action) -> Decision | None:
    """The refusal when this print or this card may not do `action`; None when it may.

    A card on hold or surplus finishes its circulation: it may be filled, but not emptied again. A card
    on hold may be released too, because its need arose before the hold.
    """
    if 0 < scan.revision < card.revision:
        text = say("OLD_PRINT", card=card.card, print=card.revision)
        return refused(Rejection("OLD_PRINT", text, str(scan.revision), str(card.revision)), card=card.card)
    if card.life == Life.ACTIVE:
        return None
    if card.life in RETIRED:
        text = say("CARD_RETIRED", card=card.card, life=card.life)
        return refused(Rejection("CARD_RETIRED", text, card.life, Life.ACTIVE), card=card.card)
    if card.life == Life.LOST:
        text = say("LOST_CARD_FOUND", card=card.card)
        row = task(f"found/{card.card}", "card", "LOST_CARD_FOUND", text, station=scan.read.station, card=card.card)
        return refused(Rejection("LOST_CARD_FOUND", text, card.life, Life.ACTIVE), card=card.card, task=row)
    if card.life == Life.NEW:
        text = say("CARD_NOT_ACTIVE", card=card.card)
        return refused(Rejection("CARD_NOT_ACTIVE", text, card.life, Life.ACTIVE), card=card.card)
    if action in _ENDS_A_CIRCULATION or (action is Action.RELEASE and card.life == Life.HOLD):
        return None
    text = say("CARD_ON_HOLD" if card.life == Life.HOLD else "CARD_SURPLUS", card=card.card)
    return refused(Rejection(f"CARD_{card.life}", text, card.life, Life.ACTIVE), card=card.card)
