"""From the bytes of a code to what it says: the one entrance. Any bytes give a `Label`; none raises.

Nothing is guessed silently. What could be read in two ways is told as a warning, what a dropped separator could have
changed is an error, and the keys of a label with an error are empty.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product

from gateway.codes.checkdigit import has_check_digit, is_digits
from gateway.codes.di_table import PLAIN_VALUE, VALUE_LIMIT, di_keys, is_known, split_identifier
from gateway.codes.digital_link import is_web_address, split_link
from gateway.codes.doubt import hidden_split
from gateway.codes.envelope import di_elements, gs1_text, is_envelope, open_envelope
from gateway.codes.gs1_meaning import gs1_keys
from gateway.codes.gs1_message import Split, judge_elements, split, split_bracketed
from gateway.codes.gs1_table import identifier_at
from gateway.codes.gtin import LENGTHS, is_restricted, retail_gtin, wrong_check_digit
from gateway.codes.profile import GS, KEPT, PLAIN, Profile, restored
from gateway.codes.symbology import AIM_ID, LIKE_AIM, Symbology, aim_for, symbology_of
from gateway.codes.template import Template, apply_template
from gateway.parsed import Element, Flaw, Keys, Label, Syntax

MAX_BYTES = 4096  # more is no code; the largest symbols hold less
STAND_IN_LIMIT = 4  # places where a separator that looks like data may have been; each doubles the readings
COMPOSITE = "|]e0"  # between the linear and the two-dimensional part of a GS1 composite symbol
ITF_DIGITS = 14

_Reader = Callable[["_Code"], Label | None]


@dataclass(frozen=True, slots=True)
class _Code:
    """What is being read."""

    label: Label  # raw, aim, symbology and text are set
    symbol: Symbology
    profile: Profile
    templates: Sequence[Template]

    @property
    def text(self) -> str:
        return self.label.text


def parse(
    raw: bytes, aim: str = "", *, symbology: str = "", profile: Profile = PLAIN, templates: Sequence[Template] = ()
) -> Label:
    """What a code says.

    `aim` is the symbology identifier if the device told it apart from the data; `symbology` what a device without
    identifiers calls the symbol. An identifier in front of the data is taken off.
    """
    if len(raw) > MAX_BYTES:
        text = f"The code has {len(raw)} bytes, at most {MAX_BYTES} are expected."
        flaw = Flaw("CODE_TOO_LONG", text, f"{len(raw)} bytes", f"at most {MAX_BYTES} bytes")
        return Label(raw[:MAX_BYTES], aim, errors=(flaw,))
    text, warnings = _decode(raw)
    aim = aim or aim_for(symbology)
    if not aim and AIM_ID.match(text) and symbology_of(text[:3]):
        aim, text = text[:3], text[3:]
    symbol = symbology_of(aim)
    text = text.rstrip("\r\n")
    label = Label(raw, aim, symbol.name if symbol else "", text=text, warnings=warnings)
    if (reason := _unusable(label, symbol, profile)) is not None:
        return replace(label, errors=(reason,))
    label = replace(label, text=restored(text, profile))
    code = _Code(label, symbol or Symbology(), profile, templates)
    try:
        return next(found for reader in _READERS if (found := reader(code)) is not None)
    except Exception as error:  # noqa: BLE001  a mistake of ours must cost one scan its label, not a device its thread
        name = type(error).__name__
        what = f"The gateway could not read this code because of a mistake of its own ({name}): tell the administrator."
        return replace(label, errors=(Flaw("INTERNAL", what, name, "a code that can be read"),))


def _decode(raw: bytes) -> tuple[str, tuple[Flaw, ...]]:
    try:
        return raw.decode("utf-8"), ()
    except UnicodeDecodeError:
        text = "The code is not UTF-8; it was read as ISO 8859-1."
        return raw.decode("latin-1"), (Flaw("ENCODING", text, raw[:40].hex(), "UTF-8"),)


def _unusable(label: Label, symbol: Symbology | None, profile: Profile) -> Flaw | None:
    if not label.aim and profile.expects_aim:
        text = "The code came without its symbology identifier, which this scanner is set up to send: scan again."
        return Flaw("NO_AIM", text, label.text[:20], "]<letter><digit> before the data")
    if not label.aim and LIKE_AIM.match(label.text):
        text = f"The code begins like a symbology identifier, but there is no {label.text[:3]!r}: scan again."
        return Flaw("UNKNOWN_AIM", text, label.text[:3], "ISO/IEC 15424")
    if label.aim and symbol is None:
        return Flaw("UNKNOWN_AIM", f"There is no symbology {label.aim[:8]!r}.", label.aim[:8], "ISO/IEC 15424")
    if not label.text and not label.aim:
        return Flaw("EMPTY_READ", "The scanner sent an empty code: scan again.", "", "at least one character")
    return None


# -- readers, in their order: the first that takes the code decides ------------------------------------------------


def _by_template(code: _Code) -> Label | None:
    for template in code.templates:
        found = apply_template(template, code.text, code.symbol.name)
        if found is not None:
            elements, keys, errors = found
            label = replace(code.label, template=template.id)
            return _finished(label, Syntax.TEMPLATE, elements, keys, errors)
    return None


def _by_gs1_symbol(code: _Code) -> Label | None:
    return _gs1(code) if code.symbol.is_gs1 else None


def _by_retail_symbol(code: _Code) -> Label | None:
    if not code.symbol.is_retail:
        return None
    linear, bar, composite = code.text.partition(COMPOSITE)
    if code.symbol.aim == "]E3":  # EAN-13 with an add-on of two or five digits
        linear = linear[:13]
    label = _gtin(code.label, retail_gtin(linear, code.symbol.aim))
    if not bar or not label.is_valid:
        return label
    inner = _gs1(replace(code, label=replace(code.label, text=composite)))
    elements = (*label.elements, *inner.elements)
    keys = replace(inner.keys, gtin=label.keys.gtin)
    errors, warnings = (*label.errors, *inner.errors), (*label.warnings, *inner.warnings)
    return _finished(code.label, Syntax.GS1, elements, keys, errors, warnings)


def _by_envelope(code: _Code) -> Label | None:
    if not is_envelope(code.text):
        return None
    envelope = open_envelope(code.text)
    if envelope.flaw is not None:
        return _finished(code.label, Syntax.ISO15434, errors=(envelope.flaw,))
    if envelope.is_gs1:
        found = _judged(split(gs1_text(envelope)))
        return _finished(code.label, Syntax.ISO15434, *found)
    elements, flaw = di_elements(envelope)
    return _identified(code.label, Syntax.ISO15434, elements, flaw)


def _by_web_address(code: _Code) -> Label | None:
    if not is_web_address(code.text):
        return None
    return _finished(code.label, Syntax.DIGITAL_LINK, *_judged(split_link(code.text)))


def _by_brackets(code: _Code) -> Label | None:
    if code.label.aim or not code.text.startswith("("):
        return None
    return _finished(code.label, Syntax.GS1_BRACKETED, *_judged(split_bracketed(code.text)))


def _by_caret(code: _Code) -> Label | None:
    """The notation of standards and printers, in which ^ is FNC1 and | begins a composite: typed, never scanned."""
    if code.label.aim or not code.text.startswith("^"):
        return None
    text = code.text[1:].replace("|^", GS).replace("^", GS)
    return _gs1(replace(code, label=replace(code.label, text=text), profile=replace(code.profile, gs=KEPT)))


def _by_itf(code: _Code) -> Label | None:
    """ITF has no start that protects against partial reads, so that only the length of goods numbers is believed."""
    if code.symbol.name != "itf":
        return None
    text = code.text
    if len(text) != ITF_DIGITS or not is_digits(text):
        what = f"An ITF code of {len(text)} characters may be a part of a longer one, expected {ITF_DIGITS} digits."
        flaw = Flaw("LENGTH", what, text[:40], f"{ITF_DIGITS} digits")
        return _finished(code.label, Syntax.GTIN, errors=(flaw,))
    return _gtin(code.label, text if has_check_digit(text) else wrong_check_digit(text))


def _by_number(code: _Code) -> Label | None:
    """A number that a device without symbology identifiers sent: a GTIN if length and check digit say so."""
    text = code.text
    if code.label.aim or len(text) not in LENGTHS or not has_check_digit(text):
        return None
    label = _gtin(code.label, text.zfill(14))
    elements, errors, _ = _judged_parts(split(text))
    if elements and not errors:
        what = f"{text} may also be the element string ({elements[0].id}) {elements[0].value}; taken as a GTIN."
        flaw = Flaw("AMBIGUOUS", what, text, "a symbology identifier from the scanner")
        return replace(label, warnings=(*label.warnings, flaw))
    return label


def _by_gs1_content(code: _Code) -> Label | None:
    """Element strings without a symbology identifier: separators, or a key of GS1 with its check digit in front."""
    text = code.text
    if code.label.aim:
        return None
    identifier = identifier_at(text, 0)
    has_key = identifier is not None and identifier.ai in ("00", "01", "02")
    is_key_right = has_key and identifier is not None and has_check_digit(text[2 : 2 + (identifier.predefined or 0)])
    has_separators = GS in text and is_digits(text.lstrip(GS)[:2])
    stand_in = code.profile.stand_in
    return _gs1(code) if is_key_right or has_separators or (has_key and stand_in and stand_in in text) else None


def _by_data_identifiers(code: _Code) -> Label | None:
    """Single data identifiers of labels with one symbol for each, or several between separators."""
    fields = [field for field in code.text.strip(GS).split(GS) if field]
    elements = [split_identifier(field) for field in fields]
    if not fields or not code.text.isascii() or len(code.text) > VALUE_LIMIT * 8:
        return None
    known = [one for one in elements if one is not None and is_known(one.id) and one.value.strip()]
    if len(known) != len(fields) or not all(PLAIN_VALUE.fullmatch(one.value) for one in known):
        return None
    label = _identified(code.label, Syntax.DATA_IDENTIFIERS, tuple(known), None)
    if len(known) > 1:
        return label
    text = "This was read as a data identifier without an envelope; it may be any other text."
    return replace(label, warnings=(*label.warnings, Flaw("WITHOUT_ENVELOPE", text, code.text[:40], "[)> RS 06 GS")))


def _as_text(code: _Code) -> Label:
    label = _finished(code.label, Syntax.TEXT)
    if code.text and not code.text.isprintable():
        flaw = Flaw("CONTROL_CHARACTERS", "The code holds control characters.", repr(code.text[:40]), "plain text")
        return replace(label, warnings=(*label.warnings, flaw))
    return label


_READERS: tuple[_Reader, ...] = (
    _by_template,
    _by_gs1_symbol,
    _by_retail_symbol,
    _by_envelope,
    _by_web_address,
    _by_brackets,
    _by_caret,
    _by_itf,
    _by_number,
    _by_gs1_content,
    _by_data_identifiers,
    _as_text,
)


# -- element strings -----------------------------------------------------------------------------------------------

_Parts = tuple[tuple[Element, ...], tuple[Flaw, ...], tuple[Flaw, ...]]  # elements, errors, warnings


def _gs1(code: _Code) -> Label:
    """A GS1 element string, with every reading that the scanner's set-up allows."""
    profile, text = code.profile, code.text
    if profile.is_stand_in_data and profile.stand_in in text:
        return _only_reading(code)
    elements, errors, warnings = _judged_parts(split(text))
    is_in_doubt = not profile.is_separator_certain and GS not in text and not errors
    if is_in_doubt and (cut := hidden_split(elements)) is not None:
        errors = (_swallowed(elements[-1], cut, profile),)
    keys = Keys() if errors else gs1_keys(elements)  # what is not sound need not even be a number
    return _finished(code.label, Syntax.GS1, elements, keys, errors, warnings)


