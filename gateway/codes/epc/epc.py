"""One EPC: read from a tag's memory or from a URI, never raising; what cannot be read stays data with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from gateway.codes.epc.bits import BitReader, EpcError
from gateway.codes.epc.charset import escape, unescape
from gateway.codes.epc.classic import read_fields, write_fields
from gateway.codes.epc.key import Keys, digital_link, fields_of, keys_of
from gateway.codes.epc.plus import PLUS_BY_HEADER, read_plus
from gateway.codes.epc.scheme import BY_HEADER, BY_NAME, SCHEMES
from gateway.codes.epc.special import SPECIAL_BY_HEADER, SPECIAL_BY_NAME, SPECIALS
from gateway.model import Rejection

HEX_LIMIT = 128  # 512 bits; the longest scheme has 212 and a host name
REMEMBERED = 65_536  # EPCs whose meaning is kept: a portal reads each of its tags many times

_TAG, _ID = "urn:epc:tag:", "urn:epc:id:"


@dataclass(frozen=True, slots=True)
class Epc:
    """What one tag says. `scheme` is "" when it is no EPC of TDS 2.3; then `why_not` says why."""

    hex: str  # as read, upper case; "" when it was made from a URI without a binary form
    scheme: str = ""  # "SGTIN-96"
    family: str = ""  # of the pure identity: "sgtin"; "" for the + schemes, which have none
    filter: int | None = None  # 0 all others, 1 point of sale, 2 full case, 6 unit load, by the scheme
    fields: tuple[str, ...] = ()  # company prefix, reference, serial ... as characters
    keys: Keys = ()  # GS1 keys, primary first: (("01", "09506000134352"), ("21", "123"))
    warnings: tuple[str, ...] = ()
    why_not: Rejection | None = None

    @property
    def tag_uri(self) -> str:
        """`urn:epc:tag:…`, "" for what has none."""
        if not self.family or not self.scheme:
            return ""
        filter_part = [] if self.filter is None else [str(self.filter)]
        return f"{_TAG}{self.scheme.lower()}:{'.'.join([*filter_part, *map(escape, self.fields)])}"

    @property
    def identity(self) -> str:
        """The pure identity, `urn:epc:id:…`, "" for what has none."""
        return f"{_ID}{self.family}:{'.'.join(map(escape, self.fields))}" if self.family else ""

    @property
    def link(self) -> str:
        """The path of a GS1 Digital Link, "" for what has none."""
        return digital_link(self.keys)

    @property
    def name(self) -> str:
        """What to call it in events and to people: the identity, else the link, else its bits."""
        return self.identity or self.link or self.hex

    @property
    def common_name(self) -> str:
        """The same for every way in which the same thing can be encoded: its link, else its identity, else its bits."""
        return self.link or self.identity or self.hex


@lru_cache(maxsize=REMEMBERED)
def decode(epc_hex: str) -> Epc:
    """What the EPC memory of a tag says, given as hexadecimal without PC and CRC."""
    text = epc_hex.strip().upper()
    try:
        if not text or len(text) > HEX_LIMIT or not set(text) <= set("0123456789ABCDEF"):
            raise EpcError("EPC_NOT_HEX", text[:40], f"1 to {HEX_LIMIT} hexadecimal digits")
        return _decode(text)
    except EpcError as error:
        return Epc(text[:HEX_LIMIT], why_not=_rejection(error, text))


def parse_uri(uri: str) -> Epc:
    """An EPC from a tag URI, which gives its bits too, or from a pure identity, which gives none."""
    try:
        if uri.startswith(_TAG):
            return _from_tag_uri(uri[len(_TAG) :])
        if uri.startswith(_ID):
            return _from_identity(uri[len(_ID) :])
        raise EpcError("EPC_NOT_URI", uri[:60], f"{_TAG}… or {_ID}…")
    except EpcError as error:
        return Epc("", why_not=_rejection(error, uri))


def parse_text(text: str) -> Epc:
    """An EPC as a document may name it: a URI, or the hexadecimal digits of the tag."""
    return parse_uri(text) if text.startswith("urn:") else decode(text)


def encode(keys: dict[str, str], prefix_digits: int, *, filter_value: int = 0) -> Epc:
    """The shortest EPC of GS1 keys whose company prefix has so many digits; GLN 414 without 254 has serial 0."""
    first: EpcError | None = None
    try:
        family, fields = fields_of(keys, prefix_digits)
    except EpcError as error:
        return Epc("", why_not=_rejection(error, str(keys)))
    for scheme in SCHEMES:
        if scheme.family == family:
            try:
                return _decode(write_fields(scheme, filter_value, fields))
            except EpcError as error:  # the longer one of its family takes letters and longer serials
                first = first or error
    return Epc("", why_not=_rejection(first or EpcError("EPC_NO_SCHEME", family, "a family of TDS 2.3"), str(keys)))


def _decode(text: str) -> Epc:
    bits = BitReader(int(text, 16), 4 * len(text))
    header = bits.take(8)
    if scheme := BY_HEADER.get(header):
        filter_value, fields, warnings = read_fields(scheme, bits)
        if bits.rest():
            warnings = (*warnings, "TRAILING_BITS")
        keys = keys_of(scheme.family, fields)
        return Epc(text, scheme.name, scheme.family, filter_value, fields, keys, warnings)
    if plus := PLUS_BY_HEADER.get(header):
        filter_value, keys, warnings = read_plus(plus, bits)
        return Epc(text, plus.name, "", filter_value, (), keys, warnings)
    if special := SPECIAL_BY_HEADER.get(header):
        chosen = bits.take(special.filter_bits) if special.filter_bits else None
        fields = special.read(bits)
        return Epc(text, special.name, special.family, chosen, fields, (), ("TRAILING_BITS",) if bits.rest() else ())
    raise EpcError("EPC_UNKNOWN_HEADER", f"{header:02X}", "a header of TDS 2.3")


def _from_tag_uri(rest: str) -> Epc:
    name, _, body = rest.partition(":")
    if special := SPECIAL_BY_NAME.get(name):
        if not special.filter_bits:
            return _decode(special.to_hex(0, _split(body, special.count)))
        head, _, body = body.partition(".")
        return _decode(special.to_hex(_filter(head, special.filter_bits), _split(body, special.count)))
    scheme = BY_NAME.get(name)
    if scheme is None:
        raise EpcError("EPC_NO_SCHEME", name[:40], ", ".join(sorted(BY_NAME)))
    head, _, body = body.partition(".")
    return _decode(write_fields(scheme, _filter(head, 3), _split(body, scheme.count)))


def _from_identity(rest: str) -> Epc:
    family, _, body = rest.partition(":")
    for special in SPECIALS:
        if special.family == family:
            fields = _split(body, special.count)
            special.to_hex(0, fields)
            return Epc("", "", family, None, fields)
    error = EpcError("EPC_NO_SCHEME", family[:40], ", ".join(sorted({one.family for one in SCHEMES})))
    for scheme in SCHEMES:  # the shorter one of a family first, the longer takes letters and longer serials
        if scheme.family == family:
            try:
                read = _decode(write_fields(scheme, 0, _split(body, scheme.count)))
            except EpcError as found:
                error = found
            else:
                return Epc("", "", family, None, read.fields, read.keys)
    raise error


def _split(body: str, count: int) -> tuple[str, ...]:
    """The fields of a URI; the last one may have dots of its own."""
    return tuple(unescape(part) for part in body.split(".", count - 1))


def _filter(text: str, bits: int) -> int:
    if not text.isascii() or not text.isdigit() or not int(text) < 1 << bits:
        raise EpcError("EPC_BAD_FILTER", text[:20], f"0 to {(1 << bits) - 1}")
    return int(text)


def _rejection(error: EpcError, subject: str) -> Rejection:
    text = f"This is no EPC as TDS 2.3 has it: {error.got[:60]}, expected {error.expected}."
    return Rejection(error.code, text, got=subject[:60], expected=error.expected)
