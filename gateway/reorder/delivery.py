"""How long suppliers really took, learned from needs that ended with goods: from the signal to the last receipt."""

from __future__ import annotations

from typing import Any

from gateway.kanban.moment import elapsed_ms
from gateway.reorder.need import Episode
from gateway.view import View

LEAD_FACT = "lead"  # by item, place and supplier: the last lead times in milliseconds, newest last
REMEMBERED = 20


def learned(need: Episode, supplier: str, view: View) -> list[Any] | None:
    """The fact of a need that just arrived; None when the clock was set back meanwhile, or nobody delivered it."""
    took_ms = elapsed_ms(need.since, view.now)
    if took_ms is None or not supplier:
        return None
    name = _name(need.item, need.place, supplier)
    return [LEAD_FACT, name, {"ms": [*_known(name, view), took_ms][-REMEMBERED:]}]


def lead_times(item: str, place: str, supplier: str, view: View) -> tuple[int, ...]:
    """Milliseconds from signal to receipt of the last deliveries."""
    return tuple(_known(_name(item, place, supplier), view))


def _known(name: str, view: View) -> list[int]:
    told = view.fact(LEAD_FACT, name)
    return list(told["ms"]) if told else []


def _name(item: str, place: str, supplier: str) -> str:
    return "/".join(one.replace("%", "%25").replace("/", "%2F") for one in (item, place, supplier))
