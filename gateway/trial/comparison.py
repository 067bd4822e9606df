"""Both, both but apart, only us, only them: every need and every deed in exactly one row, each with why.

A need and a deed belong together when the deed names the need's key; else by time, the earliest first, within a
window: an ERP gathers several needs into one order, so an order answers needs until its quantity is used up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.quantity import format_quantity
from gateway.trial.need import FILLING, TRAINED, Deed, Need, Trace
from gateway.trial.witness import Statement

BOTH, APART, ONLY_US, ONLY_THEM = "both", "apart", "only_us", "only_them"


@dataclass(frozen=True, slots=True)
class Terms:
    """How near is the same. Times in milliseconds."""

    window_ms: int  # further apart is not the same need
    apart_ms: int  # nearer is the same time
    apart_pct: int = 0  # within so many percent is the same quantity


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison."""

    outcome: str
    why: str
    needs: tuple[Need, ...] = ()
    deeds: tuple[Deed, ...] = ()
    apart_ms: int | None = None  # how much later the ERP was; negative: earlier
    apart_quantity: int | None = None  # how much more the ERP ordered, micro-units

    @property
    def at_ms(self) -> int:
        return min([need.at_ms for need in self.needs] + [deed.at_ms for deed in self.deeds])


@dataclass(slots=True)
class _Pair:
    """Needs that one order answers, or one need with all that was done for it."""

    needs: list[Need]
    deeds: list[Deed] = field(default_factory=list)


def compare(said: Statement, terms: Terms) -> list[Row]:
    """The rows, by time."""
    pairs, rest = _by_key(said)
    open_needs = [pair for pair in pairs if not pair.deeds]
    matched = [pair for pair in pairs if pair.deeds]
    alone: list[Deed] = []
    for deed in sorted(rest, key=lambda one: one.at_ms):
        found = _answered(deed, open_needs, terms)
        if not found:
            alone.append(deed)
            continue
        for pair in found:
            open_needs.remove(pair)
        matched.append(_Pair([need for pair in found for need in pair.needs], [deed]))
    rows = [_judged(pair, terms) for pair in matched]
    rows += [_only_us(pair.needs[0], said, terms) for pair in open_needs]
    rows += [_only_them(deed, said, terms) for deed in alone]
    return sorted(rows, key=lambda row: row.at_ms)


def _by_key(said: Statement) -> tuple[list[_Pair], list[Deed]]:
    """A pair for each need, with the deeds that name it or one of its cards; and all other deeds."""
    pairs = [_Pair([need]) for need in said.needs]
    by_key = {pair.needs[0].key: pair for pair in pairs}
    rest = []
    for deed in said.deeds:
        pair = by_key.get(deed.key) if deed.key else None
        if pair is None and deed.kind == FILLING:
            card = deed.ref.rpartition("/")[0]
            pair = next((one for one in reversed(pairs) if card in one.needs[0].cards
                         and one.needs[0].at_ms <= deed.at_ms and len(one.needs[0].cards) > 1), None)  # fmt: skip
        if pair is None:
            rest.append(deed)
        else:
            pair.deeds.append(deed)
    return pairs, rest


def _answered(deed: Deed, pairs: Sequence[_Pair], terms: Terms) -> list[_Pair]:
    """The needs that this deed answers: the earliest within the window, as far as its quantity goes."""
    if deed.key:  # it names a need, and that is none of these
        return []
    found: list[_Pair] = []
    left = deed.quantity
    for pair in pairs:
        need = pair.needs[0]
        if abs(need.at_ms - deed.at_ms) > terms.window_ms or (found and left is not None and need.quantity > left):
            continue
        found.append(pair)
        if left is None:
            break
        left -= need.quantity
        if left <= 0:
            break
    return found


def _judged(pair: _Pair, terms: Terms) -> Row:
    first = pair.needs[0]
    order = next((one for one in pair.deeds if one.kind != FILLING), None)
    apart_ms = order.at_ms - first.at_ms if order else None
    wanted = sum(need.quantity for need in pair.needs)
    ordered = order.quantity if order else None
    apart = ordered - wanted if ordered is not None else None
    needs, deeds = tuple(pair.needs), tuple(pair.deeds)
    differs = []
    if apart_ms is not None and abs(apart_ms) > terms.apart_ms:
        differs.append(f"the ERP ordered {_span(abs(apart_ms))} {'later' if apart_ms > 0 else 'earlier'}")
    if apart is not None and abs(apart) * 100 > terms.apart_pct * wanted:
        differs.append(f"the ERP ordered {format_quantity(abs(apart))} {'more' if apart > 0 else 'less'}")
    if differs:
        return Row(APART, ", ".join(differs), needs, deeds, apart_ms, apart)
    return Row(BOTH, _same(needs, deeds, apart), needs, deeds, apart_ms, apart)


def _same(needs: tuple[Need, ...], deeds: tuple[Deed, ...], apart: int | None) -> str:
    if all(deed.kind == FILLING for deed in deeds):
        return "the ERP reported the bin full, without an order that we heard of"
    if len(needs) > 1:
        return f"the ERP ordered {len(needs)} needs at once"
    return "the same time and quantity" if apart is not None else "the same time; the ERP did not say how much"


def _only_us(need: Need, said: Statement, terms: Terms) -> Row:
    if said.last_ms - need.at_ms < terms.window_ms:
        why = "the ERP has not ordered yet; it still may"
    elif not said.deeds:
        why = "the ERP told of no order and no receipt of this item at all: does it publish purchase orders here?"
    else:
        why = f"the ERP ordered nothing within {_span(terms.window_ms)}"
    return Row(ONLY_US, why, (need,))


def _only_them(deed: Deed, said: Statement, terms: Terms) -> Row:
    near = [one for one in said.traces if abs(one.at_ms - deed.at_ms) <= terms.window_ms]
    held = [need for need in said.needs if 0 <= deed.at_ms - need.at_ms <= terms.window_ms]
    if near:
        why = _traced(near[-1])
    elif deed.kind == FILLING:
        why = "the ERP filled a bin that nobody had scanned empty"
    elif held:
        why = f"we had asked {_span(deed.at_ms - held[-1].at_ms)} before, and that was answered: ordered twice?"
    else:
        why = f"nobody scanned a card within {_span(terms.window_ms)}: forgotten, or planned by the ERP without use"
    return Row(ONLY_THEM, why, (), (deed,))


def _traced(trace: Trace) -> str:
    if trace.code == TRAINED:
        return f"card {trace.card} was scanned in training"
    return f"card {trace.card} was scanned and refused: {trace.code}"


def _span(ms: int) -> str:
    if ms >= 2 * 86_400_000:
        return f"{ms / 86_400_000:.1f} days"
    return f"{ms / 3_600_000:.1f} h" if ms >= 3_600_000 else f"{ms // 60_000} min"
