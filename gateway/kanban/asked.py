"""Members of an instruction, checked: what a person typed is input like any other."""

from __future__ import annotations

from gateway.kanban.answer import TEXT_LIMIT
from gateway.model import Instruction


class AskedWronglyError(Exception):
    """An instruction that cannot be carried out; says what was wrong and what to do."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def text(instruction: Instruction, member: str, *, needed: bool = True) -> str:
    """A text of at most TEXT_LIMIT characters, "" when it is absent and not needed."""
    value = instruction.body.get(member, "")
    if not isinstance(value, str) or len(value) > TEXT_LIMIT or (needed and not value):
        raise AskedWronglyError(
            "BAD_INSTRUCTION", f"{member} is {repr(value)[:60]}, expected a text of 1 to {TEXT_LIMIT} characters"
        )
    return value


def choice(instruction: Instruction, member: str, choices: tuple[str, ...]) -> str:
    """One of `choices`."""
    value = text(instruction, member)
    if value not in choices:
        raise AskedWronglyError("BAD_INSTRUCTION", f"{member} is {value!r}, expected one of {', '.join(choices)}")
    return value


def flag(instruction: Instruction, member: str) -> bool:
    """True or false, false when absent."""
    value = instruction.body.get(member, False)
    if not isinstance(value, bool):
        raise AskedWronglyError("BAD_INSTRUCTION", f"{member} is {repr(value)[:60]}, expected true or false")
    return value


def texts(instruction: Instruction, member: str, limit: int) -> list[str]:
    """A list of at most `limit` texts, empty when absent."""
    value = instruction.body.get(member, [])
    if not isinstance(value, list) or len(value) > limit or not all(isinstance(one, str) and one for one in value):
        raise AskedWronglyError("BAD_INSTRUCTION", f"{member} is {repr(value)[:60]}, expected up to {limit} texts")
    return [one[:TEXT_LIMIT] for one in value]
