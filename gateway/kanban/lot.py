"""Which waiting cards of a family are ready, and why: trigger point, maximum age, due time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from gateway.kanban.container import moment_of
from gateway.kanban.moment import Moment, elapsed_ms, since_of
from gateway.kanban.transition import FILLED, OPEN_NEED
from gateway.master import Loop
from gateway.model import Card, Life, State
from gateway.reorder.plant_calendar import calendar_of
from gateway.reorder.working_time import last_slot
from gateway.view import View

TRIGGER_POINT, MAXIMUM_AGE, DUE_TIME, TURN = "trigger point", "maximum age", "due time", "turn"
_HOUR_MS = 3_600_000
_USED_UP = frozenset({Life.ACTIVE, Life.HOLD, Life.SURPLUS})  # whose full bins the line may use


@dataclass(frozen=True, slots=True)
class Lot:
    """Waiting cards of one family that are released together, oldest first."""

    family: str
    cards: tuple[Card, ...]
    why: str
    is_late: bool = False  # too old or due: it goes before all that is neither


def lots_of(family: str, size: int, waiting: Sequence[Card], urgent: dict[str, str]) -> tuple[Lot, ...]:
    """The waiting cards of a family, oldest first, in lots of `size`; what makes no whole lot waits unless it is late.

    `urgent` says of cards why they cannot wait. What was waiting before an urgent card goes with it.
    """
    last = max((n for n, card in enumerate(waiting) if card.card in urgent), default=-1)
    found = []
    for start in range(0, len(waiting), size):
        cards = tuple(waiting[start : start + size])
        whys = [urgent[one.card] for one in cards if one.card in urgent]
        is_late = start <= last
        if is_late or len(cards) == size:
            why = whys[0] if whys else TRIGGER_POINT if size > 1 else TURN
            found.append(Lot(family, cards, why, is_late))
    return tuple(found)


def urgent_cards(loop: Loop, waiting: Iterable[Card], view: View, at: Moment, zone: tzinfo | None) -> dict[str, str]:
    """Which of a loop's waiting cards cannot wait any longer, and why; without a zone nobody knows what is due."""
    waiting = tuple(waiting)
    if zone is not None and waiting and is_due(loop, waiting, view, at, zone):
        return {card.card: MAXIMUM_AGE if is_too_old(loop, card, at) else DUE_TIME for card in waiting}
    return {card.card: MAXIMUM_AGE for card in waiting if is_too_old(loop, card, at)}


def is_too_old(loop: Loop, card: Card, at: Moment) -> bool:
    passed = elapsed_ms(since_of(card), at)
    return loop.max_wait_ms > 0 and passed is not None and passed >= loop.max_wait_ms


def is_due(loop: Loop, waiting: Sequence[Card], view: View, at: Moment, zone: tzinfo) -> bool:
    """Whether bins that are released later than now come back after the line has run dry.

    The line uses up what stood there when the last bin was emptied, and each bin under way from when it is due, if that
    is not over; what waits does not count. The source delivers by the last slot of its calendar before that (K17).
    """
    if not (loop.is_released_when_due and loop.demand_per_hour):
        return False
    names = {card.card for card in waiting}
    others = [card for card in view.cards_of(loop.id) if card.card not in names]
    opened = [*waiting, *(card for card in others if card.state in OPEN_NEED)]
    ages = [passed for card in opened if (passed := elapsed_ms(since_of(card), at)) is not None]
    full = sum(card.quantity for card in others if card.state in FILLED and card.life in _USED_UP)
    dry_ms = full * _HOUR_MS // loop.demand_per_hour - min(ages, default=0)
    for coming_ms in sorted(_coming(loop, others, view, at)):
        if coming_ms > dry_ms:
            break
        dry_ms += loop.quantity * _HOUR_MS // loop.demand_per_hour
    delivery_ms = last_slot(calendar_of(loop.calendar, view, zone), max(0, at.wall_ms + dry_ms))
    return delivery_ms is None or at.wall_ms >= delivery_ms - loop.replenishment_ms


def _coming(loop: Loop, cards: Iterable[Card], view: View, at: Moment) -> list[int]:
    """Milliseconds until each bin under way is due, one replenishment time after its signal."""
    found = []
    for card in cards:
        signal = view.signal(card.signal) if card.state in OPEN_NEED and card.state != State.WAIT else None
        event = view.event(signal.opened_seq) if signal is not None and card.life == Life.ACTIVE else None
        passed = elapsed_ms(moment_of(event), at) if event is not None else None
        if passed is not None and passed <= loop.replenishment_ms:
            found.append(loop.replenishment_ms - passed)
    return found
