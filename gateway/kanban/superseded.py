"""Superseded events (K3): another gateway had the same need first. Demand is never lost to a key.

What our event moved here is taken back, because the winner's event moved it. But an event may bear an old
number because its gateway did not hear what went on: an emptying after the FULL that the ERP has was the
next one, a filling after the EMPTY that it has was that one's. Such an act is issued again under its right
number.
"""

from __future__ import annotations

from typing import Any

from gateway.kanban.answer import task
from gateway.kanban.case import Case
from gateway.kanban.container import Body, last_act, row
from gateway.kanban.lock import fastest_fill_ms
from gateway.kanban.moment import is_later, is_trusted
from gateway.kanban.movement import reversed_moves
from gateway.kanban.reissue import (
    FindCard,
    close,
    issue_again,
    issue_winner_again,
    move_round_again,
    standing_after,
    superseded,
)
from gateway.kanban.resync import is_in_snapshot
from gateway.kanban.signal import closed_by
from gateway.kanban.standing import Standing, happened, told_by
from gateway.kanban.transition import ARRIVED, FILLED, OPEN_NEED, is_ahead
from gateway.master import Loop
from gateway.model import Card, Disposition, Event, State
from gateway.view import View


def compensated(
    original: Body,
    disposition: Disposition,
    find: FindCard,
    view: View,
    body: dict[str, Any],
    issued: dict[str, Standing],
) -> list[Event]:
    """`card_superseded` and, if the act was one of its own, the same act under its right number.

    `find` gives a card as it is now, `body` the members that every event about a disposition has, `issued`
    where cards stand by what this decision has issued again already.
    """
    card = find(original.get("card", ""))
    body.update(_taken_back(original, disposition, body["dsp"]["st"], view))
    now = told_by(disposition)
    if card is None or now is None:
        return [superseded(original, find, body)]
    loop: Loop | None = view.master("loops", card.loop)
    if _is_unsure(original, now, loop, view):
        text = f"Card {card.card}: two gateways told of it, and nobody can say if it was one act: is the bin full?"
        body["task"] = task(
            f"unsure/{card.card}", "count", "SAME_NEED_UNSURE", text, card=card.card, ref=original["id"]
        )
    now = _furthest(now, issued.get(card.card) or _issued_before(card, view))
    events: list[Event] = []
    if is_of_its_own(original, now, card, loop, view):
        events = issue_again(original, now, card, loop, view, body)
        if events:
            issued[card.card] = standing_after(events, now, original)
    elif _was_a_round_before(original, disposition, now, card, view):
        events = move_round_again(original, card, view, body)
    elif loop is not None and _was_before_the_winner(original, disposition, now, card, view):
        events = issue_winner_again(original, disposition, Case(view, view.now, card, loop), body)
    if events:
        return events
    if _is_latest(original, card, issued, view, now) or is_ahead(now.cycle, now.state, card.cycle, card.state):
        return [_adopted(original, now, card, view, body)]
    return [superseded(original, find, body)]


def _taken_back(original: Body, disposition: Disposition, stream: str, view: View) -> dict[str, Any]:
    """What the superseded event moved and ordered here, and who was first."""
    back: dict[str, Any] = {}
    if "mv" in original and not is_in_snapshot(stream, disposition.seq, view):
        back["mv"] = reversed_moves(original["mv"])
    if "tr" in original:
        back["closes"] = [original["key"]]
    if disposition.by:
        back["by"] = disposition.by[:100]
    return back


def _adopted(original: Body, now: Standing, card: Card, view: View, body: dict[str, Any]) -> Event:
    """The card stands here as at the ERP from now on."""
    after = _as_at_the_erp(card, now, original, view)
    body["after"] = [after]
    if after["sig"] != card.signal:
        close(body, closed_by(card, view))
    return Event("card_superseded", "", "", body)


def is_of_its_own(original: Body, now: Standing, card: Card, loop: Loop | None, view: View) -> bool:
    """Whether the superseded act cannot be the winner's, because it follows what the ERP has.

    Nobody can say without synchronised clocks: then an emptying counts as the next one, since demand
    must not be lost, and a filling as the same, since a false second receipt costs more than a count.
    """
    if "inferred" in original:
        return False  # what nobody saw has no time of its own
    is_after = now.is_before(original)
    if original["kind"] == "card_filled":
        return is_after is True and (now.is_open or _is_long_after(original, now, loop, view))
    if original["kind"] != "card_emptied" or _was_undone(card, original, view):
        return False
    if now.is_open:  # K2 holds between gateways as it does at one: somebody may have forgotten the FULL
        return is_after is True and _is_long_after(original, now, loop, view)
    if not now.is_full:
        return False
    return is_after or (is_after is None and card.cycle == original["cycle"])