def _only_reading(code: _Code) -> Label:
    """The scanner sends text for GS that may also be data: right is only what can be read in one way."""
    stand_in = code.profile.stand_in
    pieces = code.text.split(stand_in)
    if len(pieces) - 1 > STAND_IN_LIMIT:
        what = f"{stand_in!r} stands in the code {len(pieces) - 1} times, and each may be a separator or data."
        return _finished(code.label, Syntax.GS1, errors=(_unclear(what, code.text),))
    readings: dict[tuple[Element, ...], tuple[Flaw, ...]] = {}
    for joints in product((GS, stand_in), repeat=len(pieces) - 1):
        text = pieces[0] + "".join(joint + piece for joint, piece in zip(joints, pieces[1:], strict=True))
        elements, errors, warnings = _judged_parts(split(text))
        if not errors:
            readings[elements] = warnings
    if len(readings) != 1:
        what = f"{stand_in!r} stands for a separator here and may be data too: {len(readings)} readings are possible."
        return _finished(code.label, Syntax.GS1, errors=(_unclear(what, code.text),))
    elements, warnings = next(iter(readings.items()))
    return _finished(code.label, Syntax.GS1, elements, gs1_keys(elements), (), warnings)


def _judged(found: Split) -> tuple[tuple[Element, ...], Keys, tuple[Flaw, ...], tuple[Flaw, ...]]:
    elements, errors, warnings = _judged_parts(found)
    return elements, gs1_keys(elements) if not errors else Keys(), errors, warnings


