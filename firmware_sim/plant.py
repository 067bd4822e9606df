"""A small plant, made from a seed: items, lines, loops, cards, and where people scan what.

Times are compressed: a replenishment takes under a minute, so that a bin goes round several times in a demo. What
must stay in proportion does: the lock window is a tenth of the replenishment time, and longer than a restart.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from firmware_sim.goods import ON_BOOK, PART, SHELF, master_data
from firmware_sim.planning import WATCHED, sources

SITE, GATEWAY = "P1", "L3-07"
SUPERMARKET = "SUPER"
BINS_IN_STORE, BINS_WATCHED = 1000, 20  # in the supermarket for each loop: plenty, and of what a rule watches
CELL = "CELL"  # between the lines; bins of its loop are scanned at either gateway
REPLENISHMENT_S = 70
LOCK_S = REPLENISHMENT_S / 10
USED_PER_REPLENISHMENT = 2  # containers of each loop
REPEAT_WINDOW_MS = 1000
SCANNED_AT_A_LINE = ("use", "in", "ship")  # a scanner each

# (item, unit, per container, on_empty, on_full): each way of posting that a loop may choose (K1)
_KINDS = (
    ("SCREW-M6", "PCE", "40", "issue", "transfer"),
    ("NUT-M6", "PCE", "120", "issue", "receipt"),
    ("GREASE", "KGM", "2.5", "issue", "transfer"),
    ("CABLE", "MTR", "12.75", "none", "transfer"),
    ("LABEL", "PCE", "500", "none", "none"),
    ("BRACKET", "PCE", "24", "issue", "transfer"),
)
_SHARED = ("PUMP", "PCE", "6", "issue", "transfer")

# makes of MQTT buttons at the first line, see button_make.py; "json" is the plant's own, which can tell a count
MQTT_MAKES = ("zigbee2mqtt", "tasmota", "shelly-gen2", "esphome", "chirpstack-v4", "ttn-v3")
JSON_MAKE = "json"
# at the last line
HTTP_MAKE, WIRED_MAKE = "webhook", "modbus"


@dataclass(frozen=True, slots=True)
class Loop:
    """One kanban loop between the supermarket and a line."""

    id: str
    item: str
    uom: str
    quantity: Decimal
    line: str
    on_empty: str
    on_full: str
    trigger_point: int
    cards: tuple[str, ...]

    def row(self) -> dict[str, Any]:
        """Master data as the gateway expects it."""
        return {
            "id": self.id, "item": self.item, "quantity": str(self.quantity), "uom": self.uom, "cards": len(self.cards),
            "consumer": self.line, "source": SUPERMARKET, "replenishment_s": REPLENISHMENT_S, "lock_window_s": 60,
            "on_empty": self.on_empty, "on_full": self.on_full, "backflush": self.on_empty == "none",
            "trigger_point": self.trigger_point, "demand_per_hour": str(self._demand_per_hour()),
        }  # fmt: skip

    def _demand_per_hour(self) -> Decimal:
        """For the colour of the loop."""
        return (self.quantity * USED_PER_REPLENISHMENT * 3600 / REPLENISHMENT_S).quantize(Decimal("0.001"))

    def takes(self, quantity: Decimal) -> list[tuple[str, Decimal]]:
        """Stock effect, by location, of using up `quantity` at the line."""
        if self.on_empty == "none":
            return []
        moved = [(self.line, -quantity)]
        return [*moved, (SUPERMARKET, quantity)] if self.on_empty == "transfer" else moved

    def brings(self, quantity: Decimal) -> list[tuple[str, Decimal]]:
        """Stock effect, by location, of `quantity` arriving at the line."""
        if self.on_full == "none":
            return []
        moved = [(self.line, quantity)]
        return [*moved, (SUPERMARKET, -quantity)] if self.on_full == "transfer" else moved


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works at one scanner in one shift."""

    id: str
    badge: str  # what the badge says
    device: str

    def row(self) -> dict[str, Any]:
        """Master data as the gateway expects it."""
        return {"id": self.id, "name": f"{self.device}, {self.id}", "badge": self.badge[1:], "roles": ["operator"]}


