"""What a reader tells besides tags (READER_EVENT_NOTIFICATION, LLRP 1.0.1 section 14.2.6)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from drivers.llrp import parameter as p

CONNECTED, ANOTHER_CLIENT = 0, 4
_RO_SPEC_ENDED = (1, 2)  # ended, or another one took its place
ATTEMPTS = {
    1: "another client that the reader called is connected",
    2: "another client is connected; the reader takes one at a time",
    3: "the reader refused the connection for a reason of its own",
    4: "another client tried to connect",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One event. `kind`: attempt, input, antenna, warning, overflow, stopped, exception, close, refused."""

    kind: str
    number: int = 0  # port, antenna, percent, ROSpec or status
    is_on: bool = False
    text: str = ""
    at_us: int = 0  # the reader's own time, of UTC or since it started; 0: not told
    at_ms: int = 0  # on the gateway's clock

    def at(self, at_ms: int) -> Notice:
        """The same on the gateway's clock."""
        return replace(self, at_ms=at_ms)


def read_notices(body: bytes) -> list[Notice]:
    """The events of one notification that matter here; unknown ones are left out."""
    found, at_us = [], 0
    for one in p.find(body, [p.NOTIFICATION]):
        for inner in p.walk(one.value):
            if inner.type in (p.UTC_TIMESTAMP, p.UPTIME):
                at_us = inner.number(0, "Q") or 0
            elif notice := _notice(inner):
                found.append(replace(notice, at_us=at_us))
    return found


def _notice(one: p.Parameter) -> Notice | None:
    first = one.number(0, "H") or 0
    notice: Notice | None = None
    match one.type:
        case p.CONNECTION_ATTEMPT:
            notice = Notice("attempt", first, text=ATTEMPTS.get(first, f"status {first}"))
        case p.GPI_EVENT:
            notice = Notice("input", first, bool((one.number(2, "B") or 0) & 0x80))
        case p.ANTENNA_EVENT:
            notice = Notice("antenna", one.number(1, "H") or 0, bool(one.number(0, "B")))
        case p.RO_SPEC_EVENT if one.number(0, "B") in _RO_SPEC_ENDED:
            notice = Notice("stopped", one.number(1, "I") or 0)
        case p.BUFFER_WARNING:
            notice = Notice("warning", one.number(0, "B") or 0)
        case p.BUFFER_OVERFLOW:
            notice = Notice("overflow")
        case p.READER_EXCEPTION:
            notice = Notice("exception", text=one.text(0))
        case p.CONNECTION_CLOSE:
            notice = Notice("close")
    return notice
