"""Which AIM identifier stands for a bar code type of SSI, for scanners that send none in front of the data.

The types are those of Zebra's Scanner SDK (CsBarcodeTypes.h), the identifiers those of ISO/IEC 15424. Types that say
less than an identifier does, such as a Code 39 of any check mode, become the identifier that claims nothing.
"""

from __future__ import annotations

_UPC_EAN, _EAN_8, _WITH_ADD_ON, _GS1_DATABAR = "]E0", "]E4", "]E3", "]e0"

AIM_OF_TYPE: dict[int, str] = {
    0x01: "]A0",  # Code 39
    0x02: "]F0",  # Codabar
    0x03: "]C0",  # Code 128
    0x04: "]S0",  # Discrete 2 of 5
    0x05: "]R0",  # IATA 2 of 5
    0x06: "]I0",  # Interleaved 2 of 5
    0x07: "]G0",  # Code 93
    0x08: _UPC_EAN,  # UPC-A
    0x09: _UPC_EAN,  # UPC-E0
    0x0A: _EAN_8,
    0x0B: _UPC_EAN,  # EAN-13
    0x0C: "]H0",  # Code 11
    0x0D: "]T0",  # Code 49
    0x0E: "]M0",  # MSI
    0x0F: "]C1",  # GS1-128
    0x10: _UPC_EAN,  # UPC-E1
    0x11: "]L2",  # PDF417
    0x12: "]K0",  # Code 16K
    0x13: "]A4",  # Code 39, full ASCII
    0x15: "]X0",  # Trioptic Code 39
    0x16: _UPC_EAN,  # Bookland EAN
    0x19: "]C0",  # ISBT 128
    0x1A: "]L2",  # MicroPDF417
    0x1B: "]d1",  # Data Matrix
    0x1C: "]Q1",  # QR Code
    0x20: "]X0",  # Code 32
    0x21: "]C4",  # ISBT 128, concatenated
    0x25: "]U0",  # MaxiCode
    0x28: "]L2",  # Macro PDF417
    0x2C: "]Q1",  # Micro QR Code
    0x2D: "]z0",  # Aztec
    0x2E: "]zC",  # Aztec rune
    0x30: _GS1_DATABAR,  # GS1 DataBar
    0x31: _GS1_DATABAR,  # GS1 DataBar Limited
    0x32: _GS1_DATABAR,  # GS1 DataBar Expanded
    0x48: _WITH_ADD_ON,  # UPC-A with 2 digits
    0x49: _WITH_ADD_ON,
    0x4A: _EAN_8,
    0x4B: _WITH_ADD_ON,  # EAN-13 with 2 digits
    0x50: _WITH_ADD_ON,
    0x88: _WITH_ADD_ON,  # UPC-A with 5 digits
    0x89: _WITH_ADD_ON,
    0x8A: _EAN_8,
    0x8B: _WITH_ADD_ON,  # EAN-13 with 5 digits
    0x90: _WITH_ADD_ON,
    0xB7: "]h0",  # Han Xin
    0xC1: "]d2",  # GS1 Data Matrix
    0xC2: "]Q3",  # GS1 QR Code
    0xC4: "]J0",  # DotCode
}
