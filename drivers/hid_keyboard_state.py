"""The state of one keyboard: keys pressed and released in, characters out. Pure.

Each scanner has a state of its own, so that the shift of one never changes the code of another. Shift, AltGr (or Ctrl
and Alt), caps lock, dead keys and Alt with the number pad work as on a Windows keyboard; Ctrl with a letter or one of
[ \\ ] ^ _ is a control character, so that Ctrl+] is GS.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from drivers.hid_keyboard_layout import ALONE, Layout, Level

LEFT_CTRL, LEFT_SHIFT, RIGHT_SHIFT, LEFT_ALT, CAPS_LOCK, RIGHT_CTRL, RIGHT_ALT = 29, 42, 54, 56, 58, 97, 100
LEFT_META, RIGHT_META, NUM_LOCK, SCROLL_LOCK = 125, 126, 69, 70
_SILENT = frozenset({
    LEFT_CTRL, LEFT_SHIFT, RIGHT_SHIFT, LEFT_ALT, CAPS_LOCK, RIGHT_CTRL, RIGHT_ALT, LEFT_META, RIGHT_META, NUM_LOCK,
    SCROLL_LOCK,
})  # fmt: skip
_FIXED = {28: "\r", 96: "\r", 15: "\t", 57: " ", 1: "\x1b", 14: "\b"}  # Enter, both of them; Tab, space, Esc, Backspace
_PAD_DIGITS = {82: "0", 79: "1", 80: "2", 81: "3", 75: "4", 76: "5", 77: "6", 71: "7", 72: "8", 73: "9"}
_PAD = {83: ".", 98: "/", 55: "*", 74: "-", 78: "+", 117: "=", 121: ","}
PAD_DIGITS_LIMIT = 7  # of an Alt sequence; Unicode has no more

NAMED_KEYS = {f"F{n}": code for n, code in enumerate((59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 87, 88), 1)} | {
    "ESC": 1, "BACKSPACE": 14, "TAB": 15, "HOME": 102, "UP": 103, "PAGEUP": 104, "LEFT": 105, "RIGHT": 106, "END": 107,
    "DOWN": 108, "PAGEDOWN": 109, "INSERT": 110, "DELETE": 111,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stroke:
    """What one change of one key amounted to."""

    text: str = ""
    is_unknown: bool = False  # a key was pressed that means nothing: the code has lost a character


_NOTHING, _UNKNOWN = Stroke(), Stroke(is_unknown=True)


class Keyboard:
    """The keys of one device; `named` gives keys such as F8 a meaning, by code."""

    def __init__(self, layout: Layout, named: Mapping[int, str] | None = None) -> None:
        self._layout = layout
        self._named = named or {}
        self._held: set[int] = set()
        self._has_caps = False
        self._accent = ""  # a dead key that waits for its letter
        self._pad = ""  # digits typed while Alt is held

    def forget(self) -> None:
        """Events were lost: what is held is no longer known."""
        self._held.clear()
        self._accent = self._pad = ""

    def change(self, key: int, *, is_pressed: bool) -> Stroke:
        """A key went down or up."""
        if not is_pressed:
            return self._release(key)
        self._held.add(key)
        if key == CAPS_LOCK:
            self._has_caps = not self._has_caps
        if key in _SILENT:
            return _NOTHING
        if key in _PAD_DIGITS and self._is_alt:
            if len(self._pad) >= PAD_DIGITS_LIMIT:
                return _UNKNOWN
            self._pad += _PAD_DIGITS[key]
            return _NOTHING
        text = self._named.get(key) or _FIXED.get(key) or _PAD_DIGITS.get(key) or _PAD.get(key) or self._main(key)
        return self._compose(text) if text else _UNKNOWN

    @property
    def _is_shift(self) -> bool:
        return bool(self._held & {LEFT_SHIFT, RIGHT_SHIFT})

    @property
    def _is_ctrl(self) -> bool:
        return bool(self._held & {LEFT_CTRL, RIGHT_CTRL})

    @property
    def _is_altgr(self) -> bool:
        return self._layout.has_altgr and (RIGHT_ALT in self._held or (LEFT_ALT in self._held and self._is_ctrl))

    @property
    def _is_alt(self) -> bool:
        return LEFT_ALT in self._held or (RIGHT_ALT in self._held and not self._layout.has_altgr)

    def _release(self, key: int) -> Stroke:
        self._held.discard(key)
        if key not in (LEFT_ALT, RIGHT_ALT) or self._is_alt or not self._pad:
            return _NOTHING
        digits, self._pad = self._pad, ""
        text = _of_pad(digits)
        return self._compose(text) if text else _UNKNOWN

    def _main(self, key: int) -> str:
        level = Level(self._is_shift, self._is_altgr)
        if self._has_caps:
            plain = self._layout.character(key, Level())
            if plain.isalpha() and plain.upper() == self._layout.character(key, Level(shift=True)):
                level = Level(not level.shift, level.altgr)
        text = self._layout.character(key, level)
        if self._is_ctrl and not level.altgr:
            return _control(text) or _control(self._layout.character(key, Level(altgr=True)))
        return text

    def _compose(self, text: str) -> Stroke:
        accent, self._accent = self._accent, ""
        if text in ALONE:
            if not accent:
                self._accent = text
                return _NOTHING
            return Stroke(ALONE[accent] + ALONE[text])
        if not accent:
            return Stroke(text)
        if text == " ":
            return Stroke(ALONE[accent])
        joined = unicodedata.normalize("NFC", text + accent) if text.isalpha() else text + accent
        return Stroke(joined if len(joined) == 1 else ALONE[accent] + text)


def _control(character: str) -> str:
    """The control character that Ctrl makes of a character, "" when it makes none (ASCII: the upper five bits go)."""
    code = ord(character.upper()) if len(character) == 1 and character.isascii() else 0
    return chr(code & 0x1F) if 0x40 <= code <= 0x5F else ""


def _of_pad(digits: str) -> str:
    """Alt and digits: with a leading 0 Windows-1252, without one code page 437, above 255 Unicode."""
    number = int(digits)
    if number < 0x80:
        return chr(number) if number else ""
    if number < 0x100:
        return bytes([number]).decode("cp1252" if digits.startswith("0") else "cp437", "replace").replace("\ufffd", "")
    is_character = number < 0x110000 and not 0xD800 <= number < 0xE000
    return chr(number) if is_character else ""
