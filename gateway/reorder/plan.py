"""The master data as planning asks for them: what lies in an area, what is reserved, who delivers, who works when.

Built from the parsed rows once for each version and asked by every rule after that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from gateway.counter import ISSUED, MADE, counted
from gateway.goods.amount import measured
from gateway.goods.problem import Refusal
from gateway.master import Item, OrderPoint, PurchaseOrder, Shipment, SupplySource, WorkOrder
from gateway.master_order import OrderLine
from gateway.master_plan import point_word
from gateway.quantity import MICRO
from gateway.reorder.bom import Component
from gateway.reorder.bom import WorkOrder as Order
from gateway.reorder.plant_calendar import calendar_of
from gateway.reorder.working_time import ALWAYS, Calendar
from gateway.view import View

Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class Claim:
    """A document line that needs an item: what it wants, and what was issued by any other way than this gateway."""

    counter: str  # kind of the counter of what was issued here
    document: str
    line: str
    location: str  # "" when it does not say
    quantity: int  # micro base units
    elsewhere: int
    due: str  # a day, "" for none
    is_shipment: bool


class Plan:
    """Indexes over the master data of one store; each is built anew when its datasets change."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._always = replace(ALWAYS, zone=zone)
        self._built: dict[str, tuple[Any, Any]] = {}  # name -> (versions, index)

    def versions(self, view: View, *datasets: str) -> tuple[tuple[int, str], ...]:
        """What an index of these datasets is good for."""
        return tuple(view.master_version(one) for one in datasets)

    def _index(self, name: str, view: View, datasets: tuple[str, ...], build: Callable[[View], Kept]) -> Kept:
        wanted = self.versions(view, *datasets)
        known = self._built.get(name)
        if known is None or known[0] != wanted:
            known = self._built[name] = (wanted, build(view))
        found: Kept = known[1]
        return found

    def locations_of(self, area: str, view: View) -> tuple[str, ...]:
        """The locations whose stock counts for an area, itself included."""
        return self._index("areas", view, ("locations",), _areas).get(area, (area,))

    def is_planned(self, area: str, view: View) -> bool:
        """Whether stock at this place is stock: what is on its way between places, or scrapped, is not."""
        return area not in self._index("unplanned", view, ("locations",), _unplanned)

    def claims_on(self, item: str, view: View) -> tuple[Claim, ...]:
        """What open work orders and shipments need of an item."""
        datasets = ("work_orders", "shipments", "items", "units")
        return self._index("claims", view, datasets, _claims).get(item, ())

    def unreadable(self, item: str, view: View) -> str:
        """A unit in which a document needs the item and that nobody can convert; "" for none."""
        datasets = ("work_orders", "shipments", "items", "units")
        return self._index("unreadable", view, datasets, _unreadable).get(item, "")

    def work_orders(self, item: str, view: View, day_ms: Callable[[str], int | None]) -> tuple[Order, ...]:
        """Released work orders that may need an item, and sales orders made to order, with what is still to be made and
        issued of them."""
        rows = self._index("work orders", view, ("work_orders", "items", "units", "boms"), _released).get(item, ())
        sold = self._index("sales orders", view, ("shipments", "items", "units"), _made_to_order)
        orders = [found for one in rows if (found := _order(one, view, day_ms)) is not None]
        return (*orders, *(order for one in sold for order in _sold(one, view, day_ms)))

    def point(self, item: str, area: str, view: View) -> OrderPoint | None:
        """The ERP's reorder parameters of an item at a place."""
        names = view.find("order_points", point_word(item, area))
        point: OrderPoint | None = view.master("order_points", names[0]) if names else None
        return point

    def home_of(self, item: str, view: View) -> str:
        """The area where what does not say where belongs: the first that the ERP plans the item at; "" for any."""
        names = view.find("order_points", item)
        return view.area(view.master("order_points", names[0]).location) if names else ""

    def sources_of(self, item: str, area: str, view: View) -> list[SupplySource]:
        found = [view.master("sources", one) for one in view.find("sources", item)]
        return [one for one in found if one.location in ("", area)]

    def loops_to(self, item: str, area: str, view: View) -> tuple[str, ...]:
        """Kanban loops that bring an item to a place."""
        return self._index("loops", view, ("loops", "locations"), _loops).get((item, area), ())

    def calendar(self, name: str, view: View) -> Calendar:
        """A calendar in the plant's time; one that nobody knows works always."""
        if not name:
            return self._always
        key = f"calendar {name}"
        return self._index(key, view, ("calendars",), lambda one: calendar_of(name, one, self.zone))


def open_lines(item: str, view: View) -> Iterable[tuple[PurchaseOrder, OrderLine]]:
    """The order lines that an item may still come by."""
    for name in view.find("purchase_orders", item):
        order: PurchaseOrder = view.master("purchase_orders", name)
        if order.is_open:
            yield from ((order, line) for line in order.lines if line.item == item and not line.is_closed)


