"""Keyboard layouts: which character stands on which key, as the Windows layouts of the same name have them.

Scanners pretend to be such a keyboard; a text read with another layout than theirs comes out wrong. Rows are those of
the keyboard from top to bottom, left to right, from the key beside the 1 to the one beside the right shift; a combining
accent is a dead key, a space is a key without a character. Checked against xkeyboard-config, symbols/* "basic".
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Literal, NamedTuple

LayoutName = Literal["us", "gb", "de", "fr", "be", "es", "it", "jp"]

# Key codes of linux/input-event-codes.h, by row. 86 is the key between left shift and Z, which a US keyboard has not.
_ROWS = (
    (41, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13),
    (16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27),
    (30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 43),
    (86, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53),
)
_JAPANESE = (124, 89)  # yen and backslash, on Japanese keyboards only; both give U+005C, whatever is printed on them

GRAVE, ACUTE, CIRCUMFLEX, TILDE, DIAERESIS = "\u0300", "\u0301", "\u0302", "\u0303", "\u0308"
ALONE = {GRAVE: "`", ACUTE: "´", CIRCUMFLEX: "^", TILDE: "~", DIAERESIS: "¨"}  # a dead key and then space


class Level(NamedTuple):
    """What must be held for a character."""

    shift: bool = False
    altgr: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """Characters by key and level; `keys` has every key of the main block."""

    characters: dict[tuple[int, Level], str]
    has_altgr: bool

    def character(self, key: int, level: Level) -> str:
        """The character or dead accent of a key, "" when it has none there."""
        return self.characters.get((key, level), "")


def _layout(plain: tuple[str, ...], shift: tuple[str, ...], altgr: dict[str, str], both: dict[str, str]) -> Layout:
    """`altgr` and `both` (with shift) go by the character that the key has alone."""
    keys = tuple(chain.from_iterable(_ROWS)) + _JAPANESE
    alone = dict(zip("".join(plain), keys, strict=False))
    found = {(key, Level()): character for key, character in zip(keys, "".join(plain), strict=False)}
    found |= {(key, Level(shift=True)): character for key, character in zip(keys, "".join(shift), strict=False)}
    found |= {(alone[key], Level(altgr=True)): character for key, character in altgr.items()}
    found |= {(alone[key], Level(shift=True, altgr=True)): character for key, character in both.items()}
    return Layout({place: one for place, one in found.items() if one != " "}, bool(altgr))


LAYOUTS: dict[LayoutName, Layout] = {
    "us": _layout(
        ("`1234567890-=", "qwertyuiop[]", "asdfghjkl;'\\", " zxcvbnm,./"),
        ("~!@#$%^&*()_+", "QWERTYUIOP{}", 'ASDFGHJKL:"|', " ZXCVBNM<>?"),
        {}, {},
    ),
    "gb": _layout(
        ("`1234567890-=", "qwertyuiop[]", "asdfghjkl;'#", "\\zxcvbnm,./"),
        ('¬!"£$%^&*()_+', "QWERTYUIOP{}", "ASDFGHJKL:@~", "|ZXCVBNM<>?"),
        {"`": "¦", "4": "€", "e": "é", "u": "ú", "i": "í", "o": "ó", "a": "á"},
        {"e": "É", "u": "Ú", "i": "Í", "o": "Ó", "a": "Á"},
    ),
    "de": _layout(
        (CIRCUMFLEX + "1234567890ß" + ACUTE, "qwertzuiopü+", "asdfghjklöä#", "<yxcvbnm,.-"),
        ('°!"§$%&/()=?' + GRAVE, "QWERTZUIOPÜ*", "ASDFGHJKLÖÄ'", ">YXCVBNM;:_"),
        {"2": "²", "3": "³", "7": "{", "8": "[", "9": "]", "0": "}", "ß": "\\", "q": "@", "e": "€", "+": "~", "<": "|",
         "m": "µ"},
        {"ß": "ẞ"},
    ),
    "fr": _layout(
        ("²&é\"'(-è_çà)=", "azertyuiop" + CIRCUMFLEX + "$", "qsdfghjklmù*", "<wxcvbn,;:!"),
        (" 1234567890°+", "AZERTYUIOP" + DIAERESIS + "£", "QSDFGHJKLM%µ", ">WXCVBN?./§"),
        {"é": TILDE, '"': "#", "'": "{", "(": "[", "-": "|", "è": GRAVE, "_": "\\", "ç": "^", "à": "@", ")": "]",
         "=": "}", "e": "€", "$": "¤"},
        {},
    ),
    "be": _layout(
        ("²&é\"'(§è!çà)-", "azertyuiop" + CIRCUMFLEX + "$", "qsdfghjklmùµ", "<wxcvbn,;:="),
        ("³1234567890°_", "AZERTYUIOP" + DIAERESIS + "*", "QSDFGHJKLM%£", ">WXCVBN?./+"),
        {"&": "|", "é": "@", '"': "#", "§": "^", "ç": "{", "à": "}", CIRCUMFLEX: "[", "$": "]", "ù": ACUTE, "µ": GRAVE,
         "=": TILDE, "<": "\\", "e": "€"},
        {},
    ),
    "es": _layout(
        ("º1234567890'¡", "qwertyuiop" + GRAVE + "+", "asdfghjklñ" + ACUTE + "ç", "<zxcvbnm,.-"),
        ('ª!"·$%&/()=?¿', "QWERTYUIOP" + CIRCUMFLEX + "*", "ASDFGHJKLÑ" + DIAERESIS + "Ç", ">ZXCVBNM;:_"),
        {"º": "\\", "1": "|", "2": "@", "3": "#", "4": TILDE, "5": "€", "6": "¬", GRAVE: "[", "+": "]", ACUTE: "{",
         "ç": "}", "e": "€"},
        {},
    ),
    "it": _layout(
        ("\\1234567890'ì", "qwertyuiopè+", "asdfghjklòàù", "<zxcvbnm,.-"),
        ('|!"£$%&/()=?^', "QWERTYUIOPé*", "ASDFGHJKLç°§", ">ZXCVBNM;:_"),
        {"è": "[", "+": "]", "ò": "@", "à": "#", "e": "€", "5": "€"},
        {"è": "{", "+": "}"},
    ),
    "jp": _layout(
        (" 1234567890-^", "qwertyuiop@[", "asdfghjkl;:]", " zxcvbnm,./", "\\\\"),
        (" !\"#$%&'() =~", "QWERTYUIOP`{", "ASDFGHJKL+*}", " ZXCVBNM<>?", "|_"),
        {}, {},
    ),
}  # fmt: skip
