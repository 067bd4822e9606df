"""What a scanner in keyboard mode types when it and the computer have different layouts.

A scanner sends keys, not characters: the key that is `q` on a US keyboard types `a` in France. Each layout is listed
by the 47 keys of the US layout in the same order, without and with shift. A blank is a key that types nothing by
itself: a dead one, such as ^ in France.
"""

from __future__ import annotations

_US = ("`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./", '~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>?')
LAYOUTS: dict[str, tuple[str, str]] = {
    "us": _US,
    "de": (" 1234567890ß qwertzuiopü+#asdfghjklöäyxcvbnm,.-", "°!\"§$%&/()=? QWERTZUIOPÜ*'ASDFGHJKLÖÄYXCVBNM;:_"),
    "fr": ("²&é\"'(-è_çà)=azertyuiop $*qsdfghjklmùwxcvbn,;:!", " 1234567890°+AZERTYUIOP £µQSDFGHJKLM%WXCVBN?./§"),
    "be": ("²&é\"'(§è!çà)-azertyuiop $µqsdfghjklmùwxcvbn,;:=", "³1234567890°_AZERTYUIOP *£QSDFGHJKLM%WXCVBN?./+"),
    "es": ("º1234567890'¡qwertyuiop +çasdfghjklñ zxcvbnm,.-", 'ª!"·$%&/()=?¿QWERTYUIOP *ÇASDFGHJKLÑ ZXCVBNM;:_'),
    "it": ("\\1234567890'ìqwertyuiopè+ùasdfghjklòàzxcvbnm,.-", '|!"£$%&/()=?^QWERTYUIOPé*§ASDFGHJKLç°ZXCVBNM;:_'),
    "jp": (" 1234567890-^qwertyuiop@[]asdfghjkl;:zxcvbnm,./", " !\"#$%&'() =~QWERTYUIOP`{}ASDFGHJKL+*ZXCVBNM<>?"),
}


def typed(text: str, layout: str, scanner: str = "us") -> str:
    """What the computer shows when a scanner with one layout types `text` at a computer with another."""
    return text.translate(_table(scanner, layout))


def as_sent(text: str, layout: str, scanner: str = "us") -> str:
    """What the scanner meant when the computer showed `text`."""
    return text.translate(_table(layout, scanner))


def _table(before: str, after: str) -> dict[int, str]:
    """Where two keys type the same character the first counts."""
    table: dict[int, str] = {}
    for keys, other in zip(LAYOUTS[before], LAYOUTS[after], strict=True):
        for character, becomes in zip(keys, other, strict=True):
            if character != " ":
                table.setdefault(ord(character), becomes.strip())
    return table
