"""What GS1 elements mean for receiving and stock: from application identifiers to `Keys`."""

from __future__ import annotations

from decimal import Decimal

from gateway.codes.gs1_rule import read_date
from gateway.parsed import Amount, Element, Keys

_TEXTS = {
    "00": "sscc", "01": "gtin", "02": "content_gtin", "10": "lot", "21": "serial", "240": "supplier_item",
    "241": "item", "400": "purchase_order", "412": "supplier", "410": "ship_to", "422": "origin",
}  # fmt: skip
_DATES = {"17": "expiry", "7003": "expiry", "15": "best_before", "11": "produced"}
_COUNTS = ("30", "37")
# Trade measures, the fourth digit of the AI is the number of decimal places. Units: UN/ECE Recommendation 20.
_NET_WEIGHTS = {"310": "KGM", "320": "LBR", "356": "APZ", "357": "ONZ"}
_GROSS_WEIGHTS = {"330": "KGM", "340": "LBR"}
_SIZES = {
    "311": "MTR", "314": "MTK", "315": "LTR", "316": "MTQ", "321": "INH", "322": "FOT", "323": "YRD", "350": "INK",
    "351": "FTK", "352": "YDK", "360": "QT", "361": "GLL", "364": "INQ", "365": "FTQ", "366": "YDQ",
}  # fmt: skip


def gs1_keys(elements: tuple[Element, ...]) -> Keys:
    """The keys of elements that were judged to be right; the first of repeated ones counts."""
    keys = Keys()
    for element in reversed(elements):
        keys = _with(keys, element.id, element.value)
    return keys


def _with(keys: Keys, ai: str, value: str) -> Keys:
    if ai in _TEXTS:
        return keys.having(_TEXTS[ai], value)
    if ai in _DATES and (day := read_date(value[:6])):
        return keys.having(_DATES[ai], day)
    if ai in _COUNTS:
        return keys.having("quantity", Amount(Decimal(value)))
    if ai[:3] in _NET_WEIGHTS and len(ai) == 4:
        return keys.having("net_weight", _measure(ai, value, _NET_WEIGHTS))
    if ai[:3] in _GROSS_WEIGHTS and len(ai) == 4:
        return keys.having("gross_weight", _measure(ai, value, _GROSS_WEIGHTS))
    if ai[:3] in _SIZES and len(ai) == 4 and keys.quantity is None:
        return keys.having("quantity", _measure(ai, value, _SIZES))
    return keys


def _measure(ai: str, value: str, units: dict[str, str]) -> Amount:
    return Amount(Decimal(value).scaleb(-int(ai[3])), units[ai[:3]])
