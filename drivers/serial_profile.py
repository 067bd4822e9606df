"""What makes of serial scanners understand: the bytes of their answers and tones, and how they take them.

One table, `PROFILES`; each value has the manual it comes from beside it. A character stands for one byte.
Manuals: [LS2208] Symbol LS2208 Product Reference Guide, RS-232 chapter, p 6-16 "Software Handshaking"; [LS3408] Symbol
LS3408 and [DS9808] DS9808 Product Reference Guides, table 2-1 "Beeper Definitions"; [Xenon] Honeywell Xenon/Granit
User Guide p 76-77 "Host ACK"; [D8530] Datalogic PowerScan D8530 manual p 110 "ACK/NACK Protocol", the same in Gryphon
D432 p 116; [M800i] Datalogic Magellan 800i Product Reference Guide p 153 "Host Commands"; [M9300i] Magellan 9300i
p 469; [Touch65] Datalogic Touch 65 Product Reference Guide p 257.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from drivers.scanner_answers import Answers

ProfileName = Literal["plain", "zebra", "honeywell", "datalogic"]


@dataclass(frozen=True, slots=True)
class Profile:
    """The defaults that one make brings; every key of the configuration goes before them."""

    answers: Answers
    baud: int = 9600
    suffixes: tuple[str, ...] = ("\r", "\n")
    on_nak: Literal["resend", "discard"] = "discard"  # what the scanner does with a code that was answered with NAK
    beep_off: str = ""  # what to scan so that it no longer beeps on decode


PROFILES: dict[ProfileName, Profile] = {
    # Nothing is known of it: what comes in is read, nothing is sent unless the configuration says what.
    "plain": Profile(Answers()),
    "zebra": Profile(
        Answers(
            ack="\x06",  # [LS2208] 6-16, option ACK/NAK
            nak="\x15",  # [LS2208] 6-16: the same data is sent again
            bad="\x07",  # [LS3408], [DS9808]: one high beep, when its option Beep on <BEL> is on
            waits_for_ack=True,  # [LS2208] 6-16: "expects either an ACK or NAK response"
            response_timeout_ms=2000,  # [LS2208] Host Serial Response Time-out, set to 2 s; then error, data discarded
            nak_refusals=False,  # a refused card must not come again by itself: ACK, and the attention beep
            shown_by="device",
            decode_beep=True,  # [DS9808] table 2-1: short high beep, "a bar code symbol was decoded"
        ),
        on_nak="resend",  # [LS2208] 6-16: "after three unsuccessful attempts ... discards the data"
        beep_off="scan 'Do Not Beep After Good Decode' in its manual",  # [LS2208] parameter Beep After Good Decode
    ),
    "honeywell": Profile(
        Answers(
            good="\x1b7,",  # [Xenon] 77: successful decode and communication; a comma must end each command
            bad="\x1b8,\x1b8,",  # [Xenon] 76: "[ESC]8,[ESC]8, is sent ... for a not-on-file product"
            waits_for_ack=True,  # [Xenon] 77: suspended until a valid escape string or the time-out
            response_timeout_ms=10_000,  # [Xenon] 77: Host ACK Timeout, default 10 s; then an error tone
            shown_by="device",
            decode_beep=False,  # [Xenon] 76: with Host ACK "no audible or visual indication is emitted until ..."
        ),
        baud=115_200,  # [Xenon] Plug and Play code for RS-232; p 76: Host ACK wants 9600 or faster
        suffixes=("\r", "\n"),  # [Xenon] the Plug and Play code adds CR LF
        on_nak="discard",  # [Xenon] 76: ready to scan again after any escape string
    ),
    "datalogic": Profile(
        Answers(
            connect="E",  # [M800i]: enable; it may have been left disabled by 'F' or 'D'
            ack="\x06",  # [D8530] 110: "no signal will be emitted"
            nak="\x15",  # [D8530] 110: "requesting re-transmission"
            good="\x01",  # [M800i]: force good read tone, "regardless of beep setting"; 'B' needs the decode beep on
            bad="F",  # [M800i]: not on file, three beeps and illumination off; [M9300i] long series of beeps
            rearm="E",  # [M800i]: "must send the E command to re-enable scanner"
            waits_for_ack=True,  # [D8530] 110: "cannot read barcodes while waiting for the Host response"
            response_timeout_ms=2000,  # [D8530] 110: "wrong reception tone after a few seconds"; the shortest of a few
            nak_refusals=False,  # a refused card must not come again by itself
            shown_by="device",
            decode_beep=True,  # [D8530] 110: "emits a good read beep and passes its data to the Host"
        ),
        on_nak="resend",  # [D8530] 110; how often: [Touch65] 257 ACK NAK Retry Count
        beep_off="scan the code in its manual that disables the good read beep",
    ),
}
