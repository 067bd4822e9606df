"""Collecting loops: emptied cards wait until a trigger point, a maximum age, their due time or the source releases
them.

Loops of a family collect together, and each that has waiting cards signals its own. A levelled source is given its
cards pitch by pitch (levelling.py). One gateway decides per loop (K10), because only it sees all cards. The others
release what they hold singly past the maximum age, a while later, so that the deciding gateway's release can arrive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, tzinfo
from typing import Any

from gateway.kanban.case import Case
from gateway.kanban.container import card_after, row
from gateway.kanban.key import RELEASE, need_key
from gateway.kanban.levelling import LEVEL_FACT, Lots, board_of, plan
from gateway.kanban.lot import MAXIMUM_AGE, TRIGGER_POINT, Lot, lots_of, urgent_cards
from gateway.kanban.moment import Moment, Since, elapsed_ms, iso_utc, since_of
from gateway.kanban.signal import trigger
from gateway.kanban.transition import Change, target
from gateway.master import Loop, family_word, level_word
from gateway.model import Card, Event, Life, State
from gateway.reorder.heijunka import Pitch, pitches
from gateway.reorder.plant_calendar import calendar_of
from gateway.reorder.working_time import after_work
from gateway.view import View

GRACE_MS = 60_000  # how much longer than the maximum age a gateway that does not decide waits
_NOT_YET = 2**62  # journal sequence of what is not stored yet: it is newer than all that is


def collects(loop: Loop) -> bool:
    """Whether an emptied card waits instead of signalling at once."""
    return loop.trigger_point > 1 or loop.independent_source or loop.pitch_ms > 0


def decides(loop: Loop, view: View) -> bool:
    """Whether this gateway releases whole batches of the loop."""
    return loop.deciding_gateway in ("", view.gateway)


def is_waiting(card: Card) -> bool:
    """What a card on hold or a lost one waits for arose before that, so it may still be released."""
    return card.state == State.WAIT and card.life in (Life.ACTIVE, Life.HOLD, Life.LOST)


def waiting_cards(loop: str, view: View) -> list[Card]:
    """Oldest first, by journal order."""
    return sorted((card for card in view.cards_of(loop) if is_waiting(card)), key=lambda card: card.last_seq)


def family_of(loop: Loop, view: View) -> tuple[Loop, ...]:
    """The loops that collect together with this one, itself among them, in order."""
    if not loop.family:
        return (loop,)
    return tuple(view.master("loops", name) for name in view.find("loops", family_word(loop.source, loop.family)))


def levelled_with(loop: Loop, view: View) -> tuple[Loop, ...]:
    """All loops of a levelled source."""
    return tuple(view.master("loops", name) for name in view.find("loops", level_word(loop.source)))


def completed_batch(case: Case, emptied: list[Event], nth: int) -> list[Event]:
    """The release, as the decision's events from number `nth` on, that the cards it just emptied make possible.

    At a levelled source that is a lot with one of them, if it is its turn; all else is left to the next tick.
    """
    loop, view = case.loop, case.view
    rows = [row for event in emptied for row in event.body.get("after", ()) if row["state"] == State.WAIT]
    if not rows or loop.independent_source or not decides(loop, view):
        return []
    known = {card.card: card for card in view.cards_of(loop.id)}
    at = case.at  # the cards just emptied wait since now, whatever the tables still say
    newest = [
        replace(
            card_after(known[row["card"]], row),
            wall_ms=at.wall_ms, mono_ms=at.mono_ms, boot=at.boot, last_seq=_NOT_YET,
        )
        for row in rows
    ]  # fmt: skip
    if loop.pitch_ms:
        return _completed_lot(case, newest, nth) if case.zone is not None else []
    waiting = _waiting_of(family_of(loop, view), view, newest)
    if len(waiting) < loop.trigger_point:
        return []
    return _of_each_loop(waiting, view, at, TRIGGER_POINT, nth=nth, scanned=loop.id)


def _completed_lot(case: Case, newest: Sequence[Card], nth: int) -> list[Event]:
    names, zone = {card.card for card in newest}, case.zone or UTC
    for lot, extra in _levelled(case.loop, case.view, newest, zone):
        if names.isdisjoint(card.card for card in lot.cards):
            return []
        return _of_each_loop(lot.cards, case.view, case.at, lot.why, nth=nth, scanned=case.loop.id, extra=extra)
    return []


def due(view: View, zone: tzinfo) -> list[Event]:
    """Releases that need no scan: a trigger point that was reached or lowered, the maximum age, the due time, and the
    next pitch of a levelled source.

    By age the deciding gateway releases all cards with one signal, any other one singly.
    """
    events: list[Event] = []
    done: set[str] = set()
    for name, wall_ms, mono_ms, boot in view.oldest_wait():
        loop: Loop | None = view.master("loops", name)
        if loop is None or name in done:
            continue
        if not decides(loop, view):
            events += _overdue(loop, view, (wall_ms, mono_ms, boot), zone)
        elif loop.pitch_ms:
            done.update(one.id for one in levelled_with(loop, view))
            for lot, extra in _levelled(loop, view, (), zone):
                events += _of_each_loop(lot.cards, view, view.now, lot.why, extra=extra)
        else:
            done.update(one.id for one in family_of(loop, view))
            events += _collected(loop, view, (wall_ms, mono_ms, boot), zone)
    return events


def _overdue(loop: Loop, view: View, oldest: Since, zone: tzinfo) -> list[Event]:
    """What a gateway that does not decide releases, each card singly."""
    if not loop.max_wait_ms:
        return []
    at, grace_ms = view.now, min(GRACE_MS, loop.max_wait_ms)
    if not _is_older(oldest, at, loop.max_wait_ms + grace_ms):
        return []
    late = [card for card in waiting_cards(loop.id, view) if _is_older(since_of(card), at, loop.max_wait_ms + grace_ms)]
    if loop.pitch_ms:
        late = [card for card in late if _is_past_its_turn(loop, since_of(card), view, grace_ms, zone)]
    return [released(loop, view, at, [card], MAXIMUM_AGE) for card in late]


def _is_past_its_turn(loop: Loop, since: Since, view: View, grace_ms: int, zone: tzinfo) -> bool:
    """Whether a levelled source must have been given it by now, even if every other card waited before it."""
    loops, now = levelled_with(loop, view), view.now
    turns = 1 + sum(one.cards for one in loops)  # a pitch takes at least one card, and is shorter than two
    late_ms = now.wall_ms - (elapsed_ms(since, now) or 0) + loop.max_wait_ms
    last_ms = after_work(calendar_of(loop.calendar, view, zone), late_ms, 2 * turns * loop.pitch_ms)
    return last_ms is None or now.wall_ms >= last_ms + grace_ms


def _collected(loop: Loop, view: View, oldest: Since, zone: tzinfo) -> list[Event]:
    """What one loop or family is to release now, all of it at once."""
    at = view.now
    if loop.independent_source and not (loop.max_wait_ms and _is_older(oldest, at, loop.max_wait_ms)):
        return []
    family = family_of(loop, view)
    waiting = _waiting_of(family, view, ())
    if not loop.independent_source and len(waiting) >= loop.trigger_point:
        return _of_each_loop(waiting, view, at, TRIGGER_POINT)
    urgent = _urgent(family, waiting, view, zone)
    if not urgent:  # the oldest was a card that is no longer used, say
        return []
    why = next(urgent[card.card] for card in waiting if card.card in urgent)
    return _of_each_loop(waiting, view, at, why)


def _levelled(loop: Loop, view: View, newest: Sequence[Card], zone: tzinfo) -> Iterator[tuple[Lot, dict[str, Any]]]:
    """What a levelled source is given now, lot by lot, each with what its events say of the level."""
    lots, now_ms = lots_at(loop, view, newest, zone), view.now.wall_ms
    pitch = next(pitches(calendar_of(loop.calendar, view, zone), loop.pitch_ms, now_ms), None)
    if pitch is None:  # nobody ever works there: what is ready waits for nothing
        yield from ((lot, {}) for ready in lots.values() for lot in ready)
    elif pitch.start_ms <= now_ms:
        for _, lot, board in plan(board_of(loop.source, view), lots, (pitch,), loop.pitch_cards):
            level: dict[str, Any] = {"source": loop.source, "family": lot.family, "pitch": iso_utc(pitch.start_ms)}
            level |= {"released": board.released, "most": loop.pitch_cards}
            yield lot, {"level": level, "facts": [[LEVEL_FACT, loop.source, board.to_json()]]}


def planned(loop: Loop, view: View, zone: tzinfo) -> Iterator[tuple[Pitch, Lot]]:
    """When the levelled source of a loop will be given what is ready now, if nothing else happens."""
    times = pitches(calendar_of(loop.calendar, view, zone), loop.pitch_ms, view.now.wall_ms)
    lots = lots_at(loop, view, (), zone)
    yield from ((pitch, lot) for pitch, lot, _ in plan(board_of(loop.source, view), lots, times, loop.pitch_cards))


def lots_at(loop: Loop, view: View, newest: Sequence[Card], zone: tzinfo) -> Lots:
    """What is ready at the levelled source of a loop, by family; a loop of no family is one by itself."""
    found: dict[str, tuple[Lot, ...]] = {}
    for one in levelled_with(loop, view):
        name = one.family or one.id
        if name not in found:
            family = family_of(one, view)
            waiting = _waiting_of(family, view, newest)
            found[name] = lots_of(name, one.trigger_point, waiting, _urgent(family, waiting, view, zone))
    return found


def _urgent(family: Iterable[Loop], waiting: Sequence[Card], view: View, zone: tzinfo) -> dict[str, str]:
    found: dict[str, str] = {}
    for loop in family:
        found |= urgent_cards(loop, [card for card in waiting if card.loop == loop.id], view, view.now, zone)
    return found


def _waiting_of(family: Iterable[Loop], view: View, newest: Sequence[Card]) -> list[Card]:
    """Waiting cards of all these loops, oldest first; `newest` are those whose event is not stored yet."""
    names, loops = {card.card for card in newest}, [loop.id for loop in family]
    stored = [card for name in loops for card in waiting_cards(name, view) if card.card not in names]
    return [*sorted(stored, key=lambda card: card.last_seq), *(card for card in newest if card.loop in loops)]


def _of_each_loop(
    cards: Iterable[Card], view: View, at: Moment, why: str, *, nth: int = 0, scanned: str = "",
    extra: dict[str, Any] | None = None,
) -> list[Event]:  # fmt: skip
    """One release for each loop that has some of the cards; that of the loop that was scanned is the last."""
    loops: dict[str, list[Card]] = {}
    for card in cards:
        loops.setdefault(card.loop, []).append(card)
    events: list[Event] = []
    for name in sorted(loops, key=lambda one: one == scanned):
        number = nth + len(events) if nth else 0
        events.append(released(view.master("loops", name), view, at, loops[name], why, nth=number, extra=extra))
    return events


def released(
    loop: Loop, view: View, at: Moment, cards: Iterable[Card], why: str, *, nth: int = 0,
    extra: dict[str, Any] | None = None,
) -> Event:  # fmt: skip
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
        **(extra or {}),
    }
    if nth:
        body["nth"] = nth
    return Event("batch_released", "sig", key, body)


def _is_older(since: Since, at: Moment, limit_ms: int) -> bool:
    passed = elapsed_ms(since, at)
    return passed is not None and passed >= limit_ms
