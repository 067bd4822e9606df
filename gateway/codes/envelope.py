"""ISO/IEC 15434 envelopes: `[)>` RS format GS field GS field … RS EOT, as tolerant as real labels need.

Tolerated: a missing RS or EOT, one `>` too many before the header, empty fields, a line end behind the last field,
and separators that the scanner replaced, as long as the header itself shows by what, and it is nothing that may stand
inside a value. A header without any separator proves that they were dropped: then no border is certain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gateway.codes.di_table import PLAIN_VALUE, split_identifier
from gateway.codes.gs1_message import ELEMENT_LIMIT, GS
from gateway.parsed import Element, Flaw

RS, EOT = "\x1e", "\x04"
FORMATS = ("05", "06", "12")
_HEADER = re.compile(r">?\[\)>([^0-9]{0,8})([0-9]{2})")
_TEXT_ELEMENT = re.compile(r"([A-Z][A-Z0-9]{2}) (.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Envelope:
    """The fields of one message by format; a flaw when they cannot be told apart."""

    fields: tuple[tuple[str, str], ...] = ()  # (format, field)
    flaw: Flaw | None = None

    @property
    def is_gs1(self) -> bool:
        """Whether the fields are GS1 element strings (format 05)."""
        return any(form == "05" for form, _ in self.fields)


def is_envelope(text: str) -> bool:
    """Whether a text begins as an ISO 15434 message does."""
    return text.startswith(("[)>", ">[)>"))


def open_envelope(text: str) -> Envelope:
    """Take the fields out. GS and RS must be as the scanner's profile restored them, or be visible in the header."""
    match = _HEADER.match(text)
    if match is None:
        return Envelope(flaw=_damaged(text[:12]))
    body = text[match.end() :].removesuffix(EOT)
    group, record = _separators(match[1], body)
    if not group:
        return Envelope(flaw=_dropped(text))
    if PLAIN_VALUE.fullmatch(group):
        return Envelope(flaw=_unclear(group))
    if match[2] not in FORMATS:
        return Envelope(flaw=_unknown_format(match[2]))
    return _fields(match[2], body, group, record)


def _fields(form: str, body: str, group: str, record: str) -> Envelope:
    """The fields of all records; each record after the first begins with its own format."""
    fields: list[tuple[str, str]] = []
    records = body.split(record) if record not in ("", group) else [body]
    for number, part in enumerate(records):
        if number:
            if not part.strip("\r\n " + EOT):
                continue
            form, part = part[:2], part[2:]
            if form not in FORMATS or not part.startswith(group):
                return Envelope(flaw=_unknown_format(form))
        fields += [(form, field.strip("\r\n" + EOT)) for field in part.split(group) if field.strip("\r\n" + EOT)]
    flaw = _wrong_fields(fields)
    return Envelope(() if flaw else tuple(fields), flaw)


def _wrong_fields(fields: list[tuple[str, str]]) -> Flaw | None:
    if not fields:
        return Flaw("EMPTY", "The label's envelope is empty.", "", "at least one field")
    if len({form for form, _ in fields}) > 1:
        text = "The label mixes formats, whose identifiers mean different things."
        return Flaw("MIXED_FORMATS", text, ", ".join(sorted({form for form, _ in fields})), "one format")
    if len(fields) > ELEMENT_LIMIT:
        text = f"The label has {len(fields)} fields, at most {ELEMENT_LIMIT} are expected."
        return Flaw("TOO_MANY_ELEMENTS", text, str(len(fields)), str(ELEMENT_LIMIT))
    return None


def _separators(before: str, body: str) -> tuple[str, str]:
    """(group, record) separator, as the header shows them; "" for a group separator that was dropped."""
    first = body[:1]
    if first == GS:
        return GS, RS
    if not first or first.isalnum():
        return "", ""
    return first, before or RS


def di_elements(envelope: Envelope) -> tuple[tuple[Element, ...], Flaw | None]:
    """The elements of formats 06 (data identifiers) and 12 (text element identifiers)."""
    elements: list[Element] = []
    for form, field in envelope.fields:
        found = split_identifier(field) if form == "06" else _text_element(field)
        if found is None:
            text = f"The field {field[:40]!r} does not begin with an identifier."
            return tuple(elements), Flaw("UNKNOWN_DI", text, field[:80], "up to three digits and a capital letter")
        elements.append(found)
    return tuple(elements), None


def gs1_text(envelope: Envelope) -> str:
    """The fields of format 05 as one element string."""
    return GS.join(field for form, field in envelope.fields if form == "05")


def _text_element(field: str) -> Element | None:
    match = _TEXT_ELEMENT.fullmatch(field)
    return None if match is None else Element(match[1], match[2])


def _damaged(got: str) -> Flaw:
    text = "The label begins like an ISO 15434 message, but its header is damaged: scan again."
    return Flaw("ENVELOPE", text, got, "[)> RS 06 GS")


def _dropped(text: str) -> Flaw:
    what = "The scanner drops the separators between the fields of this label, so they cannot be told apart: "
    return Flaw("SEPARATOR_DROPPED", what + "set it up by `kanban-gateway probe`.", text[:40], "GS behind the format")


def _unclear(group: str) -> Flaw:
    what = f"The scanner sends {group!r} between the fields of this label, which may stand inside a value too: "
    text = what + "set it up to send GS or a character that no label holds, such as |."
    return Flaw("AMBIGUOUS", text, group, "a separator that is no data")


def _unknown_format(got: str) -> Flaw:
    text = f"The label's format {got!r} is not supported."
    return Flaw("UNKNOWN_FORMAT", text, got, ", ".join(FORMATS))
