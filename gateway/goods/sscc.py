"""New numbers for handling units from a range that this gateway alone owns.

The counter is a fact that the same event sets which uses the number: whatever is committed has its number, whatever
is not has taken none. A restored image may have forgotten some; whoever restores begins a new epoch, and a new epoch
leaves numbers out. What was given away twice all the same is refused by the ERP, as its key was used before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.codes.checkdigit import check_digit, has_check_digit
from gateway.goods.act import Case
from gateway.goods.due_label import due_label
from gateway.goods.problem import Refusal, refuse

SSCC_FACT = "sscc"  # by prefix
DIGITS = 17  # before the check digit
WARN_LEFT_PCT = 10


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers taken, the facts that say so, and how many are left."""

    numbers: tuple[str, ...]
    facts: list[list[Any]]
    left: int
    is_low: bool


def is_sscc(text: str) -> bool:
    """18 digits with the right check digit."""
    return len(text) == DIGITS + 1 and has_check_digit(text)


def take_numbers(case: Case, count: int) -> Numbers | Refusal:
    """The next `count` numbers of the range."""
    rules = case.rules
    if not rules.sscc_prefix:
        return refuse("NO_SSCC_RANGE", expected="sscc_prefix in [goods]")
    known = case.view.fact(SSCC_FACT, rules.sscc_prefix) or {}
    first = max(rules.sscc_first, known.get("next", rules.sscc_first))
    if known and known["ep"] != case.view.epoch:
        first += rules.sscc_skip
    last = first + count - 1
    if last > rules.sscc_last:
        return refuse("SSCC_RANGE_USED_UP", got=str(first), expected=f"at most {rules.sscc_last}", task="goods/sscc")
    width = DIGITS - len(rules.sscc_prefix)
    bare = [f"{rules.sscc_prefix}{number:0{width}d}" for number in range(first, last + 1)]
    fact = {"next": last + 1, "ep": case.view.epoch}
    left = rules.sscc_last - last
    is_low = left * 100 < (rules.sscc_last - rules.sscc_first + 1) * WARN_LEFT_PCT
    numbers = tuple(one + check_digit(one) for one in bare)
    facts = [[SSCC_FACT, rules.sscc_prefix, fact]]
    if case.station.prints_labels:
        facts += [due_label(one, case.station.id) for one in numbers]
    return Numbers(numbers, facts, left, is_low)
