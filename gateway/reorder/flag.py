"""What people must know of an item at a place: told once, with a task, and over when it is not so any more."""

from __future__ import annotations

from typing import Any

from gateway.kanban.answer import task
from gateway.model import Event
from gateway.reorder.need import episode_name, place_name
from gateway.text.sentence import to_json
from gateway.view import View

FLAGS_FACT = "flags"  # by `<item>/<place>`: for each rule the code that was told

Place = tuple[str, str, str]  # item, place, rule


def flagged(place: Place, code: str, text: str, view: View, members: dict[str, Any] | None = None) -> Event | None:
    """The event that tells it; None when it was told already."""
    item, area, rule = place
    name, before = episode_name(rule, item, area), flag_of(place, view)
    if before == code:
        return None
    body: dict[str, Any] = {"item": item, "location": area, "rule": rule, "code": code, "text": str(text)}
    if "key" in (said := to_json(text)):
        body["says"] = said
    body |= members or {}
    body["facts"] = [_fact(place, code, view)]
    body["task"] = task(_task(name, code), "reorder", code, text)
    if before and (done := _open_task(name, before, view)):
        body["done"] = done
    return Event("reorder_flagged", "", "", body)


def cleared(place: Place, view: View) -> Event | None:
    """The event that takes it back; None when nothing was told."""
    item, area, rule = place
    before = flag_of(place, view)
    if not before:
        return None
    body: dict[str, Any] = {"item": item, "location": area, "rule": rule, "code": before}
    body["facts"] = [_fact(place, "", view)]
    if done := _open_task(episode_name(rule, item, area), before, view):
        body["done"] = done
    return Event("reorder_cleared", "", "", body)


def flag_of(place: Place, view: View) -> str:
    """The code that stands, "" for none."""
    item, area, rule = place
    known = view.fact(FLAGS_FACT, place_name(item, area))
    return str(known.get(rule, "")) if known else ""


def _fact(place: Place, code: str, view: View) -> list[Any]:
    item, area, rule = place
    name = place_name(item, area)
    others = {one: told for one, told in (view.fact(FLAGS_FACT, name) or {}).items() if one != rule}
    return [FLAGS_FACT, name, (others | ({rule: code} if code else {})) or None]


def _task(name: str, code: str) -> str:
    return f"reorder/{code}/{name}"


def _open_task(name: str, code: str, view: View) -> list[str]:
    task_id = _task(name, code)
    return [task_id] if view.open_task(task_id) is not None else []
