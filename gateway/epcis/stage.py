"""What the translation is given besides an event: names, the journal, places of stations, the plant's time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from gateway.epcis.naming import Naming
from gateway.kanban.moment import is_trusted, iso_utc, wall_ms_of

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stage:
    """`journal` gives an event by its id; `clock_after` a later event of the same boot with a clock that was right."""

    naming: Naming
    zone: tzinfo
    stations: Mapping[str, str]  # station -> location
    journal: Callable[[str], Body | None]
    clock_after: Callable[[Body], Body | None] = lambda event: None

    def place_of(self, event: Body) -> str:
        """Our location of the station where it happened, "" when it is not configured any more."""
        return self.stations.get(str(event.get("sta", "")), "")

    def read_point(self, event: Body) -> str:
        """The URI of where it was read: the portal's own, if one is configured, else that of the station's location."""
        passage = event.get("passage")
        portal = str(passage.get("portal", "")) if isinstance(passage, Mapping) else str(event.get("portal", ""))
        if portal and portal in self.naming.places:
            return self.naming.places[portal]
        here = self.place_of(event)
        return self.naming.place(here) if here else ""

    def happened_ms(self, event: Body) -> int:
        """When it happened, milliseconds since 1970."""
        return wall_ms_of(event["at"]["w"]) if "at" in event else self.recorded_ms(event)

    def recorded_ms(self, event: Body) -> int:
        """When it was journalled: corrected by a later event of its boot if its own clock could not be trusted (R7)."""
        if not is_trusted(str(event.get("q", ""))) and (right := self.clock_after(event)) is not None:
            return wall_ms_of(right["w"]) - (int(right["m"]) - int(event["m"]))
        return wall_ms_of(event["w"])

    def times(self, event: Body) -> dict[str, str]:
        """`eventTime`, `recordTime` and `eventTimeZoneOffset` of an event."""
        happened = self.happened_ms(event)
        recorded = iso_utc(self.recorded_ms(event))
        return {
            "eventTime": iso_utc(happened), "recordTime": recorded, "eventTimeZoneOffset": self._offset(happened),
        }  # fmt: skip

    def _offset(self, wall_ms: int) -> str:
        offset = datetime.fromtimestamp(wall_ms / 1000, UTC).astimezone(self.zone).utcoffset()
        minutes = round(offset.total_seconds() / 60) if offset is not None else 0
        return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def facts_of(event: Body, kind: str) -> list[tuple[str, dict[str, Any] | None]]:
    """The facts of one kind that an event sets, by key."""
    return [(key, fact) for one, key, fact in event.get("facts", ()) if one == kind]


def unit_before(event: Body, sscc: str) -> dict[str, Any] | None:
    """What a unit was before a booking; None when it was not known or had been undone."""
    for kind, key, fact in event.get("was", ()):
        if (kind, key) == ("hu", sscc):
            return None if fact is None or fact["state"] == "undone" else dict(fact)
    return None


def is_empty(unit: Body) -> bool:
    """Whether nothing stands in a unit."""
    return not unit["rows"] and not unit.get("holds")
