"""From our names to URIs: GS1 keys where there are some, private URIs of CBV 2.0 for what has none.

A key becomes an EPC URI when its company prefix is known, since the key alone does not say how long that is; with
another prefix it becomes a Digital Link, which is as good: both have the same canonical form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.codes.checkdigit import has_check_digit
from gateway.codes.epc.charset import SET_82, escape
from gateway.codes.epc.epc import encode
from gateway.epcis.uri import escaped, link
from gateway.quantity import MICRO

Row = Mapping[str, Any]

LOT_LIMIT = 20  # characters of GS1 set 82 (AI 10); other lots cannot stand beside a GTIN
PIECES = frozenset(("C62", "EA", "H87", "PC", "PCE", "PCS", "ST", "STK"))  # a count needs no unit
UNITS = {
    "CM": "CMT", "G": "GRM", "KG": "KGM", "L": "LTR", "M": "MTR", "M2": "MTK", "M3": "MTQ", "ML": "MLT", "MM": "MMT",
    "T": "TNE", "TO": "TNE",
}  # fmt: skip  # what ERPs call units of UN/ECE Recommendation 20


@dataclass(frozen=True, slots=True)
class Naming:
    """How this plant names things. `master` gives a raw row of master data, {} when there is none."""

    master: Callable[[str, str], Row]
    private_url: str  # ends with a slash
    gln: str = ""  # of the party whose ERP gives the numbers of documents; "" for none
    prefixes: tuple[str, ...] = ()  # GS1 company prefixes whose length we know
    places: Mapping[str, str] = field(default_factory=dict)  # location -> URI, before master data
    units: Mapping[str, str] = field(default_factory=dict)  # the ERP's unit -> UN/ECE Rec. 20

    def unit(self, sscc: str) -> str:
        """A handling unit."""
        prefix = self._prefix_of(sscc[1:])
        epc = encode({"00": sscc}, len(prefix)) if prefix else None
        return epc.identity if epc is not None and epc.identity else link(("00", sscc))

    def place(self, location: str) -> str:
        """A location: as configured, as in the master data, or a private URI."""
        if location in self.places:
            return self.places[location]
        row = self.master("locations", location)
        gln, extension = str(row.get("gln", "")), str(row.get("gln_extension", ""))
        if not gln:
            return f"{self.private_url}loc/{escaped(location)}"
        keys = {"414": gln} | ({"254": extension} if extension else {})
        prefix = self._prefix_of(gln)
        epc = encode(keys, len(prefix)) if prefix else None
        return epc.identity if epc is not None and epc.identity else link(*keys.items())

    def goods(self, item: str, lot: str) -> str:
        """A class of goods: GTIN with lot, GTIN alone, or a private class."""
        gtins = self.master("items", item).get("gtins") or ()
        if not gtins or not (len(lot) <= LOT_LIMIT and set(lot) <= SET_82):
            return f"{self.private_url}class/{escaped(item)}" + (f".{escaped(lot)}" if lot else "")
        gtin = str(gtins[0]).zfill(14)
        prefix = self._prefix_of(gtin[1:])
        if not prefix:
            return link(("01", gtin), *((("10", lot),) if lot else ()))
        reference = gtin[0] + gtin[1 + len(prefix) : 13]
        if lot:
            return f"urn:epc:class:lgtin:{prefix}.{reference}.{escape(lot)}"
        return f"urn:epc:idpat:sgtin:{prefix}.{reference}.*"

    def quantity(self, item: str, lot: str, micro: int) -> dict[str, Any]:
        """A `quantityElement`; without a quantity when nobody knows what the ERP's unit is."""
        element: dict[str, Any] = {"epcClass": self.goods(item, lot)}
        uom = str(self.master("items", item).get("uom", ""))
        unit = self.units.get(uom, UNITS.get(uom.upper(), uom))
        if uom and unit not in PIECES and not _is_unit(unit):
            return element
        element["quantity"] = micro // MICRO if micro % MICRO == 0 else micro / MICRO
        return element if not uom or unit in PIECES else element | {"uom": unit}

    def document(self, kind: str, number: str, partner: str = "") -> dict[str, str]:
        """A `bizTransaction`; `partner` is whose ERP gave the number, "" for ours."""
        gln = self._gln_of(partner) if partner else self.gln
        uri = f"urn:epcglobal:cbv:bt:{gln}:{escaped(number)}" if gln else self._private_document(number, partner)
        return {"type": kind, "bizTransaction": uri}

    def _private_document(self, number: str, partner: str) -> str:
        owner = f"{escaped(partner)}." if partner else ""
        return f"{self.private_url}bt/{owner}{escaped(number)}"

    def _gln_of(self, partner: str) -> str:
        codes = self.master("partners", partner).get("codes") or ()
        return next((code for code in codes if len(code) == 13 and has_check_digit(code)), "")

    def _prefix_of(self, digits: str) -> str:
        return next((one for one in self.prefixes if digits.startswith(one)), "")


def _is_unit(text: str) -> bool:
    """Two or three capital letters or digits, as a code of UN/ECE Recommendation 20."""
    return 2 <= len(text) <= 3 and text.isascii() and text.isalnum() and text == text.upper()