def _is_long_after(original: Body, now: Standing, loop: Loop | None, view: View) -> bool:
    """Whether the bin had the time to come round unseen."""
    if loop is None:
        return False
    least_ms = fastest_fill_ms(loop, view)
    if original["kind"] == "card_filled":  # as at one gateway, see lock.py
        least_ms = max(least_ms, loop.replenishment_ms // 2)
    return happened(original)[0] - now.wall_ms >= least_ms


def _was_before_the_winner(original: Body, disposition: Disposition, now: Standing, card: Card, view: View) -> bool:
    """Whether the winner's act came after what was done with the card here since ours: then its number was the
    old one. It is the ERP's answer to us that shows it, so we are the ones who tell the ERP."""
    is_latest = now.wall_ms == disposition.by_wall_ms and now.cycle == original["cycle"] <= card.cycle
    is_opposite = (
        now.is_open and card.state in ARRIVED and _was_last(card, view, "card_filled")
        if original["kind"] == "card_emptied"
        else original["kind"] == "card_filled" and now.is_full and card.state in OPEN_NEED
        and _was_last(card, view, "card_emptied")
    )  # fmt: skip
    if not (is_latest and is_opposite):
        return False
    quality = happened(original)[1]
    return is_later(disposition.by_wall_ms, disposition.by_quality, card.wall_ms, quality) is True


def _was_a_round_before(original: Body, disposition: Disposition, now: Standing, card: Card, view: View) -> bool:
    """Whether the bin was emptied and filled here before the winner emptied and filled it under the same numbers."""
    is_round = original["kind"] == "card_emptied" and now.is_full and card.state in ARRIVED
    if not is_round or not now.cycle == card.cycle == original["cycle"] or not _was_last(card, view, "card_filled"):
        return False
    quality = happened(original)[1]
    return is_later(disposition.by_wall_ms, disposition.by_quality, card.wall_ms, quality) is True


def _is_latest(original: Body, card: Card, issued: dict[str, Standing], view: View, now: Standing) -> bool:
    """Whether nothing was done here after our superseded act: then the card stands as the ERP says."""
    latest = last_act(card, view)
    is_last = latest is not None and latest["id"] == original["id"] and card.card not in issued
    return is_last and (now.cycle, now.state) != (card.cycle, card.state) and now.state != State.ERROR


def _was_last(card: Card, view: View, kind: str) -> bool:
    latest = last_act(card, view)
    return latest is not None and latest["kind"] == kind


def _was_undone(card: Card, original: Body, view: View) -> bool:
    if card.state not in FILLED or card.cycle != original["cycle"] or not card.undone:
        return False
    latest = last_act(card, view)
    return latest is None or latest["kind"] != "card_filled"


def _is_unsure(original: Body, now: Standing, loop: Loop | None, view: View) -> bool:
    """Whether nobody can say if this was one act or two, so that a person must look: a clock was not
    synchronised, or the same was said again later than people repeat themselves and sooner than bins come round.
    """
    if not now.wall_ms or "inferred" in original or loop is None:
        return False
    wall_ms, quality = happened(original)
    if not (is_trusted(now.quality) and is_trusted(quality)):
        return True
    says_same = now.is_full if original["kind"] == "card_filled" else now.is_open
    is_repeated = wall_ms - now.wall_ms > max(loop.lock_window_ms, 60_000)
    return says_same and is_repeated and not _is_long_after(original, now, loop, view)


def _furthest(now: Standing, issued: Standing | None) -> Standing:
    """What was issued again a moment ago has not reached the ERP's answer yet."""
    if issued is None:
        return now
    is_newer = issued.wall_ms > now.wall_ms > 0 or is_ahead(issued.cycle, issued.state, now.cycle, now.state)
    return issued if is_newer else now


def _issued_before(card: Card, view: View) -> Standing | None:
    """Where the card stands by what an earlier decision issued again."""
    latest = last_act(card, view)
    if latest is None or "at" not in latest or latest["kind"] not in ("card_emptied", "card_filled"):
        return None
    wall_ms, quality = happened(latest)
    return Standing(latest["cycle"], card.state, wall_ms, quality)


def _as_at_the_erp(card: Card, now: Standing, original: Body, view: View) -> dict[str, Any]:
    quantity = card.quantity
    is_same_need = now.cycle == card.cycle and now.is_open
    if now.state in ARRIVED:
        loop: Loop | None = view.master("loops", card.loop)
        quantity = loop.quantity if loop else quantity
    elif not is_same_need:
        quantity = 0
    signal = card.signal if is_same_need and card.signal != original.get("key") else ""
    undone = card.undone if now.cycle == card.cycle else 0
    return row(card, now.state, cycle=now.cycle, quantity=quantity, undone=undone, signal=signal)
