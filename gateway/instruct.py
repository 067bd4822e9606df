"""What a person with access to this machine may ask for: one line for each name. Pure."""

from __future__ import annotations

from collections.abc import Callable

from gateway.kanban.answer import TEXT_LIMIT, nothing
from gateway.model import Decision, Instruction, Status, View

INSTRUCTIONS: dict[str, Callable[[Instruction, View], Decision]] = {}


def carry_out(instruction: Instruction, view: View) -> Decision:
    """Events and the answer; a name that is not in the table changes nothing."""
    flow = INSTRUCTIONS.get(instruction.name)
    if flow is None:
        known = ", ".join(sorted(INSTRUCTIONS))
        text = f"{instruction.name[:TEXT_LIMIT]!r} is unknown here, expected one of {known}"
        return nothing("UNKNOWN_INSTRUCTION", text, Status.REFUSED)
    return flow(instruction, view)