@dataclass(frozen=True, slots=True)
class Plant:
    """Everything that does not change during the day."""

    lines: tuple[str, ...]
    loops: tuple[Loop, ...]
    buttons: dict[str, str]  # card -> make of the button on its bin
    gateways: tuple[str, ...] = field(default=(GATEWAY,))  # of the lines in order; the last one has the rest
    people: tuple[Person, ...] = ()

    @property
    def loop_of(self) -> dict[str, Loop]:
        """Loop by card."""
        return {card: loop for loop in self.loops for card in loop.cards}

    @property
    def shared(self) -> Loop | None:
        """The loop whose bins are scanned at every gateway; None where there is only one."""
        return next((loop for loop in self.loops if loop.line == CELL), None)

    def gateway_of(self, line: str) -> str:
        return self.gateways[min(self.lines.index(line), len(self.gateways) - 1)]

    def lines_of(self, gateway: str) -> list[str]:
        return [line for line in self.lines if self.gateway_of(line) == gateway]

    def buttons_at(self, gateway: str) -> dict[str, list[str]]:
        """Cards with a button, by make of the button."""
        found: dict[str, list[str]] = {}
        for card, make in self.buttons.items():
            if self.gateway_of(self.loop_of[card].line) == gateway:
                found.setdefault(make, []).append(card)
        return found

    def opening_stock(self) -> dict[tuple[str, str], Decimal]:
        """By item and location: full bins at the lines, more in the supermarket, and what is said of the shelf."""
        watched = {one.item for one in WATCHED}
        stock: dict[tuple[str, str], Decimal] = {(PART, SHELF): ON_BOOK}
        for loop in self.loops:
            stock[loop.item, loop.line] = stock.get((loop.item, loop.line), Decimal(0)) + loop.quantity * len(
                loop.cards
            )
            bins = BINS_WATCHED if loop.item in watched else BINS_IN_STORE
            stock[loop.item, SUPERMARKET] = stock.get((loop.item, SUPERMARKET), Decimal(0)) + loop.quantity * bins
        return stock

    def _planned(self) -> dict[str, Any]:
        """What the ERP knows of the items that rules watch."""
        stock, per_bin = self.opening_stock(), {loop.item: loop.quantity for loop in self.loops}
        watched = [one for one in WATCHED if one.item in per_bin]
        return {
            "order_points": [
                one.row(SUPERMARKET, stock[one.item, SUPERMARKET], per_bin[one.item], self.gateways[-1])
                for one in watched
            ],
            "sources": sources([one.item for one in watched]),
        }

    def document(self) -> dict[str, Any]:
        """Master data and opening stock for the ERP."""
        items = {loop.item: {"id": loop.item, "name": loop.item.title(), "uom": loop.uom} for loop in self.loops}
        places = dict.fromkeys((*self.lines, *(loop.line for loop in self.loops), SUPERMARKET))
        goods = master_data()
        return {
            **goods,
            "items": [*items.values(), *goods["items"]],
            "locations": [*({"id": place, "name": place.title()} for place in places), *goods["locations"]],
            "loops": [loop.row() for loop in self.loops],
            "cards": [
                {"id": card, "loop": loop.id, "revision": 1, "life": "ACTIVE", "initial": "FULL"}
                for loop in self.loops
                for card in loop.cards
            ],
            "people": [person.row() for person in self.people],
            **self._planned(),
            "stock": [
                {"item": item, "location": place, "status": "available", "lot": "", "qty": str(quantity)}
                for (item, place), quantity in self.opening_stock().items()
            ],
        }


def make_plant(
    seed: int, *, lines: int = 2, loops_per_line: int = 6, cards_per_loop: int = 6, gateways: Sequence[str] = (GATEWAY,)
) -> Plant:
    """A plant of `lines * loops_per_line` loops; the seed shuffles which loop posts how and collects cards.

    With more than one of the `gateways` there is one more loop, at the cell between the lines.
    """
    chance = random.Random(seed)
    names = tuple(f"LINE{number}" for number in range(1, lines + 1))
    loops = []
    for line in names:
        kinds = [_KINDS[place % len(_KINDS)] for place in range(loops_per_line)]
        chance.shuffle(kinds)
        for place, (item, uom, quantity, on_empty, on_full) in enumerate(kinds, start=1):
            name = f"{line}-{place}"
            cards = tuple(f"K{line[4:]}{place:02d}-{number:02d}" for number in range(1, cards_per_loop + 1))
            trigger_point = 2 if place == loops_per_line else 1  # the last loop of each line collects two cards
            loops.append(Loop(name, item, uom, Decimal(quantity), line, on_empty, on_full, trigger_point, cards))
    buttons = _buttons(loops, loops_per_line)
    if len(gateways) > 1:
        item, uom, quantity, on_empty, on_full = _SHARED
        cards = tuple(f"KC-{number:02d}" for number in range(1, cards_per_loop + 1))
        loops.append(Loop(f"{CELL}-1", item, uom, Decimal(quantity), CELL, on_empty, on_full, 1, cards))
    return Plant(names, tuple(loops), buttons, tuple(gateways), tuple(_people(names)))


def _people(lines: Sequence[str]) -> Iterable[Person]:
    """Two for each scanner of a line."""
    for number, (line, what) in enumerate((line, what) for line in lines for what in SCANNED_AT_A_LINE):
        for shift in (1, 2):
            name = f"P{number + 1:02d}{shift}"
            yield Person(name, f"B{number + 1:04d}{shift}", f"{what}-{line}")


def _buttons(loops: list[Loop], loops_per_line: int) -> dict[str, str]:
    """The first two loops of the first line have buttons that speak MQTT, a loop of the last line others."""
    last = loops[-loops_per_line]
    buttons = dict.fromkeys(loops[0].cards[:3], JSON_MAKE)
    buttons |= dict(zip(loops[min(1, loops_per_line - 1)].cards, MQTT_MAKES, strict=False))
    for make, cards in ((HTTP_MAKE, last.cards[:2]), (WIRED_MAKE, last.cards[2:4])):
        buttons |= dict.fromkeys((card for card in cards if card not in buttons), make)
    return buttons
