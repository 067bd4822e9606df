"""What a reader can, from GET_READER_CAPABILITIES_RESPONSE (LLRP 1.0.1 section 9.2)."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.llrp import parameter as p

PORTS_LIMIT = 32  # inputs and outputs that a reader is believed to have
_UTC_CLOCK = 0x4000
_BUFFER_WARNING, _HOLDING = 0b0100_0000, 0b0000_1000


@dataclass(frozen=True, slots=True)
class Capabilities:
    """As far as it matters here; what a reader leaves out has its default."""

    maker: int = 0
    model: int = 0
    firmware: str = ""
    antennas: int = 0
    inputs: int = 0
    outputs: int = 0
    ro_specs: int = 1  # how many it can have at once
    can_hold: bool = False  # keeps events and reports for a client that comes back
    can_warn: bool = False  # tells when its memory fills up
    has_utc: bool = False
    hop_table: int = 0  # 0: fixed frequencies, then `channel` counts
    powers_cdbm: tuple[tuple[int, int], ...] = ()  # index and hundredths of dBm
    modes: tuple[int, ...] = ()  # identifiers of its RF modes


def read_capabilities(body: bytes) -> Capabilities:
    """Behind the status, or without one; never raises."""
    general = p.first(body, p.GENERAL_CAPABILITIES) or p.Parameter(0, b"")
    firmware = general.text(12)
    inner = 14 + (general.number(12, "H") or 0)
    gpio = p.first(general.value, p.GPIO_CAPABILITIES, inner) or p.Parameter(0, b"")
    llrp = p.first(body, p.LLRP_CAPABILITIES) or p.Parameter(0, b"")
    flags = llrp.number(0, "B") or 0
    uhf = [p.REGULATORY_CAPABILITIES, p.UHF_CAPABILITIES]
    hops = p.find(body, [*uhf, p.FREQUENCY_INFORMATION, p.HOP_TABLE])
    powers = [(one.number(0, "H"), one.number(2, "h")) for one in p.find(body, [*uhf, p.POWER_ENTRY])]
    modes = [one.number(0, "I") for one in p.find(body, [*uhf, p.MODE_TABLE, p.MODE_ENTRY])]
    return Capabilities(
        maker=general.number(4, "I") or 0,
        model=general.number(8, "I") or 0,
        firmware=firmware,
        antennas=general.number(0, "H") or 0,
        inputs=min(gpio.number(0, "H") or 0, PORTS_LIMIT),
        outputs=min(gpio.number(2, "H") or 0, PORTS_LIMIT),
        ro_specs=llrp.number(4, "I") or 1,
        can_hold=bool(flags & _HOLDING),
        can_warn=bool(flags & _BUFFER_WARNING),
        has_utc=bool((general.number(2, "H") or 0) & _UTC_CLOCK),
        hop_table=(hops[0].number(0, "B") or 0) if hops else 0,
        powers_cdbm=tuple((index, power) for index, power in powers if index is not None and power is not None),
        modes=tuple(mode for mode in modes if mode is not None),
    )
