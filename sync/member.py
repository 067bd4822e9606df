"""Checked access to the members of a JSON object from outside.

Everything that arrives is hostile until each member has been read through here. An error names
the document, the member, the value (cut short) and what was expected.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

from gateway.errors import ContractError
from gateway.ids import format_id, parse_id

TEXT_LIMIT = 200  # characters of a name or an id
SHOWN_LIMIT = 60  # characters of a wrong value repeated in an error
DEPTH_LIMIT = 8  # nesting of free-form members
NUMBER_LIMIT = 2**63 - 1  # what the store can hold

_MISSING = object()


class Document:
    """A JSON object; `name` says in errors where it came from, e.g. `ack/sig: dsp[2]`."""

    __slots__ = ("members", "name")

    def __init__(self, name: str, members: dict[str, Any]) -> None:
        self.name = name
        self.members = members

    @classmethod
    def parse(cls, name: str, payload: bytes, limit_bytes: int) -> Document:
        """A whole message of version 1."""
        if len(payload) > limit_bytes:
            raise ContractError(f"{name}: {len(payload)} bytes, expected at most {limit_bytes}")
        try:
            members = orjson.loads(payload)
        except orjson.JSONDecodeError as error:
            raise ContractError(f"{name}: not JSON: {error}, expected a JSON object") from error
        if not isinstance(members, dict):
            raise ContractError(f"{name}: a JSON {type(members).__name__}, expected a JSON object")
        document = cls(name, members)
        document.check_version()
        return document

    def check_version(self) -> None:
        """Another version than ours is refused as a whole."""
        if self.members.get("v") != 1 or isinstance(self.members["v"], bool):
            raise self.wrong("v", "1", hint="is the other side newer than this gateway?")

    def wrong(self, member: str, expected: str, *, hint: str = "") -> ContractError:
        """The error for a member that is not as it should be."""
        if member not in self.members:
            return ContractError(f"{self.name}: {member} is missing, expected {expected}", hint=hint)
        shown = repr(self.members[member])
        if len(shown) > SHOWN_LIMIT:
            shown = shown[:SHOWN_LIMIT] + "…"
        return ContractError(f"{self.name}: {member} is {shown}, expected {expected}", hint=hint)

    def text(self, member: str, default: str | None = None, *, limit: int = TEXT_LIMIT) -> str:
        """A text without control characters; not empty unless there is a default."""
        value = self.members.get(member, default)
        if not isinstance(value, str) or len(value) > limit or (default is None and not value) or not _is_plain(value):
            least = 1 if default is None else 0
            raise self.wrong(member, f"a text of {least} to {limit} characters without control characters")
        return value

    def prose(self, member: str, limit: int) -> str:
        """A text for people: cut at `limit`, control characters become blanks; "" when absent."""
        value = self.members.get(member, "")
        if not isinstance(value, str):
            raise self.wrong(member, "a text")
        return "".join(character if character.isprintable() else " " for character in value[:limit])

    def choice(self, member: str, choices: tuple[str, ...], default: str | None = None) -> str:
        value = self.members.get(member, default)
        if value not in choices:
            raise self.wrong(member, "one of " + ", ".join(choices))
        return str(value)

    def count(self, member: str, lowest: int = 0, default: int | None = None) -> int:
        """A whole number of at least `lowest`."""
        value = self.members.get(member, default)
        if type(value) is not int or not lowest <= value <= NUMBER_LIMIT:
            raise self.wrong(member, f"a whole number, {lowest} or more")
        return value

    def fact(self, member: str, default: bool | None = None) -> bool:
        value = self.members.get(member, default)
        if type(value) is not bool:
            raise self.wrong(member, "true or false")
        return value

    def hash(self, member: str) -> bytes:
        """A chain hash: 32 hexadecimal digits."""
        value = self.members.get(member)
        try:
            raw = bytes.fromhex(value) if isinstance(value, str) and len(value) == 32 else b""
        except ValueError:
            raw = b""
        if len(raw) != 16:
            raise self.wrong(member, "32 hexadecimal digits")
        return raw

    def uuid(self, member: str) -> str:
        """A UUID in canonical lower-case form."""
        value = self.members.get(member)
        try:
            return format_id(parse_id(value)) if isinstance(value, str) and len(value) <= 36 else self._no_uuid(member)
        except ValueError:
            return self._no_uuid(member)

    def _no_uuid(self, member: str) -> str:
        raise self.wrong(member, "a UUID")

    def moment_ms(self, member: str) -> int:
        """An RFC 3339 time as milliseconds since 1970; 0 when absent."""
        value = self.members.get(member)
        if value is None:
            return 0
        try:
            moment = datetime.fromisoformat(value) if isinstance(value, str) and len(value) <= 40 else None
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            raise self.wrong(member, "a time with offset such as 2026-11-22T03:57:55Z")
        return int(moment.timestamp() * 1000)

    def object(self, member: str) -> Document | None:
        """An object within; None when absent."""
        value = self.members.get(member, _MISSING)
        if value is _MISSING:
            return None
        if not isinstance(value, dict):
            raise self.wrong(member, "an object")
        return Document(f"{self.name}: {member}", value)

    def rows(self, member: str, *, default: bool = False) -> list[Document]:
        """A list of objects; with `default` an absent one counts as empty."""
        value = self.members.get(member, [] if default else None)
        if not isinstance(value, list):
            raise self.wrong(member, "a list of objects")
        for place, row in enumerate(value):
            if not isinstance(row, dict):
                raise ContractError(f"{self.name}: {member}[{place}] is {str(row)[:SHOWN_LIMIT]!r}, expected an object")
        return [Document(f"{self.name}: {member}[{place}]", row) for place, row in enumerate(value)]

    def free(self) -> dict[str, Any]:
        """The object itself, after checking that the store can hold and hash it: no floats, not deep."""
        wrong = _find_unfit(self.members, DEPTH_LIMIT)
        if wrong:
            raise ContractError(f"{self.name}{wrong}")
        return self.members


def _find_unfit(value: Any, depth: int) -> str:
    """What the store cannot hold or hash, with its path; "" when all is well."""
    if isinstance(value, str):
        return ""
    if isinstance(value, dict | list):
        if depth == 0:
            return f" is nested too deeply, expected at most {DEPTH_LIMIT} levels"
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            wrong = _find_unfit(inner, depth - 1)
            if wrong:
                return f": {str(key)[:SHOWN_LIMIT]}{wrong}"
    elif isinstance(value, float) or (isinstance(value, int) and abs(value) > NUMBER_LIMIT):
        return f" is {value!r}, expected a whole number below 2^63 or a decimal string"
    return ""


def _is_plain(text: str) -> bool:
    return text.isprintable() or not any(ord(character) < 32 or ord(character) == 127 for character in text)
