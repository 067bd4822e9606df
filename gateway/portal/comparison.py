"""What was read, beside what should be on the pallet: matched, missing, unexpected.

Tags that a document lists are compared one by one. Otherwise the units in the pallet and the GTINs of its tags are
counted against its contents, each item by itself: how many tags were read says how sure we are, never how much is
booked. Returnable assets and tags that are no EPC say nothing about goods; they are kept as others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.codes.epc.epc import Epc, decode
from gateway.master_order import tag_word
from gateway.passage import NEAR, WEAK, PassedTag
from gateway.portal.expectation import Expectation, can_have_tags, expected, gtin_factor
from gateway.quantity import format_quantity
from gateway.view import View

NAMES_TOLD = 200  # of missing and of unexpected ones in an event; more are counted


@dataclass(frozen=True, slots=True)
class Comparison:
    """EPCs as read; what is missing by its name."""

    matched: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    rate_pct: int = 100  # of the tags that were expected; 100 when none can be

    @property
    def is_clean(self) -> bool:
        """Nothing was on it that does not belong there."""
        return not self.unexpected


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag of a passage and what it names."""

    passed: PassedTag
    epc: Epc
    sscc: str  # 18 digits, "" for none
    gtin: str  # 14 digits, "" for none

    @property
    def name(self) -> str:
        return self.epc.common_name

    @property
    def speaks_against(self) -> bool:
        """A tag on one side of the door only, or hardly read, may stand beside the way: it proves nothing."""
        return self.passed.part not in (NEAR, WEAK)


def tags_of(passed: Iterable[PassedTag]) -> list[Tag]:
    """The tags decoded; what is no EPC stays its bits."""
    found = []
    for one in passed:
        epc = decode(one.epc)
        keys = dict(epc.keys)
        found.append(Tag(one, epc, keys.get("00", ""), keys.get("01", "")))
    return found


def compare(tags: Iterable[Tag], should: Expectation, view: View) -> Comparison:
    """Against what should be there."""
    by_name, by_unit, by_item = should.epcs, should.inner, should.items
    tags = list(tags)
    beside = {tag.sscc for tag in tags if tag.sscc and tag.passed.part == WEAK} - {should.sscc}
    matched, unexpected, other = [], [], []
    seen_names: set[str] = set()
    of_units: Counter[str] = Counter()
    of_gtins: Counter[str] = Counter()
    seen_units: set[str] = set()
    for tag in tags:
        known = gtin_factor(tag.gtin, view) if tag.gtin else None
        if tag.sscc == should.sscc:
            continue
        if tag.name in by_name:
            seen_names.add(tag.name)
        elif tag.sscc in by_unit:
            seen_units.add(tag.sscc)
            of_units.update(by_unit[tag.sscc])
        elif tag.passed.part == WEAK:
            continue  # it may be of any pallet with these goods
        elif known is not None and not by_name and known[0] in by_item:
            of_gtins[known[0]] += known[1]
        else:
            names_goods = tag.sscc or tag.gtin or _is_of_another(tag, view)
            if not names_goods or not tag.speaks_against or _is_on(tag, beside, view):
                other.append(tag.passed.epc)
            else:
                unexpected.append(tag.passed.epc)
            continue
        matched.append(tag.passed.epc)
    read = {item: max(of_units[item], of_gtins[item]) for item in by_item}
    missing = [*sorted(by_name - seen_names), *sorted(f"00 {one}" for one in by_unit.keys() - seen_units if of_units)]
    if by_name:
        rate = len(seen_names) * 100 // len(by_name)
    else:
        rate, lacking = _rate(read, by_item, view)
        missing += lacking
        unexpected += [
            f"more tags of {item} than belong there"
            for item in by_item
            if of_gtins[item] > by_item[item] and not any(_has(number, item, view) for number in beside)
        ]
    return Comparison(tuple(matched), tuple(missing), tuple(unexpected), tuple(other), rate)


def _rate(read: Counter[str] | dict[str, int], should: dict[str, int], view: View) -> tuple[int, list[str]]:
    """How much of the items that can have tags was read, in per cent, and what of them was not."""
    countable = {item: base for item, base in should.items() if base and can_have_tags(item, view)}
    if not countable:
        return 100, []
    shares = [min(read[item], base) * 100 // base for item, base in countable.items()]
    lacking = [
        f"{format_quantity(base - read[item])} of {item}" for item, base in countable.items() if read[item] < base
    ]
    return sum(shares) // len(shares), lacking


def _is_on(tag: Tag, numbers: set[str], view: View) -> bool:
    """Whether a tag is of a pallet close by: by its own number, by the ship notice that lists it, or by its goods."""
    if not numbers:
        return False
    notices = [view.master("ship_notices", one) for one in view.find("ship_notices", tag_word(tag.name))]
    if tag.sscc in numbers or any(one.holder(tag.name) in numbers for one in notices):
        return True
    known = gtin_factor(tag.gtin, view) if tag.gtin else None
    return known is not None and any(_has(number, known[0], view) for number in numbers)


def _has(number: str, item: str, view: View) -> bool:
    should = expected(number, view)
    return should is not None and item in should.items


def _is_of_another(tag: Tag, view: View) -> bool:
    """Whether a ship notice lists this tag, whatever kind of tag it is."""
    return bool(view.find("ship_notices", tag_word(tag.name)))
