"""Bills of material and what work orders need, as the triggers see them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BomLine:
    """One component: micro-units of its base unit for `Bom.quantity`, and what is lost of it on the way."""

    item: str
    quantity: int
    scrap: int = 0  # millionths that are needed on top (SAP: component scrap): 50 000 is 5 %, 105 for 100


@dataclass(frozen=True, slots=True)
class Bom:
    """What `quantity` micro-units of an item are made of."""

    item: str
    quantity: int
    lines: tuple[BomLine, ...]
    is_phantom: bool = False  # never stocked: its components are used directly


@dataclass(frozen=True, slots=True)
class Component:
    """What a work order still needs of one item: its reservation less what was issued, micro-units of the base unit."""

    item: str
    quantity: int
    location: str = ""  # where it is taken from; "" when nobody said


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """An open work order. Without `components` its item's bill of material is exploded for `quantity`."""

    id: str
    item: str
    quantity: int  # micro-units that are still to be made
    due_ms: int | None  # when its components are needed; None: after all that have a date
    components: tuple[Component, ...] = ()
    is_for_customer: bool = False  # a confirmed sales order that is made to order (A04)
