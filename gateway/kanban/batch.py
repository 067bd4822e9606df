"""Collecting loops: emptied cards wait until a trigger point, a maximum age or the source releases them.

One gateway decides per loop (K10), because only it sees all cards. The others release what they hold
singly past the maximum age, one more minute later, so that the deciding gateway's release can arrive.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gateway.kanban.case import Case
from gateway.kanban.container import card_after, row
from gateway.kanban.key import RELEASE, need_key
from gateway.kanban.moment import Moment, Since, elapsed_ms, since_of
from gateway.kanban.signal import trigger
from gateway.kanban.transition import Change, target
from gateway.master import Loop
from gateway.model import Card, Event, Life, State
from gateway.view import View

GRACE_MS = 60_000  # how much longer than the maximum age a gateway that does not decide waits


def collects(loop: Loop) -> bool:
    """Whether an emptied card waits instead of signalling at once."""
    return loop.trigger_point > 1 or loop.independent_source


def decides(loop: Loop, view: View) -> bool:
    """Whether this gateway releases whole batches of the loop."""
    return loop.deciding_gateway in ("", view.gateway)


def is_waiting(card: Card) -> bool:
    """What a card on hold or a lost one waits for arose before that, so it may still be released."""
    return card.state == State.WAIT and card.life in (Life.ACTIVE, Life.HOLD, Life.LOST)


def waiting_cards(loop: str, view: View) -> list[Card]:
    """Oldest first, by journal order."""
    return sorted((card for card in view.cards_of(loop) if is_waiting(card)), key=lambda card: card.last_seq)


def completed_batch(case: Case, emptied: list[Event], nth: int) -> list[Event]:
    """The release, as the decision's event number `nth`, when the cards it just emptied reach the trigger point."""
    loop, view = case.loop, case.view
    rows = [row for event in emptied for row in event.body.get("after", ()) if row["state"] == State.WAIT]
    if not rows or loop.independent_source or not decides(loop, view):
        return []
    known = {card.card: card for card in view.cards_of(loop.id)}
    at = case.at  # the cards just emptied wait since now, whatever the tables still say
    newest = [
        replace(card_after(known[row["card"]], row), wall_ms=at.wall_ms, mono_ms=at.mono_ms, boot=at.boot)
        for row in rows
    ]
    names = {card.card for card in newest}
    others = [card for card in waiting_cards(loop.id, view) if card.card not in names]
    if len(others) + len(newest) < loop.trigger_point:
        return []
    return [released(loop, view, case.at, [*others, *newest], "trigger point", nth=nth)]


def due(loop: Loop, view: View, oldest: Since) -> list[Event]:
    """Releases that need no scan: a trigger point that was reached or lowered, and the maximum age.

    By age the deciding gateway releases all cards with one signal, any other one singly.
    """
    at = view.now
    is_deciding = decides(loop, view)
    limit_ms = loop.max_wait_ms + (0 if is_deciding else min(GRACE_MS, loop.max_wait_ms))
    is_late = loop.max_wait_ms > 0 and _is_older(oldest, at, limit_ms)
    counts = is_deciding and not loop.independent_source
    if not (is_late or counts):
        return []
    waiting = waiting_cards(loop.id, view)
    if counts and len(waiting) >= loop.trigger_point:
        return [released(loop, view, at, waiting, "trigger point")]
    if not is_late or not waiting:
        return []
    if is_deciding and not any(_is_older(since_of(card), at, limit_ms) for card in waiting):
        return []  # the oldest was a card that is no longer used
    if is_deciding:
        return [released(loop, view, at, waiting, "maximum age")]
    late = [card for card in waiting if _is_older(since_of(card), at, limit_ms)]
    return [released(loop, view, at, [card], "maximum age") for card in late]


def released(loop: Loop, view: View, at: Moment, cards: Iterable[Card], why: str, *, nth: int = 0) -> Event:
    """WAIT -> EMPTY for all of them with one signal, keyed by the oldest."""
    batch = [card for card in cards if target(Change.RELEASE, card.state)]
    oldest = batch[0]
    key = need_key(view.site, oldest.card, oldest.cycle, RELEASE, oldest.undone)
    body = {
        "card": oldest.card,
        "loop": oldest.loop,
        "cycle": oldest.cycle,
        "why": why,
        "after": [
            {
                **row(
                    card,
                    State.EMPTY,
                    cycle=card.cycle,
                    quantity=card.quantity,
                    undone=card.undone,
                    signal=key,
                ),
                "since": list(since_of(card)),
            }
            for card in batch
        ],
        "tr": trigger(loop, view, at, [(card.card, card.quantity) for card in batch]),
    }
    if nth:
        body["nth"] = nth
    return Event("batch_released", "sig", key, body)


def _is_older(since: Since, at: Moment, limit_ms: int) -> bool:
    passed = elapsed_ms(since, at)
    return passed is not None and passed >= limit_ms
