"""A calendar of the master data in the plant's own time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, tzinfo

from gateway.master import WorkCalendar
from gateway.reorder.working_time import ALWAYS, Calendar, Shift, Slot
from gateway.view import View


def calendar_of(name: str, view: View, zone: tzinfo) -> Calendar:
    """The calendar of this name; one that nobody knows works always, and so does ""."""
    row: WorkCalendar | None = view.master("calendars", name) if name else None
    if row is None:
        return replace(ALWAYS, zone=zone)
    return Calendar(
        name=name,
        zone=zone,
        week=row.week,
        holidays=frozenset(map(date.fromisoformat, row.holidays)),
        workdays=frozenset(map(date.fromisoformat, row.workdays)),
        shifts=tuple(Shift(*one) for one in row.shifts),
        slots=tuple(Slot(*one) for one in row.slots),
    )
