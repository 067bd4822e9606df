"""What RFID readers tell a portal: reads of tags, edges at inputs, and that reads were lost.

NamedTuples, because thousands a second are made of them. All times are milliseconds of the gateway's monotonic clock
(`Clock.mono_ms`): a reader's own times are brought there by an offset for each reader, and where it tells none it is
the time of receipt.
"""

from __future__ import annotations

from typing import NamedTuple

FULL_TURN = 4096  # of a phase


class TagRead(NamedTuple):
    """One tag at one antenna, as one report tells it."""

    epc: str  # upper-case hexadecimal, as long as the tag says
    antenna: int  # 0: not told
    rssi_cdbm: int | None  # the strongest read, hundredths of dBm
    count: int  # type: ignore[assignment]  # how often since the last report of it, at least 1; hides tuple.count
    first_ms: int  # first and last of these reads; never later than now, but a reader that kept them
    last_ms: int  # while the link was down tells them afterwards
    channel: int = 0  # the reader's index of the frequency, or kHz; phases compare only within one, and one antenna
    phase: int | None = None  # 0 to FULL_TURN - 1


class InputEdge(NamedTuple):
    """An input of the reader, a light curtain say, changed."""

    port: int
    is_on: bool
    at_ms: int


class ReadsLost(NamedTuple):
    """Reads are missing that nobody can bring back: a passage of this moment is incomplete."""

    why: str  # one of the reasons below
    at_ms: int


OVERFLOWED = "overflow"  # the reader had no room for its reports
CUT_OFF = "link"  # no connection; lasts until `restored`
SKIPPED = "gap"  # numbers of the reader's messages are missing
DAMAGED = "damaged"  # a report that could not be read
