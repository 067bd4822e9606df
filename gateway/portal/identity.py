"""Which pallet it was: by its number, by the pallet its boxes stand on, or by a set of tags that only one has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.goods.problem import Refusal, refuse
from gateway.goods.unit import UNDONE, unit_at
from gateway.master import ShipNotice
from gateway.master_order import tag_word
from gateway.passage import WEAK
from gateway.portal.comparison import Comparison, Tag, compare
from gateway.portal.expectation import Expectation, expected
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
    numbers = _numbers(tags)
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


def _numbers(tags: Sequence[Tag]) -> list[str]:
    """Numbers that went along; if nothing at all went, those that stand by."""
    counted = [tag for tag in tags if tag.passed.counts] or [tag for tag in tags if tag.passed.part != WEAK]
    return list(dict.fromkeys(tag.sscc for tag in counted if tag.sscc))


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
    """The one announced pallet whose tags are listed and fit; several that fit are as bad as none.

    So many tags of an item are of any pallet with that item: a mere count names none.
    """
    places = _listed(tags, view)
    fitting = [one for one in (_known(sscc, tags, view) for sscc in places[:COMPARED_LIMIT]) if one.seen.matched]
    good = [one for one in fitting if _fits(one, min_rate_pct)]
    if len(good) == 1 and len(places) <= COMPARED_LIMIT:
        return good[0]
    if len(good) > 1:
        names = ", ".join(one.sscc for one in good[:5])
        return refuse("PORTAL_AMBIGUOUS", got=f"{len(tags)} tags", expected="one pallet", ssccs=names)
    count = sum(tag.passed.part != WEAK for tag in tags)
    return refuse("PORTAL_NOT_ANNOUNCED", got=f"{count} tags", expected="a pallet number", count=count)


def _listed(tags: Sequence[Tag], view: View) -> list[str]:
    """Pallets whose ship notices list one of the tags."""
    found: dict[str, None] = {}
    for tag in tags:
        for name in view.find("ship_notices", tag_word(tag.name)):
            notice: ShipNotice = view.master("ship_notices", name)
            found[notice.holder(tag.name)] = None
    return [one for one in found if one]
