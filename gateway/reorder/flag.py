"""What people must know of an item at a place: told once, with a task, and over when it is not so any more."""

from __future__ import annotations

from typing import Any

from gateway.kanban.answer import task
from gateway.model import Event
from gateway.reorder.need import episode_name
from gateway.text.sentence import to_json
from gateway.view import View

FLAG_FACT = "flag"  # by `<item>/<place>/<rule>`: the code that was told

Place = tuple[str, str, str]  # item, place, rule


def flagged(place: Place, code: str, text: str, view: View, members: dict[str, Any] | None = None) -> Event | None:
    """The event that tells it; None when it was told already."""
    item, area, rule = place
    name = episode_name(rule, item, area)
    known = view.fact(FLAG_FACT, name)
    if known is not None and known["code"] == code:
        return None
    body: dict[str, Any] = {"item": item, "location": area, "rule": rule, "code": code, "text": str(text)}
    if "key" in (said := to_json(text)):
        body["says"] = said
    body |= members or {}
    body["facts"] = [[FLAG_FACT, name, {"code": code, "item": item, "place": area, "rule": rule}]]
    body["task"] = task(_task(name, code), "reorder", code, text)
    if known is not None and (done := _open_task(name, known["code"], view)):
        body["done"] = done
    return Event("reorder_flagged", "", "", body)


def cleared(place: Place, view: View) -> Event | None:
    """The event that takes it back; None when nothing was told."""
    item, area, rule = place
    name = episode_name(rule, item, area)
    known = view.fact(FLAG_FACT, name)
    if known is None:
        return None
    body: dict[str, Any] = {"item": item, "location": area, "rule": rule, "code": known["code"]}
    body["facts"] = [[FLAG_FACT, name, None]]
    if done := _open_task(name, known["code"], view):
        body["done"] = done
    return Event("reorder_cleared", "", "", body)


def flag_of(place: Place, view: View) -> str:
    """The code that stands, "" for none."""
    item, area, rule = place
    known = view.fact(FLAG_FACT, episode_name(rule, item, area))
    return str(known["code"]) if known else ""


def _task(name: str, code: str) -> str:
    return f"reorder/{code}/{name}"


def _open_task(name: str, code: str, view: View) -> list[str]:
    task_id = _task(name, code)
    return [task_id] if view.open_task(task_id) is not None else []
