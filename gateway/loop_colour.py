"""What colour each loop has now: from the store's rows to the rule of kanban/colour.py."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gateway.clock import Clock
from gateway.kanban.colour import Bin, LoopColour, colour_of
from gateway.kanban.moment import elapsed_ms
from gateway.master import Loop, MasterDataError
from gateway.model import Stamp
from gateway.quantity import format_quantity
from gateway.store.loops import CardRow, LoopReader


def loop_colours(reader: LoopReader, clock: Clock, loops: Iterable[str] | None = None) -> list[LoopColour]:
    """Colours of these loops, or of all; a loop without usable master data has none."""
    now = Stamp(clock.wall_ms(), clock.mono_ms(), clock.boot, "")
    told = []
    for row in reader.masters(loops):
        try:
            loop = Loop.parse(row)
        except MasterDataError:  # refused when it came, so it is here only after a downgrade
            continue
        told.append(colour_of(loop, [_bin(card, now) for card in reader.cards(loop.id)]))
    return told


def loops_json(data_dir: Path, clock: Clock) -> list[dict[str, Any]]:
    """Every loop as the page and `status --json` show it."""
    reader = LoopReader(data_dir)
    try:
        return [_json(one) for one in loop_colours(reader, clock)]
    finally:
        reader.close()


def _json(one: LoopColour) -> dict[str, Any]:
    told = asdict(one)
    return {**told, "margin": None if one.margin is None else format_quantity(one.margin)}


def _bin(card: CardRow, now: Stamp) -> Bin:
    return Bin(card.state, card.life, card.quantity, elapsed_ms(card.since, now))
