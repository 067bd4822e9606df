"""Who is to deliver: the kanban loop if there is one, then the preferred or the fastest supplier, and why."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.reorder.finding import Way
from gateway.reorder.parameter import SPAN_LIMIT_MS, format_span
from gateway.reorder.situation import Situation, Source
from gateway.reorder.working_time import last_slot, next_slot
from gateway.text.sentence import say

DELIVERIES = 3  # so many deliveries say more than the planned lead time
CHOICES = ("preferred", "fastest")


@dataclass(frozen=True, slots=True)
class Choice:
    """A source and why it was taken; no source when nobody is known."""

    source: Source | None
    why: str
    lead_ms: int | None  # time from order to receipt; None when nobody knows


def choose(situation: Situation, by: str = "preferred") -> Choice:
    """The source of the item here. `by` is one of CHOICES; of equals the first by name is taken."""
    sources = sorted(situation.sources(), key=lambda one: one.name)
    loop = next((one for one in sources if one.way is Way.LOOP), None)
    if loop is not None:
        return Choice(loop, say("SOURCE_LOOP", source=loop.name), lead_time(loop))
    preferred = next((one for one in sources if one.is_preferred), None)
    if by == "preferred" and preferred is not None:
        return Choice(preferred, say("SOURCE_PREFERRED", source=preferred.name), lead_time(preferred))
    timed = [(lead_ms, one) for one in sources if (lead_ms := lead_time(one)) is not None]
    if timed:
        lead_ms, fastest = min(timed, key=lambda one: one[0])
        why = say("SOURCE_FASTEST", source=fastest.name, time=format_span(lead_ms), count=len(timed))
        return Choice(fastest, why, lead_ms)
    if sources:
        return Choice(sources[0], say("SOURCE_FIRST", source=sources[0].name), None)
    return Choice(None, say("SOURCE_UNKNOWN"), None)


def lead_time(source: Source) -> int | None:
    """Milliseconds from order to receipt: the mean of the deliveries, rounded up, once there are DELIVERIES of them.

    Before that the planned lead time, and without one what the few deliveries say; None when nobody knows.
    """
    known = deliveries(source)
    planned_ms = source.planned_ms if 0 <= (source.planned_ms or 0) <= SPAN_LIMIT_MS else None
    if len(known) >= DELIVERIES or (known and planned_ms is None):
        return -(-sum(known) // len(known))
    return planned_ms


def deliveries(source: Source) -> tuple[int, ...]:
    """Lead times as they were; what is negative or longer than ten years is a mistake in the data and is left out."""
    return tuple(one for one in source.lead_times_ms if 0 <= one <= SPAN_LIMIT_MS)


def due(choice: Choice, now_ms: int, need_ms: int | None) -> int | None:
    """When it should be there (K17): the supplier's last slot before the need, else the first that can be reached.

    None when the lead time is unknown, or the supplier's calendar has no slot within HORIZON_DAYS.
    """
    if choice.source is None or choice.lead_ms is None:
        return None
    calendar = choice.source.calendar
    earliest_ms = next_slot(calendar, now_ms + choice.lead_ms)
    if earliest_ms is None or need_ms is None:
        return earliest_ms
    before_ms = last_slot(calendar, need_ms)
    return earliest_ms if before_ms is None else max(earliest_ms, before_ms)


def order_by(choice: Choice, need_ms: int | None) -> int | None:
    """The latest instant to order: need time less lead time (A09)."""
    if need_ms is None or choice.lead_ms is None:
        return None
    return need_ms - choice.lead_ms
