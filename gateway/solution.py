"""Which commands solve a task of the resolve list. Pure; for the command line and the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

COMMAND = "kanban-gateway resolve"
_POSTINGS = frozenset({"posting", "held_postings", "dropped", "card_error"})


def solutions(task: Mapping[str, Any]) -> list[str]:
    """Commands for a task (a row with `id` and `kind`), the most likely one first."""
    name, kind = _quoted(str(task["id"])), task["kind"]
    done = f"{COMMAND} done {name} --note TEXT"
    if kind == "portal":  # booking the pallet by hand ends it; this says what there is to book
        return [*([f"kanban-gateway passage {task['ref']}"] if task.get("ref") else []), done]
    if kind not in _POSTINGS:
        return [done]
    redrive = f"{COMMAND} redrive {name}"
    if kind == "held_postings":
        return [redrive, done]
    return [redrive, f"{COMMAND} edit {name} qty=NUMBER", f"{COMMAND} void {name} --reason TEXT", done]


def with_solutions(tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The tasks, each with the commands that solve it under `solve`."""
    return [{**task, "solve": solutions(task)} for task in tasks]


def _quoted(name: str) -> str:
    """Codes of an ERP may hold anything: a name that a shell would take apart is quoted."""
    is_plain = all(character.isalnum() or character in "-_./:" for character in name)
    return name if is_plain else "'" + name.replace("'", "'\\''") + "'"
