"""The numbers of a situation that a condition may name, in the item's base unit, days or pieces."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from gateway.quantity import MICRO
from gateway.reorder.finding import Number, Unit
from gateway.reorder.measure import allocated, in_transit, on_hand, open_signals
from gateway.reorder.situation import Situation
from gateway.reorder.usage import DAY_MS

_Asked = Callable[[Situation], Fraction]


def number_of(name: str, situation: Situation) -> Fraction:
    """The value of one of NAMES here."""
    return _ASKED[name](situation)


def as_number(name: str, value: Fraction, situation: Situation) -> Number:
    """The same for the explanation; days as such, everything else in millionths."""
    micro = value.numerator * MICRO // value.denominator
    return Number(name, micro, Unit.DAYS if name.endswith("_days") else Unit.MICRO, f"condition {situation.location}")


def _micro(quantity: int) -> Fraction:
    return Fraction(quantity, MICRO)


def _of_status(status: str) -> _Asked:
    return lambda one: _micro(sum(row.quantity for row in one.stock() if row.status == status))


def _used(days: int) -> _Asked:
    """The sum of the last whole days and of today, by the days of the history."""

    def asked(one: Situation) -> Fraction:
        table = one.usage().days
        today = max(one.now_ms // DAY_MS, table[-1][0] if table else 0)
        return _micro(sum(quantity for day, quantity in table if day > today - days))

    return asked


def _free(one: Situation) -> Fraction:
    return _micro(on_hand(one).value - allocated(one).value)


def _position(one: Situation) -> Fraction:
    return _free(one) + _micro(in_transit(one).value + open_signals(one).value)


def _idle_days(one: Situation) -> Fraction:
    last_ms = one.usage().last_ms
    return Fraction(max(0, one.now_ms - last_ms), DAY_MS) if last_ms else Fraction(10_000)


_TABLE: tuple[tuple[str, str, _Asked], ...] = (
    ("on_hand", "stock that may be used", lambda one: _micro(on_hand(one).value)),
    ("inspected", "stock in inspection", _of_status("qc")),
    ("blocked", "blocked stock", _of_status("blocked")),
    ("allocated", "reserved for orders and not issued yet", lambda one: _micro(allocated(one).value)),
    ("in_transit", "on order or on its way by a document", lambda one: _micro(in_transit(one).value)),
    ("open_signals", "asked for and no document yet", lambda one: _micro(open_signals(one).value)),
    ("free", "on_hand - allocated", _free),
    ("position", "on_hand + in_transit + open_signals - allocated", _position),
    ("used_1d", "used today", _used(1)),
    ("used_7d", "used in the last 7 days", _used(7)),
    ("used_30d", "used in the last 30 days", _used(30)),
    ("idle_days", "days since anything was used; 10000 when nothing ever was", _idle_days),
    ("work_orders", "open work orders that may need it", lambda one: Fraction(len(one.work_orders()))),
)
NAMES: dict[str, str] = {name: about for name, about, _ in _TABLE}
_ASKED: dict[str, _Asked] = {name: asked for name, _, asked in _TABLE}
