"""Configuration of a door with RFID antennas: the keys of a `[[portal]]` table."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from drivers.base import Identifier
from gateway.portal.doorway import Doorway
from gateway.portal.rules import INNER, INSIDE, OUTSIDE, Antenna, Beam, Layout, Rules

READER_PORT = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}/[0-9]{1,2}$"

Place = Annotated[str, StringConstraints(max_length=64, pattern=r"^(\S(.*\S)?)?$")]
ReaderPort = Annotated[str, StringConstraints(pattern=READER_PORT)]
Ports = Annotated[tuple[ReaderPort, ...], Field(max_length=32)]
Dbm = Annotated[int, Field(ge=-90, le=0)]


class PortalSettings(BaseModel):
    """A door through which pallets are driven: where its antennas and light curtains are, and what that means."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    id: Identifier
    """Name of the portal; no device has the same one."""
    station: Identifier
    """The station it books for, of role goods; its light shows what became of a pallet."""
    outside: Ports = ()
    """Antennas before the door, as "reader/antenna"."""
    inside: Ports = ()
    """Antennas behind it."""
    inner: Ports = ()
    """Antennas in it that hear only what is in it; where there are any, what they did not hear did not go through."""
    outside_beams: Ports = ()
    """Light curtains before the door, as "reader/input"."""
    inside_beams: Ports = ()
    """Light curtains behind it. Where there are any, only they open a passage."""
    beam_blocked: Literal["on", "off"] = "on"
    """What an input is while its light curtain is blocked."""
    inward: Literal["receive", "move", "none"] = "receive"
    """What a pallet that comes in means: received against ship notices, or moved to `inside_location`."""
    outward: Literal["ship", "move", "none"] = "none"
    """What one that goes out means: shipped against shipments, or moved to `outside_location`."""
    inside_location: Place = ""
    """The ERP's location inside."""
    outside_location: Place = ""
    """The ERP's location outside."""
    min_rate_pct: Annotated[int, Field(ge=0, le=100)] = 60
    """So many of a pallet's tags must be read for it to be booked as a whole; 0 where only pallets have tags."""
    cool_down_s: Annotated[int, Field(ge=0, le=3600)] = 60
    """The same pallet the same way again within this time is the same passage."""
    reversal_s: Annotated[int, Field(ge=0, le=3600)] = 60
    """The other way within this time takes back what was booked."""
    open_reads: Annotated[int, Field(ge=1, le=1000)] = 3
    """Without light curtains: so many reads at `gate_dbm` or more ..."""
    open_window_ms: Annotated[int, Field(ge=100, le=10_000)] = 1000
    """... within this time open a passage."""
    gate_dbm: Dbm = -60
    """From this strength on a tag is in the door."""
    through_dbm: Dbm = -53
    """The five strongest tags of what goes through are heard at least so well on each side; else it was elsewhere."""
    ring_ms: Annotated[int, Field(ge=0, le=5000)] = 1000
    """Reads from so long before the opening belong to the passage."""
    stable_set_ms: Annotated[int, Field(ge=200, le=10_000)] = 1500
    """No new tag for so long, and nothing in the door: the passage is over."""
    max_ms: Annotated[int, Field(ge=1000, le=300_000)] = 30_000
    """And after so long in any case."""
    min_reads: Annotated[int, Field(ge=1, le=100)] = 3
    """A tag that was read less often is not considered ..."""
    min_rssi_dbm: Dbm = -62
    """... nor one that was always weaker."""
    min_shift_ms: Annotated[int, Field(ge=10, le=5000)] = 150
    """So much later on one side than on the other, to be a direction."""
    vote_pct: Annotated[int, Field(ge=51, le=100)] = 80
    """Of the votes of its tags, for a pallet to have a direction."""
    few_reads: Annotated[int, Field(ge=1, le=1000)] = 5
    """A tag that votes against the others with fewer reads is taken for one of them."""
    split_ms: Annotated[int, Field(ge=100, le=10_000)] = 1000
    """Pallet numbers so far apart in time are two pallets, one behind the other."""
    split_db: Annotated[int, Field(ge=1, le=60)] = 10
    """A pallet number so much weaker than another one stands elsewhere."""
    idle_pct: Annotated[int, Field(ge=1, le=100)] = 50
    """A tag that is read in more of the time in which nothing passes stands here."""
    decay_s: Annotated[int, Field(ge=60, le=86_400)] = 600
    """What was learned of such tags fades within this time."""
    lift_db: Annotated[int, Field(ge=1, le=60)] = 10
    """One that is read so much stronger than while it stood, and has a direction, was picked up."""

    @property
    def layout(self) -> Layout:
        """Where everything hangs, and the thresholds of the tracker."""
        antennas = [
            Antenna(*_split(text), side)
            for side, texts in ((OUTSIDE, self.outside), (INSIDE, self.inside), (INNER, self.inner))
            for text in texts
        ]
        beams = [
            Beam(*_split(text), side, self.beam_blocked == "on")
            for side, texts in ((OUTSIDE, self.outside_beams), (INSIDE, self.inside_beams))
            for text in texts
        ]
        return Layout(self.id, tuple(antennas), tuple(beams), self.rules)

    @property
    def rules(self) -> Rules:
        """Thresholds in hundredths of dB and milliseconds."""
        return Rules(
            open_reads=self.open_reads, open_window_ms=self.open_window_ms, gate_cdbm=self.gate_dbm * 100,
            through_cdbm=self.through_dbm * 100, ring_ms=self.ring_ms, stable_set_ms=self.stable_set_ms,
            max_ms=self.max_ms, min_reads=self.min_reads, min_cdbm=self.min_rssi_dbm * 100,
            min_shift_ms=self.min_shift_ms, vote_pct=self.vote_pct, few_reads=self.few_reads, split_ms=self.split_ms,
            split_cdb=self.split_db * 100, idle_pct=self.idle_pct, decay_ms=self.decay_s * 1000,
            lift_cdb=self.lift_db * 100,
        )  # fmt: skip

    @property
    def doorway(self) -> Doorway:
        """What passing it means."""
        return Doorway(
            self.id, self.station, self.inward, self.outward, self.inside_location, self.outside_location,
            self.min_rate_pct, self.cool_down_s * 1000, self.reversal_s * 1000, self.rules,
        )  # fmt: skip


def _split(text: str) -> tuple[str, int]:
    """Reader and number of "reader/number"."""
    reader, _, number = text.rpartition("/")
    return reader, int(number)
