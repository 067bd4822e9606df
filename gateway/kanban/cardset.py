"""Cards that new master data brings, changes or removes."""

from __future__ import annotations

from typing import Any

from gateway.kanban.answer import task
from gateway.kanban.container import same_row
from gateway.kanban.key import EMPTY, need_key
from gateway.kanban.signal import trigger
from gateway.master import CardDefinition, Loop
from gateway.model import Card, Event, Life, State, View
from gateway.quantity import format_quantity

Definitions = dict[str, CardDefinition]
Loops = dict[str, Loop]


def changed_cards(
    body: dict[str, Any], definitions: Definitions | None, loops: Loops | None, gone: list[str], view: View
) -> list[Event]:
    """Add the changed card rows to the body of a `masterdata_changed`; returns events for cards that start empty.

    Exactly one of `definitions` and `loops` is the new set, the other is as stored. A card starts as soon as
    both it and its loop are known, in whichever order they come.
    """
    if definitions is None:
        definitions = {key: CardDefinition.parse(row) for key, row in view.master_rows("cards").items()}
    new = [one for key, one in definitions.items() if view.card(key) is None]
    known_loops = {name: _loop(name, loops, view) for name in {one.loop for one in new}}
    after = []
    events = []
    surplus = _Surplus(definitions, view)
    for definition in new:
        loop = known_loops[definition.loop]
        if loop is not None:
            life = surplus.life(definition, loop)
            row = _first_row(definition, loop, life)
            if definition.initial == State.EMPTY and life == Life.ACTIVE:
                events.append(_starts_empty(row, loop, view))
            else:
                after.append(row)
    after += _updates(definitions, view)
    removed = [card for key in gone if (card := view.card(key)) and card.life != Life.REMOVED]
    after += [same_row(card, view, life=Life.REMOVED.value) for card in removed]
    if after:
        body["after"] = after
    if to_resolve := _to_resolve(surplus.names, [card.card for card in removed if card.signal]):
        body["task"] = to_resolve
    return events


class _Surplus:
    """Counts the active cards of each loop: at most the loop's number may circulate (2.6)."""

    def __init__(self, definitions: Definitions, view: View) -> None:
        self._active: dict[str, int] = {}
        for key, one in definitions.items():
            if one.life == Life.ACTIVE and view.card(key) is not None:
                self._active[one.loop] = self._active.get(one.loop, 0) + 1
        self.names: list[str] = []

    def life(self, definition: CardDefinition, loop: Loop) -> str:
        if definition.life != Life.ACTIVE:
            return definition.life
        active = self._active[loop.id] = self._active.get(loop.id, 0) + 1
        if active <= loop.cards:
            return definition.life
        self.names.append(definition.id)
        return Life.SURPLUS


def _loop(name: str, loops: Loops | None, view: View) -> Loop | None:
    found: Loop | None = view.master("loops", name) if loops is None else loops.get(name)
    return found


def _first_row(definition: CardDefinition, loop: Loop, life: str) -> dict[str, Any]:
    is_full = definition.initial == State.FULL
    return {
        "card": definition.id,
        "loop": loop.id,
        "life": str(life),
        "state": definition.initial,
        "cycle": 0 if is_full else 1,
        "qty": format_quantity(loop.quantity if is_full else 0),
        "rev": definition.revision,
        "undone": 0,
        "sig": "",
    }


def _starts_empty(row: dict[str, Any], loop: Loop, view: View) -> Event:
    key = need_key(view.site, row["card"], row["cycle"], EMPTY)
    body = {
        "card": row["card"],
        "loop": loop.id,
        "cycle": row["cycle"],
        "after": [{**row, "sig": key}],
        "tr": trigger(loop, view, view.now, [(row["card"], 0)]),
    }
    return Event("card_activated", "sig", key, body)


def _updates(definitions: Definitions, view: View) -> list[dict[str, Any]]:
    """Life, revision and loop follow the ERP; the container stays as it is."""
    rows = []
    for key, one in definitions.items():
        card = view.card(key)
        if card is not None and _differs(card, one):
            rows.append(same_row(card, view, life=one.life, rev=one.revision, loop=one.loop))
    return rows


def _differs(card: Card, definition: CardDefinition) -> bool:
    is_surplus_here = card.life == Life.SURPLUS and definition.life == Life.ACTIVE
    return (
        (card.life != definition.life and not is_surplus_here)
        or card.revision != definition.revision
        or card.loop != definition.loop
    )


def _to_resolve(surplus: list[str], removed_open: list[str]) -> dict[str, str] | None:
    parts = []
    if surplus:
        parts.append(f"more cards than their loop allows, kept as surplus: {', '.join(surplus[:20])} ({len(surplus)})")
    if removed_open:
        parts.append(f"removed while on order: {', '.join(removed_open[:20])} ({len(removed_open)})")
    if not parts:
        return None
    return task("cards/check", "masterdata", "CARDS_TO_CHECK", f"Cards to check: {'; '.join(parts)}.")