def base_of(quantity: int, uom: str, item: Item | None, view: View) -> tuple[int, int] | None:
    """Micro base units and the factor; None when the unit cannot be converted."""
    if item is None:
        return None
    found = measured(quantity, uom, item, view)
    return None if isinstance(found, Refusal) else (found.base, found.factor)


def _areas(view: View) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name in view.master_rows("locations"):
        found.setdefault(view.area(name), []).append(name)
    return {area: tuple(dict.fromkeys((area, *names))) for area, names in found.items()}


def _unplanned(view: View) -> frozenset[str]:
    rows = view.master_rows("locations")
    return frozenset(name for name, row in rows.items() if row.get("kind") in ("transit", "scrap"))


def _loops(view: View) -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for name, row in view.master_rows("loops").items():
        place = (row["item"], view.area(row["consumer"]))
        found[place] = (*found.get(place, ()), name)
    return found


def _claims(view: View) -> dict[str, tuple[Claim, ...]]:
    found: dict[str, list[Claim]] = {}
    for name in view.master_rows("work_orders"):
        order: WorkOrder = view.master("work_orders", name)
        if order.is_released:
            for part in order.components:
                wanted = part.quantity, part.uom, part.elsewhere
                _add(found, view, part.item, ("issued", name, part.line, part.location), wanted, order.due, False)
    for name in view.master_rows("shipments"):
        shipment: Shipment = view.master("shipments", name)
        if shipment.is_open:
            for line in shipment.lines:
                wanted = line.quantity, line.uom, 0
                _add(found, view, line.item, ("shipped", name, line.line, ""), wanted, shipment.due, True)
    return {item: tuple(claims) for item, claims in found.items()}


def _add(
    found: dict[str, list[Claim]], view: View, item: str, of: tuple[str, str, str, str], wanted: tuple[int, str, int],
    due: str, is_shipment: bool,
) -> None:  # fmt: skip
    quantity, uom, elsewhere = wanted
    base = base_of(quantity, uom, view.master("items", item), view)
    if base is not None:
        claim = Claim(*of, base[0], elsewhere * base[1] // MICRO, due, is_shipment)
        found.setdefault(item, []).append(claim)


def _unreadable(view: View) -> dict[str, str]:
    orders = (view.master("work_orders", name) for name in view.master_rows("work_orders"))
    shipments = (view.master("shipments", name) for name in view.master_rows("shipments"))
    lines = [part for order in orders if order.is_released for part in order.components]
    lines += [line for shipment in shipments if shipment.is_open for line in shipment.lines]
    return {
        line.item: line.uom for line in lines
        if base_of(line.quantity, line.uom, view.master("items", line.item), view) is None
    }  # fmt: skip


def _released(view: View) -> dict[str, list[WorkOrder]]:
    """By every item that an order may need: its components, and what those and the item itself are made of."""
    found: dict[str, list[WorkOrder]] = {}
    made_of = {name: [line["item"] for line in row.get("lines", ())] for name, row in view.master_rows("boms").items()}
    for name in view.master_rows("work_orders"):
        order: WorkOrder = view.master("work_orders", name)
        if order.is_released:
            for item in _all_parts([order.item, *(one.item for one in order.components)], made_of):
                found.setdefault(item, []).append(order)
    return found


def _all_parts(items: list[str], made_of: dict[str, list[str]]) -> set[str]:
    """The items and all they are made of, at any level; circles end by themselves."""
    reached, waiting = set(items), list(items)
    while waiting:
        new = set(made_of.get(waiting.pop(), ())) - reached
        reached |= new
        waiting += sorted(new)
    return reached


def _order(order: WorkOrder, view: View, day_ms: Callable[[str], int | None]) -> Order | None:
    made = base_of(order.quantity, order.uom, view.master("items", order.item), view)
    if made is None:
        return None
    left = made[0] - max(counted(MADE, order.id, line, view) for line in ("confirmed", "finished"))
    parts = []
    for one in order.components:
        base = base_of(one.quantity, one.uom, view.master("items", one.item), view)
        if base is not None:
            issued = counted(ISSUED, order.id, one.line, view) + one.elsewhere * base[1] // MICRO
            if base[0] > issued:
                parts.append(Component(one.item, base[0] - issued, one.location))
    if order.components and not parts:
        return None  # it has all it needs; without any its bill would be exploded
    return Order(order.id, order.item, left, day_ms(order.due), tuple(parts)) if left > 0 else None


def _made_to_order(view: View) -> tuple[Shipment, ...]:
    orders: Iterable[Shipment] = (view.master("shipments", name) for name in view.master_rows("shipments"))
    return tuple(one for one in orders if one.is_open and one.is_made_to_order)


def _sold(order: Shipment, view: View, day_ms: Callable[[str], int | None]) -> Iterable[Order]:
    """What is still to be made for each line of a sales order."""
    for line in order.lines:
        wanted = base_of(line.quantity, line.uom, view.master("items", line.item), view)
        left = wanted[0] - counted("shipped", order.id, line.line, view) if wanted is not None else 0
        if left > 0:
            yield Order(order.id, line.item, left, day_ms(order.due), (), is_for_customer=True)
