"""Badge sessions (K14): who works at a scanner. A fact of one device, over when the person's time is over.

A session ends with the next badge, at sign-out, when nothing was scanned for `idle_ms`, at the end of the person's
shift, after `longest_ms` at the latest, when the badge runs out or is blocked or replaced in the master data, and with
a reboot. Restarting the gateway does not end it. Idle time is measured monotonically; the end of a shift needs the
wall clock, which is why the longest time stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from gateway.kanban.flow import ended, flow_at
from gateway.kanban.moment import Moment, elapsed_ms, since_of
from gateway.master import Person
from gateway.model import Event, Read, Scan
from gateway.view import View

SESSION_FACT = "badge"  # key device
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_LENGTH = len("2027-01-31")


@dataclass(frozen=True, slots=True)
class SessionRules:
    """How long a badge counts."""

    idle_ms: int = 600_000
    longest_ms: int = 12 * 3_600_000
    zone: tzinfo = UTC  # of the plant: shifts and days are told in it


def operator(person: str) -> str:
    """A person as `op` of an event."""
    return f"badge:{person}"


def why_not(person: Person, at: Moment, rules: SessionRules) -> str:
    """Why a badge does not count now: blocked or expired, "" when it does."""
    if person.blocked:
        return "blocked"
    return "expired" if person.valid_until and at.wall_ms >= _end_ms(person.valid_until, rules.zone) else ""


def started(scan: Scan, person: Person, rules: SessionRules) -> Event:
    """The person works at this device from now on."""
    read = scan.read
    fact = {
        "id": read.id, "person": person.id, "badge": person.badge, "sta": read.station, "since": list(since_of(read)),
        "last": list(since_of(read)), "until": shift_end_ms(person, read, rules),
    }  # fmt: skip
    body = {"op": operator(person.id), "person": person.id, "facts": [[SESSION_FACT, read.device, fact]]}
    return Event("session_started", "", "", body)


def over(device: str, known: dict[str, Any], why: str, view: View) -> list[Event]:
    """The session ends, and with it what its person had half done."""
    body = {"person": known["person"], "why": why, "facts": [[SESSION_FACT, device, None]]}
    flow = flow_at(device, view)
    left = [ended(flow, "other_person")] if flow is not None and flow.session == known["id"] else []
    return [Event("session_ended", "", "", body), *left]


def why_over(known: dict[str, Any], at: Moment, view: View, rules: SessionRules) -> str:
    """Why a session is over, "" while it goes on."""
    if known["since"][2] != at.boot:
        return "reboot"
    idle, length = elapsed_ms(tuple(known["last"]), at), elapsed_ms(tuple(known["since"]), at)
    if idle is None or idle >= rules.idle_ms:
        return "idle"
    if length is None or length >= rules.longest_ms:
        return "too_long"
    if known["until"] and at.wall_ms >= known["until"]:
        return "shift_end"
    person: Person | None = view.master("people", known["person"])
    if person is None or person.badge != known["badge"]:
        return "unknown"
    return why_not(person, at, rules)


def signed(scan: Scan, view: View, rules: SessionRules) -> Scan:
    """The scan with whoever is signed in at its device; a press has nobody."""
    known = None if scan.is_press else view.fact(SESSION_FACT, scan.read.device)
    if known is None or why_over(known, scan.read, view, rules):
        return scan
    person: Person = view.master("people", known["person"])
    read = replace(scan.read, operator=operator(person.id))
    return replace(scan, read=read, session=known["id"], roles=person.roles)


def kept_up(read: Read, view: View, rules: SessionRules) -> list[Event]:
    """What a scan does to the session at its device: end one that is over, keep one alive.

    A session is written again only when a tenth of the idle time has passed, so that it costs few events.
    """
    known = view.fact(SESSION_FACT, read.device)
    if known is None:
        return []
    if why := why_over(known, read, view, rules):
        return over(read.device, known, why, view)
    passed = elapsed_ms(tuple(known["last"]), read) or 0
    if passed * 10 < rules.idle_ms:
        return []
    body = {"person": known["person"], "facts": [[SESSION_FACT, read.device, {**known, "last": list(since_of(read))}]]}
    return [Event("session_kept", "", "", body)]


def all_over(view: View, rules: SessionRules) -> list[Event]:
    """Sessions whose time has run out while nobody scanned."""
    events = []
    for device, known in view.facts(SESSION_FACT).items():
        if why := why_over(known, view.now, view, rules):
            events += over(device, known, why, view)
    return events


def shift_end_ms(person: Person, at: Moment, rules: SessionRules) -> int:
    """When the shift that the person is in, or began early, is over; 0 without a shift."""
    if person.shift is None:
        return 0
    now = (_EPOCH + timedelta(milliseconds=at.wall_ms)).astimezone(rules.zone)
    hour, minute = divmod(person.shift[1], 60)
    end = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if end <= now:
        end = (end.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=rules.zone)
    return (end - _EPOCH) // timedelta(milliseconds=1)


def _end_ms(valid_until: str, zone: tzinfo) -> int:
    """A day counts to its end in the plant."""
    when = datetime.fromisoformat(valid_until)
    if len(valid_until) <= _DAY_LENGTH:
        when = (when + timedelta(days=1)).replace(tzinfo=zone)
    return (when - _EPOCH) // timedelta(milliseconds=1)
