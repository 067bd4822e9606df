"""How one scanner's set-up changes what arrives: what became of the separators GS, RS and EOT on the way.

A keyboard cannot type them, so scanners drop them or send something else. `kanban-gateway probe` finds out which.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gateway.codes.gs1_rule import CHARSETS

UNKNOWN, KEPT, DROPPED = "unknown", "kept", "dropped"
GS, RS, EOT = "\x1d", "\x1e", "\x04"
# What stands for a separator and nothing else, whatever the set-up: the control pictures of Unicode.
_PICTURES = {"\u241d": GS, "\u241e": RS, "\u2404": EOT}


@dataclass(frozen=True, slots=True)
class Profile:
    """One scanner's set-up. `gs`, `rs` and `eot` are UNKNOWN, KEPT, DROPPED or the text that arrives instead."""

    name: str = UNKNOWN
    gs: str = UNKNOWN
    rs: str = UNKNOWN
    eot: str = UNKNOWN
    expects_aim: bool = False  # the scanner is set up to send symbology identifiers: a code without one is damaged

    @property
    def stand_in(self) -> str:
        """The text that arrives for GS; "" when GS itself does, or nothing."""
        return "" if self.gs in (UNKNOWN, KEPT, DROPPED) else self.gs

    @property
    def is_stand_in_data(self) -> bool:
        """Whether the text that arrives for GS may also stand inside a value, as the digits 029 may."""
        return bool(self.stand_in) and CHARSETS["x"].fullmatch(self.stand_in) is not None

    @property
    def is_separator_certain(self) -> bool:
        """Whether a separator that was in the symbol is certain to show in what arrives."""
        return self.gs not in (UNKNOWN, DROPPED)


def restored(text: str, profile: Profile) -> str:
    """The text with the separators as they were in the symbol, as far as that is certain."""
    changes = dict(_PICTURES)
    for arrived, meant in ((profile.eot, EOT), (profile.rs, RS), (profile.gs, GS)):
        is_text = arrived not in (UNKNOWN, KEPT, DROPPED)
        if is_text and not CHARSETS["x"].fullmatch(arrived):
            changes[arrived] = meant
    for arrived, meant in changes.items():
        text = text.replace(arrived, meant)
    return text


PLAIN = Profile()
# Common set-ups by name, for the command line and as a start for a configuration.
PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        one.name: one
        for one in (
            PLAIN,
            Profile(KEPT, KEPT, KEPT, KEPT),
            Profile(DROPPED, DROPPED, DROPPED, DROPPED),
            Profile("aim", expects_aim=True),
            Profile("caret", "^", "^", KEPT),
            Profile("at", "@", "@", DROPPED),
            Profile("pipe", "|", "|", DROPPED),
            Profile("bracket", "]", "^", DROPPED),
            Profile("typed-control", "^]", "^^", "^D"),
            Profile("alt-029", "029", "030", "004"),
            Profile("private-use", "\uf70b", "\uf70c", DROPPED),
        )
    }
)
