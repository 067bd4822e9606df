"""Commissioning a scanner: from what arrives when the probe sheet is scanned to the lines of its configuration.

Pure. The sheet has two symbols whose content is known, so that whatever is between the known words is what became of
a separator, whatever is before them is a prefix or a symbology identifier, and whatever is behind them a suffix.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from gateway.codes.keyboard import LAYOUTS, as_sent
from gateway.codes.profile import DROPPED, EOT, GS, KEPT, RS, UNKNOWN

LEARN_LIMIT_BYTES = 16_384  # of a recording; two scans have some hundred
ARRIVAL_LIMIT = 8  # characters that may arrive for one separator

# What the symbols of the sheet hold: a GS1 message and an ISO 15434 message.
# The signs in the lot are typed by different keys in every layout of keyboard.
GS1_PROBE = "(01)09501101530003(10)PROBE-/&:(21)LABEL"
ISO_PROBE = f"[)>{RS}06{GS}PPROBE{GS}1TLABEL{RS}{EOT}"

_ANY = rf"(.{{0,{ARRIVAL_LIMIT}}}?)"
_LEAD = r"([^\[\]A-Za-z0-9\r\n\t]{0,4})(\][A-Za-z][0-9A-Fa-f])?"
_TAIL = r"([\r\n\t\x03]{0,3})"
_END = rf"([^\r\n\t]{{0,{2 * ARRIVAL_LIMIT}}})"
# What a symbol's scan must hold is sought first, and then what stands before it: otherwise every place of a recording
# would be tried as the beginning.
_GS1 = re.compile(rf"010950110153000310PROBE-/&:{_ANY}21LABEL{_TAIL}", re.DOTALL)
_GS1_LEAD = re.compile(rf"{_LEAD}{_ANY}\Z", re.DOTALL)
_ISO = re.compile(rf"\[\)>{_ANY}06{_ANY}PPROBE{_ANY}1TLABEL{_END}{_TAIL}", re.DOTALL)
_ISO_LEAD = re.compile(rf"{_LEAD}\Z", re.DOTALL)
_LEAD_LIMIT = 4 + 3 + ARRIVAL_LIMIT  # characters


@dataclass(frozen=True, slots=True)
class Learned:
    """What the scans of a sheet showed. Empty texts and UNKNOWN: not shown."""

    gs: str = UNKNOWN
    rs: str = UNKNOWN
    eot: str = UNKNOWN
    has_aim: bool = False
    prefix: str = ""
    suffix: str = ""
    layout: str = ""  # of the computer, when the keys of the scanner were taken for another layout
    scans: int = 0
    notes: tuple[str, ...] = ()

    def toml(self, *, layout: str = "", is_framed: bool = True) -> str:
        """The lines for the scanner's `[[device]]` table.

        `layout`: what a scanner in keyboard mode is set to. `is_framed`: whether a prefix and suffix tell codes apart.
        """
        lines = ["# behind the other keys of the [[device]] table:"]
        if layout:
            lines.append(f"layout = {_quoted(layout)}")
        if self.prefix and is_framed:
            lines.append(f"prefix = {_quoted(self.prefix)}")
        if self.suffix and is_framed:
            lines.append(f"suffixes = [{_quoted(self.suffix)}]")
        if self.has_aim:
            lines.append("aim_required = true")
        lines += ["", "[device.separators]"]
        lines += [f"{name} = {_quoted(getattr(self, name))}" for name in ("gs", "rs", "eot")]
        return "\n".join(lines)


def learn(data: bytes) -> Learned:
    """What a recording of the scans of the sheet shows; `scans` is 0 when none is in it. Never raises."""
    text = data[:LEARN_LIMIT_BYTES].decode("utf-8", "replace")
    readings = {name: _found(text if name == "us" else as_sent(text, name)) for name in LAYOUTS}
    layout = max(LAYOUTS, key=lambda name: readings[name].scans)  # the first of equals: the US layout changes nothing
    found = readings[layout]
    if not found.scans:
        return Learned(notes=("Nothing of the sheet was recognised: scan both of its symbols, and nothing else.",))
    return found if layout == "us" else _shifted(found, layout)


def _found(text: str) -> Learned:
    learned = Learned()
    for lead, match in _scans(text, _GS1_LEAD, _GS1):
        learned = _with_frame(learned, lead[1], lead[2], match[2])
        learned = _with_separator(learned, "gs", match[1], GS)
    for lead, match in _scans(text, _ISO_LEAD, _ISO):
        learned = _with_frame(learned, lead[1], lead[2], match[5])
        record, end = match[1], match[4]
        learned = _with_separator(learned, "rs", record, RS)
        for arrived in (match[2], match[3]):
            learned = _with_separator(learned, "gs", arrived, GS)
        learned = _with_separator(learned, "eot", end.removeprefix(record) if record else end, EOT)
    return replace(learned, notes=(*learned.notes, *_advice(learned))) if learned.scans else learned


def _scans(text: str, lead: re.Pattern[str], body: re.Pattern[str]) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    """Each scan of a symbol: what stands before the words that it must hold, back to the scan before, and the rest."""
    begin = 0
    for match in body.finditer(text):
        found = lead.search(text[max(begin, match.start() - _LEAD_LIMIT) : match.start()])
        begin = match.end()
        if found is not None:
            yield found, match


def _with_frame(learned: Learned, prefix: str, aim: str | None, suffix: str) -> Learned:
    """What stands around the data; every scan must show the same."""
    notes = learned.notes
    if learned.scans and (prefix, suffix, bool(aim)) != (learned.prefix, learned.suffix, learned.has_aim):
        notes = (*notes, "The scans begin or end in different ways: the symbologies are set up differently.")
    return replace(learned, prefix=prefix, suffix=suffix, has_aim=bool(aim), scans=learned.scans + 1, notes=notes)


def _with_separator(learned: Learned, name: str, arrived: str, meant: str) -> Learned:
    told = KEPT if arrived == meant else arrived or DROPPED
    known = getattr(learned, name)
    if known not in (UNKNOWN, told):
        note = f"{name.upper()} arrives in two ways, as {known!r} and as {told!r}: it is taken for dropped."
        told, learned = DROPPED, replace(learned, notes=(*learned.notes, note))
    set_name: Callable[..., Learned] = replace
    return set_name(learned, **{name: told})


def _advice(learned: Learned) -> tuple[str, ...]:
    notes = []
    if learned.gs == DROPPED:
        notes.append(
            "GS is dropped: labels in which that could have changed anything are refused. Set the scanner up to send "
            "control characters, or to send another character for GS (FNC1)."
        )
    elif learned.gs.isalnum() and learned.gs not in (KEPT, UNKNOWN):
        notes.append(f"{learned.gs!r} for GS may also be data: labels that can be read in two ways are refused.")
    if learned.gs == UNKNOWN:
        notes.append("No scan showed what becomes of GS.")
    if learned.rs == UNKNOWN:
        notes.append("The ISO 15434 symbol was not scanned: RS and EOT are unknown.")
    if not learned.has_aim:
        notes.append("No symbology identifier arrives: set the scanner up to send AIM identifiers, if it can.")
    if not learned.suffix:
        notes.append("Nothing ends a code: set up a suffix such as CR, otherwise only silence ends it.")
    return tuple(notes)


def _shifted(found: Learned, layout: str) -> Learned:
    note = (
        f"The scanner types for a US keyboard and the computer has the layout {layout!r}: set the scanner up for that "
        "layout, or use a serial mode, in which there is none."
    )
    return replace(found, layout=layout, notes=(note, *found.notes))


def _quoted(text: str) -> str:
    """A TOML basic string."""
    escaped = (
        character if character.isprintable() and character not in '"\\' else f"\\u{ord(character):04X}"
        for character in text
    )
    return f'"{"".join(escaped)}"'
