"""Cards that new master data brings, changes or removes."""

from __future__ import annotations

from typing import Any

from gateway.kanban.answer import task
from gateway.kanban.container import same_row
from gateway.kanban.key import EMPTY, need_key
from gateway.kanban.life import REPLACED_FACT
from gateway.kanban.signal import trigger
from gateway.master import CardDefinition, Loop
from gateway.model import Card, Event, Life, State
from gateway.quantity import format_quantity
from gateway.view import View

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
    surplus = _Surplus(loops, view)
    for definition in new:
        loop = known_loops[definition.loop]
        if loop is not None:
            life = surplus.life(definition, loop)
            row = _first_row(definition, loop, life)
            if definition.initial == State.EMPTY and life == Life.ACTIVE:
                events.append(_starts_empty(row, loop, view))
            else:
                after.append(row)
    after += _updates(definitions, view, surplus)
    removed = [card for key in gone if (card := view.card(key)) and card.life != Life.REMOVED]
    after += [same_row(card, view, life=Life.REMOVED.value) for card in removed]
    if after:
        body["after"] = after
    if to_resolve := _to_resolve(surplus.names, [card.card for card in removed if card.signal]):
        body["task"] = to_resolve
    return events


class _Surplus:
    """Counts the active cards of each loop: at most the loop's number may circulate (2.6)."""

    def __init__(self, loops: Loops | None, view: View) -> None:
        self._loops = loops
        self._view = view
        self._active: dict[str, int] = {}
        self.names: list[str] = []

    def life(self, definition: CardDefinition, loop: Loop) -> str:
        """What becomes of a card that is to circulate from now on."""
        if definition.life != Life.ACTIVE:
            return definition.life
        active = self._active.get(loop.id)
        if active is None:
            active = active_cards(loop.id, self._view)
        if active < loop.cards:
            self._active[loop.id] = active + 1
            return definition.life
        self._active[loop.id] = active
        self.names.append(definition.id)
        return Life.SURPLUS

    def life_again(self, definition: CardDefinition) -> str:
        """The same for a card that did not circulate for a while; without its loop nobody can count."""
        loop = _loop(definition.loop, self._loops, self._view)
        return definition.life if loop is None else self.life(definition, loop)


def active_cards(loop: str, view: View) -> int:
    """How many cards of a loop circulate."""
    return sum(card.life == Life.ACTIVE for card in view.cards_of(loop))


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


def _updates(definitions: Definitions, view: View, surplus: _Surplus) -> list[dict[str, Any]]:
    """Life, revision and loop follow the ERP where its word is a new one; the container stays as it is.

    What was done here meanwhile (a loss, a reprint) is not undone by a set that merely repeats what the one
    before said, and no set brings an older print back (K15).
    """
    said_before = view.master_rows("cards")
    rows = []
    for key, one in definitions.items():
        card = view.card(key)
        if card is None:
            continue
        before = CardDefinition.parse(said_before[key]) if key in said_before else None
        is_replaced = view.fact(REPLACED_FACT, key) is not None  # its new card has its place for good
        life = card.life if is_replaced else _life(card, one, before, surplus)
        loop = one.loop if before is None or before.loop != one.loop else card.loop
        revision = max(card.revision, one.revision)
        if (life, revision, loop) != (card.life, card.revision, card.loop):
            rows.append(same_row(card, view, life=life, rev=revision, loop=loop))
    return rows


def _life(card: Card, one: CardDefinition, before: CardDefinition | None, surplus: _Surplus) -> str:
    if before is not None and before.life == one.life:
        return card.life
    starts_again = one.life == Life.ACTIVE and card.life != Life.ACTIVE
    return str(surplus.life_again(one)) if starts_again else one.life


def _to_resolve(surplus: list[str], removed_open: list[str]) -> dict[str, str] | None:
    parts = []
    if surplus:
        parts.append(f"more cards than their loop allows, kept as surplus: {', '.join(surplus[:20])} ({len(surplus)})")
    if removed_open:
        parts.append(f"removed while on order: {', '.join(removed_open[:20])} ({len(removed_open)})")
    if not parts:
        return None
    return task("cards/check", "masterdata", "CARDS_TO_CHECK", f"Cards to check: {'; '.join(parts)}.")
