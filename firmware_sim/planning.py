"""What planners of the plant gave: rules for the supermarket, and what the ERP knows of the items they are for.

The supermarket is drawn down by every bin that is filled at any line. Screws and pumps are watched by every gateway, so
that the same need is worked out more than once; brackets by the last one, for which the others wait; cable is only
tried out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

SUPPLIER = "V1"
TAKEOVER_S = 20  # longer than a gateway is ever away in the demonstration
LEAD_TIME_H = 1  # as purchasing wrote it down; the floor's trucks are faster


@dataclass(frozen=True, slots=True)
class Watched:
    """One item that a rule watches in the supermarket: at or below `point` one `lot` or up to `top` is ordered."""

    rule: str
    item: str
    kind: str
    bins_drawn: int  # of full bins: so many are gone when it is ordered
    bins_ordered: int
    is_live: bool = True
    is_decided_by_one: bool = False

    def point(self, opening: Decimal, per_bin: Decimal) -> Decimal:
        return opening - per_bin * self.bins_drawn

    def row(self, place: str, opening: Decimal, per_bin: Decimal, decides: str) -> dict[str, Any]:
        """Master data: its order point."""
        point, lot = self.point(opening, per_bin), per_bin * self.bins_ordered
        given = {"reorder_point": point, "lot": lot} if self.kind == "fixed_lot" else {
            "minimum": point, "maximum": point + lot,
        }  # fmt: skip
        told = {"id": f"{self.item}@{place}", "item": self.item, "location": place}
        told |= {name: str(quantity) for name, quantity in given.items()}
        return told | ({"deciding_gateway": decides, "takeover_s": TAKEOVER_S} if self.is_decided_by_one else {})


WATCHED = (
    Watched("screws", "SCREW-M6", "fixed_lot", 1, 4),
    Watched("pumps", "PUMP", "fixed_lot", 1, 2),
    Watched("brackets", "BRACKET", "min_max", 2, 5, is_decided_by_one=True),
    Watched("cable", "CABLE", "fixed_lot", 1, 3, is_live=False),
)
SHADOW_ITEM = next(one.item for one in WATCHED if not one.is_live)


def rule_file(place: str) -> str:
    """The rules of every gateway, in TOML."""
    blocks = ['format = 1\nname = "supermarket"\n']
    for one in WATCHED:
        mode = "" if one.is_live else 'mode = "shadow"              # recorded, nobody is asked\n'
        blocks.append(
            f'[[rule]]\nid = "{one.rule}"\nkind = "{one.kind}"          # quantities: the ERP\'s row in order_points\n'
            f'items = ["{one.item}"]\nlocations = ["{place}"]\n{mode}'
        )
    return "\n".join(blocks)


def sources(items: Sequence[str]) -> list[dict[str, Any]]:
    """Who sells what is watched."""
    return [
        {"id": f"{item}/{SUPPLIER}", "item": item, "supplier": SUPPLIER, "lead_time_h": LEAD_TIME_H, "preferred": True}
        for item in items
    ]
