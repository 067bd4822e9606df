"""Which pallet it was: by its number, by the pallet its boxes stand on, or by a set of tags that only one has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.goods.problem import Refusal, refuse
from gateway.goods.unit import UNDONE, unit_at
from gateway.master import ShipNotice
from gateway.master_order import item_word, tag_word
from gateway.portal.comparison import Comparison, Tag, compare
from gateway.portal.expectation import Expectation, expected, gtin_factor
from gateway.view import View

COMPARED_LIMIT = 100  # announced pallets that a set of tags without a pallet number is compared with


@dataclass(frozen=True, slots=True)
class Known:
    """The pallet, what should be on it and what was read. `should` is None when nobody announced it."""

    sscc: str
    should: Expectation | None
    seen: Comparison


def identify(tags: Sequence[Tag], min_rate_pct: int, view: View) -> Known | Refusal:
    """One pallet, or why it cannot be said which."""
    numbers = list(dict.fromkeys(tag.sscc for tag in tags if tag.sscc))
    if not numbers:
        return _by_tags(tags, min_rate_pct, view)
    tops = list(dict.fromkeys(top_of(number, view) for number in numbers))
    if len(tops) > 1:
        return refuse("PORTAL_SEVERAL", got=", ".join(tops), expected="one pallet number", ssccs=", ".join(tops[:5]))
    found = _known(tops[0], tags, view)
    alone = numbers[0]
    if len(numbers) == 1 and alone != tops[0] and not _fits(found, min_rate_pct):
        return _known(alone, tags, view)  # a box on its way without its pallet
    return found


def top_of(number: str, view: View) -> str:
    """The outermost unit in which this one stands, by the book here or by its ship notice."""
    unit = unit_at(number, view)
    if unit is not None and unit.state != UNDONE:
        return top_of(unit.parent, view) if unit.parent else number
    notices = view.find("ship_notices", number)
    notice: ShipNotice | None = view.master("ship_notices", notices[0]) if len(notices) == 1 else None
    return notice.top(number) if notice else number


def _known(sscc: str, tags: Sequence[Tag], view: View) -> Known:
    should = expected(sscc, view)
    return Known(sscc, should, compare(tags, should, view) if should else Comparison(rate_pct=0))


def _fits(known: Known, min_rate_pct: int) -> bool:
    return known.should is not None and known.seen.is_clean and known.seen.rate_pct >= min_rate_pct


def _by_tags(tags: Sequence[Tag], min_rate_pct: int, view: View) -> Known | Refusal:
    """The one announced pallet that these tags fit; several that fit are as bad as none."""
    places = _listed(tags, view) or _by_items(tags, view)
    fitting = [one for one in (_known(sscc, tags, view) for sscc in places[:COMPARED_LIMIT]) if one.seen.matched]
    good = [one for one in fitting if _fits(one, min_rate_pct)]
    if len(good) == 1 and len(places) <= COMPARED_LIMIT:
        return good[0]
    if len(good) > 1:
        names = ", ".join(one.sscc for one in good[:5])
        return refuse("PORTAL_AMBIGUOUS", got=f"{len(tags)} tags", expected="one pallet", ssccs=names)
    return refuse("PORTAL_NOT_ANNOUNCED", got=f"{len(tags)} tags", expected="a pallet number", count=len(tags))


def _listed(tags: Sequence[Tag], view: View) -> list[str]:
    """Pallets whose ship notices list one of the tags."""
    found: dict[str, None] = {}
    for tag in tags:
        for name in view.find("ship_notices", tag_word(tag.name)):
            notice: ShipNotice = view.master("ship_notices", name)
            found[notice.holder(tag.name)] = None
    return [one for one in found if one]


def _by_items(tags: Sequence[Tag], view: View) -> list[str]:
    """Pallets that are still to come and have one of the items."""
    found: dict[str, None] = {}
    gtins = {tag.gtin for tag in tags if tag.gtin and tag.speaks_against}
    items = {known[0] for gtin in gtins if (known := gtin_factor(gtin, view))}
    for name in dict.fromkeys(name for item in sorted(items) for name in view.find("ship_notices", item_word(item))):
        notice: ShipNotice = view.master("ship_notices", name)
        for unit in notice.units:
            if unit.sscc and not unit.parent and _is_to_come(unit.sscc, view):
                found[unit.sscc] = None
    return list(found)


def _is_to_come(sscc: str, view: View) -> bool:
    unit = unit_at(sscc, view)
    return unit is None or unit.state == UNDONE
