"""Modes (K13): in which a loop or a station works, and which needs the ERP must never hear of.

`training`: nothing of the real world changes. `shadow`: all is decided and recorded here, while the ERP goes on
deciding by itself. `live`. A need belongs to the mode in which it arose until its bin is full again, whatever
the mode is by then: what the ERP never heard of cannot be filled or cancelled there, and what it did hear of
must be.
"""

from __future__ import annotations

from gateway.view import View

TRAINING, SHADOW, LIVE = "training", "shadow", "live"
MODES = (TRAINING, SHADOW, LIVE)
SCOPES = ("loop", "station", "rule", "item")

MODE_FACT = "mode"  # key `loop/<id>`, `station/<id>`, `rule/<id>` or `item/<item>@<place>`
ASIDE_FACT = "aside"  # key card; `cycle` is the need that arose in shadow


def mode_of(scope: str, name: str, view: View) -> str:
    """The mode of one loop or one station; live when nobody ever said otherwise."""
    known = view.fact(MODE_FACT, f"{scope}/{name}")
    return str(known["mode"]) if known else LIVE


def mode_at(loop: str, station: str, view: View) -> str:
    """The mode of what happens now to a loop at a station: the more careful one of both."""
    modes = {mode_of("loop", loop, view)}
    if station:
        modes.add(mode_of("station", station, view))
    return next(mode for mode in MODES if mode in modes)


def is_aside(card: str, cycle: int, view: View) -> bool:
    """Whether the ERP never heard of the need that this circulation of the card is."""
    known = view.fact(ASIDE_FACT, card)
    return known is not None and known["cycle"] == cycle