def _judged_parts(found: Split) -> _Parts:
    elements, flaw = found
    if flaw is not None:
        return elements, (flaw,), ()
    errors, warnings = judge_elements(elements)
    return elements, errors, warnings


def _swallowed(last: Element, cut: tuple[str, str], profile: Profile) -> Flaw:
    setup = "drops separators" if profile.gs == "dropped" else "was never probed, so it may drop separators"
    text = (
        f"({last.id}) {last.value!r} may have been {cut[0]!r} and ({cut[1][:4]}…) behind a separator: this scanner "
        f"{setup}. Set it up to send GS, then run `kanban-gateway probe`."
    )
    return Flaw("SEPARATOR_DOUBT", text, last.value, "a scanner that is known to send GS", last.id)


def _unclear(what: str, got: str) -> Flaw:
    return Flaw("AMBIGUOUS", f"{what} Set the scanner up to send GS.", got[:80], "one possible reading")


# -- results -------------------------------------------------------------------------------------------------------


def _gtin(label: Label, found: str | Flaw) -> Label:
    if isinstance(found, Flaw):
        return _finished(label, Syntax.GTIN, errors=(found,))
    warnings: tuple[Flaw, ...] = ()
    if is_restricted(found):
        text = f"{found} is a number for use within one company or country, it may mean something else elsewhere."
        warnings = (Flaw("RESTRICTED", text, found, "a GTIN that is unique everywhere"),)
    return _finished(label, Syntax.GTIN, (Element("01", found),), Keys(gtin=found), (), warnings)


