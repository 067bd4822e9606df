"""What colour each item has at each place: what the rules of kind `item_colour` last said of it (A14).

They tell red and yellow as flags; green is stock that such a rule looks at and has nothing to say about.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gateway.kanban.colour import Colour, worst
from gateway.reorder.flag import FLAGS_FACT
from gateway.reorder.item_colour import KIND
from gateway.reorder.need import place_name
from gateway.reorder.planner import RULES_FACT
from gateway.store.loops import LoopReader

_NAMED = {str(one): one for one in Colour}


def item_colours(reader: LoopReader, items: Iterable[str] | None = None) -> dict[tuple[str, str], Colour]:
    """Colours by item and place of these items, or of all; empty when no rule says colours."""
    rules = _colour_rules(reader)
    if not rules:
        return {}
    found = {}
    for item, place in reader.stocked(items):
        told = reader.fact(FLAGS_FACT, place_name(item, place)) or {}
        colours = [_NAMED[code] for rule, code in told.items() if rule in rules and code in _NAMED]
        found[item, place] = worst(colours) or Colour.GREEN
    return found


def items_json(data_dir: Path) -> list[dict[str, Any]]:
    """Every item at every place as `status --json` shows it."""
    reader = LoopReader(data_dir)
    try:
        found = item_colours(reader)
    finally:
        reader.close()
    return [{"item": item, "location": place, "colour": str(colour)} for (item, place), colour in sorted(found.items())]


def worst_item(colours: dict[tuple[str, str], Colour], watched: Iterable[str]) -> Colour | None:
    """The worst of the watched ones, each `<item>` or `<item>@<place>`; None when none of them is known."""
    names = frozenset(watched)
    return worst(one for (item, place), one in colours.items() if names & {item, f"{item}@{place}"})


def _colour_rules(reader: LoopReader) -> frozenset[str]:
    known = reader.fact(*RULES_FACT)
    rules = known["document"].get("rule", []) if known else []
    return frozenset(str(one["id"]) for one in rules if one.get("kind") == KIND)