def _identified(label: Label, syntax: Syntax, elements: tuple[Element, ...], flaw: Flaw | None) -> Label:
    if flaw is not None:
        return _finished(label, syntax, elements, errors=(flaw,))
    if long := next((one for one in elements if len(one.value) > VALUE_LIMIT), None):
        text = f"{long.id} has {len(long.value)} characters, at most {VALUE_LIMIT} are expected."
        flaw = Flaw("LENGTH", text, str(len(long.value)), f"at most {VALUE_LIMIT} characters", long.id)
        return _finished(label, syntax, elements, errors=(flaw,))
    if odd := next((one for one in elements if not one.value.isprintable()), None):
        text = f"{odd.id} holds control characters: {odd.value[:40]!r}."
        flaw = Flaw("CHARACTERS", text, repr(odd.value[:40]), "printable characters", odd.id)
        return _finished(label, syntax, elements, errors=(flaw,))
    keys, errors, warnings = di_keys(elements)
    return _finished(label, syntax, elements, keys, errors, warnings)


def _finished(
    label: Label, syntax: Syntax, elements: tuple[Element, ...] = (), keys: Keys | None = None,
    errors: tuple[Flaw, ...] = (), warnings: tuple[Flaw, ...] = (),
) -> Label:  # fmt: skip
    """The keys of a label with an error are left empty, so that nobody can book what must not be booked."""
    usable = Keys() if errors or keys is None else keys
    return replace(
        label, syntax=syntax, elements=elements, keys=usable, errors=errors, warnings=(*label.warnings, *warnings)
    )
