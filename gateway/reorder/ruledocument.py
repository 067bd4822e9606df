"""A rule document, as it stands in a file or an event, becomes a rule set; every mistake is found in one pass.

The document is what TOML says, so JSON values without floats and dates. Nothing here knows files and lines: a fault
names the path of the key it is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from hashlib import blake2b
from typing import Any

from gateway.kanban.mode import LIVE, MODES
from gateway.quantity import parse_quantity
from gateway.reorder.condition import KIND as CONDITION
from gateway.reorder.expression import Expression, ExpressionError, read_expression
from gateway.reorder.kind import KINDS, parameters_of
from gateway.reorder.known_number import NAMES
from gateway.reorder.parameter import read_span
from gateway.reorder.rule import NET_ALL, NETS, Override, Rule, RuleSet, Schedule, Selection

RULES_LIMIT = 200
OVERRIDES_LIMIT = 500  # of one rule
PATTERNS_LIMIT = 200
TEXT_LIMIT = 200
FORMAT = 1
# Parameters that the ERP may give per item and place (master data `order_points`).
FROM_MASTER = (
    "safety_stock", "reorder_point", "minimum", "maximum", "lot", "order_quantity", "minimum_order", "rounding",
    "maximum_order",
)  # fmt: skip
_TOP = ("format", "name", "mode", "defaults", "class", "rule")
_SELECTION = ("items", "locations", "classes")
_OF_A_RULE = (
    "id", "kind", "text", "when", "at", "every", "calendar", "mode", "urgent", "net", "max_quantity", "override",
)  # fmt: skip

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the key at `path`."""

    path: Path
    text: str


@dataclass(slots=True)
class _Reading:
    faults: list[Fault] = field(default_factory=list)

    def fault(self, path: Path, text: str) -> None:
        self.faults.append(Fault(path, text))


def rules_of(document: Any, *, version: int = 0) -> tuple[RuleSet, list[Fault]]:
    """The rule set, and every mistake; with one the set is not to be used."""
    reading = _Reading()
    if not isinstance(document, Mapping):
        return RuleSet(), [Fault((), "expected tables and keys")]
    _known_only(reading, document, (), _TOP)
    if document.get("format", FORMAT) != FORMAT:
        reading.fault(("format",), f"{_shown(document['format'])} is not possible, expected {FORMAT}")
    mode = _choice(reading, document, (), "mode", MODES, LIVE)
    classes = _classes(reading, document.get("class", {}))
    defaults = _table(reading, document.get("defaults", {}), ("defaults",))
    _check_defaults(reading, defaults)
    rules: list[Rule] = []
    rows = _rows(reading, document.get("rule", []), ("rule",), RULES_LIMIT)
    for place, row in enumerate(rows):
        if (rule := _rule(reading, row, ("rule", place), defaults, mode)) is not None:
            if any(one.id == rule.id for one in rules):
                reading.fault(("rule", place, "id"), f"{_shown(rule.id)} is used twice, expected a name of its own")
            rules.append(rule)
    name = _text(reading, document, (), "name", "")
    return RuleSet(tuple(rules), classes, version, hash_of(document), name), reading.faults


def hash_of(document: Any) -> str:
    """16 hexadecimal digits; the same for the same keys and values in any order."""
    return blake2b(_canonical(document).encode(), digest_size=8).hexdigest()


def _canonical(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key!r}:{_canonical(value[key])}" for key in sorted(value, key=str)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_canonical, value)) + "]"
    return repr(value)


def _classes(reading: _Reading, told: Any) -> dict[str, Selection]:
    found = {}
    for name, row in _table(reading, told, ("class",)).items():
        path: Path = ("class", name)
        table = _table(reading, row, path)
        _known_only(reading, table, path, ("items", "locations"))
        found[name] = _selection(reading, table, path)
    return found


def _check_defaults(reading: _Reading, defaults: Mapping[str, Any]) -> None:
    """Each is a parameter of some kind, and possible there."""
    known = sorted({one.name for kind in KINDS.values() for one in fields(kind.parameters)} | {"max_quantity", "net"})
    _known_only(reading, defaults, ("defaults",), known)


def _rule(reading: _Reading, row: Mapping[str, Any], path: Path, defaults: Mapping[str, Any], mode: str) -> Rule | None:
    name = _text(reading, row, path, "id", None)
    kind = _choice(reading, row, path, "kind", tuple(KINDS), None)
    if not name or not kind:
        return None
    of_kind = [one.name for one in fields(KINDS[kind].parameters)]
    _known_only(reading, row, path, (*_SELECTION, *_OF_A_RULE, *of_kind))
    inherited = {member: value for member, value in defaults.items() if member in of_kind}
    own = {member: value for member, value in row.items() if member in of_kind}
    members = inherited | own
    _check_parameters(reading, kind, members, lambda member: (*path, member) if member in own else ("defaults", member))
    return Rule(
        id=name,
        kind=kind,
        selection=_selection(reading, row, path),
        members=members,
        overrides=_overrides(reading, row, path, kind, members),
        when=_condition(reading, row, path),
        schedule=_schedule(reading, row, path),
        mode=_choice(reading, row, path, "mode", MODES, mode) or mode,
        urgent=_flag(reading, row, path, "urgent"),
        net=_choice(reading, {**defaults, **row}, path, "net", NETS, NET_ALL) or NET_ALL,
        max_quantity=_quantity(reading, {**defaults, **row}, path, "max_quantity"),
        text=_text(reading, row, path, "text", ""),
    )


def _check_parameters(reading: _Reading, kind: str, members: Mapping[str, Any], path_of: Any) -> None:
    """What the kind says of its own members; what only the ERP can say of each item may be missing here."""
    _, mistakes = parameters_of(kind, members)
    for mistake in mistakes:
        if mistake.member in members:
            reading.fault(path_of(mistake.member), f"{mistake.got} is not possible, expected {mistake.expected}")
        elif mistake.member not in FROM_MASTER:
            reading.fault(path_of(mistake.member)[:-1], f"{mistake.member} is missing, expected {mistake.expected}")


def _overrides(
    reading: _Reading, row: Mapping[str, Any], path: Path, kind: str, members: Mapping[str, Any]
) -> tuple[Override, ...]:
    of_kind = [one.name for one in fields(KINDS[kind].parameters)]
    found = []
    for place, told in enumerate(_rows(reading, row.get("override", []), (*path, "override"), OVERRIDES_LIMIT)):
        at: Path = (*path, "override", place)
        _known_only(reading, told, at, (*_SELECTION, *of_kind))
        if not any(told.get(member) for member in _SELECTION):
            reading.fault(at, "selects nothing, expected items, locations or classes")
        own = {member: value for member, value in told.items() if member in of_kind}
        _check_parameters(reading, kind, {**members, **own}, lambda member, at=at: (*at, member))
        found.append(Override(_selection(reading, told, at), own))
    return tuple(found)


def _condition(reading: _Reading, row: Mapping[str, Any], path: Path) -> Expression | None:
    text = row.get("when")
    if text is None:
        if row.get("kind") == CONDITION:
            reading.fault(path, "when is missing, expected a condition such as 'on_hand < 100'")
        return None
    try:
        if not isinstance(text, str):
            raise ExpressionError("is no text, expected a condition in quotes")
        found = read_expression(text, NAMES)
        if not found.is_condition:
            raise ExpressionError(f"{_shown(text)} is a number, expected a condition such as 'on_hand < 100'")
    except ExpressionError as error:
        reading.fault((*path, "when"), str(error))
        return None
    return found


def _schedule(reading: _Reading, row: Mapping[str, Any], path: Path) -> Schedule | None:
    times, every_ms = [], 0
    at = row.get("at", [])
    for place, text in enumerate(at if isinstance(at, list) else [at]):
        minute = _minute(text)
        if minute is None:
            where = (*path, "at", place) if isinstance(at, list) else (*path, "at")
            reading.fault(where, f"{_shown(text)} is not possible, expected a time of day such as '06:00'")
        else:
            times.append(minute)
    if "every" in row:
        try:
            every_ms = read_span(row["every"]) if isinstance(row["every"], str) else 0
            if every_ms < 60_000:
                raise ValueError
        except ValueError:
            text = f"{_shown(row['every'])} is not possible, expected a time of 1 min or more such as '30 min' or '8 h'"
            reading.fault((*path, "every"), text)
    calendar = _text(reading, row, path, "calendar", "")
    if times and every_ms:
        reading.fault((*path, "every"), "stands beside 'at', expected one of them")
    if calendar and not (times or every_ms):
        reading.fault((*path, "calendar"), "stands without 'at' or 'every', which it is for")
    return Schedule(tuple(sorted(set(times))), every_ms, calendar) if times or every_ms else None


def _minute(text: Any) -> int | None:
    hour, colon, minute = text.partition(":") if isinstance(text, str) else ("", "", "")
    is_time = colon and len(minute) == 2 and f"{hour}{minute}".isdecimal() and f"{hour}{minute}".isascii()
    if not is_time or len(hour) > 2 or int(hour) > 23 or int(minute) > 59:
        return None
    return int(hour) * 60 + int(minute)


# -- members, one by one -------------------------------------------------------------------


def _selection(reading: _Reading, row: Mapping[str, Any], path: Path) -> Selection:
    return Selection(*(_patterns(reading, row, path, member) for member in _SELECTION))


def _patterns(reading: _Reading, row: Mapping[str, Any], path: Path, member: str) -> tuple[str, ...]:
    value = row.get(member, [])
    told = value if isinstance(value, list) else [value]
    if len(told) > PATTERNS_LIMIT:
        reading.fault((*path, member), f"has {len(told)} entries, expected at most {PATTERNS_LIMIT}")
        return ()
    for place, one in enumerate(told):
        if not isinstance(one, str) or not 0 < len(one) <= TEXT_LIMIT:
            where = (*path, member, place) if isinstance(value, list) else (*path, member)
            reading.fault(where, f"{_shown(one)} is not possible, expected a name or a pattern such as 'SCREW-*'")
            return ()
    return tuple(told)


def _known_only(reading: _Reading, row: Mapping[str, Any], path: Path, known: Sequence[str]) -> None:
    for member in row:
        if member not in known:
            near = get_close_matches(str(member), known, n=1, cutoff=0.65)
            hint = f"did you mean {near[0]!r}?" if near else f"expected one of {', '.join(known)}"
            reading.fault((*path, member), f"unknown key, {hint}")


def _table(reading: _Reading, told: Any, path: Path) -> Mapping[str, Any]:
    if isinstance(told, Mapping):
        return told
    reading.fault(path, f"{_shown(told)} is not possible, expected a table")
    return {}


def _rows(reading: _Reading, told: Any, path: Path, limit: int) -> list[Mapping[str, Any]]:
    if not isinstance(told, list) or not all(isinstance(one, Mapping) for one in told):
        reading.fault(path, f"expected tables written [[{'.'.join(map(str, path))}]]")
        return []
    if len(told) > limit:
        reading.fault(path, f"has {len(told)} entries, expected at most {limit}")
    return told[:limit]


def _text(reading: _Reading, row: Mapping[str, Any], path: Path, member: str, default: str | None) -> str:
    value = row.get(member, default)
    is_name = isinstance(value, str) and len(value) <= TEXT_LIMIT and (value != "" or default is not None)
    if isinstance(value, str) and is_name:
        return value
    told = f"{_shown(value)} is not possible" if member in row else "is missing"
    reading.fault((*path, member) if member in row else path, f"{member} {told}, expected a text in quotes")
    return ""


def _choice(
    reading: _Reading, row: Mapping[str, Any], path: Path, member: str, choices: tuple[str, ...], default: str | None
) -> str:
    value = row.get(member, default)
    if isinstance(value, str) and value in choices:
        return value
    if member not in row:
        reading.fault(path, f"{member} is missing, expected one of {', '.join(choices)}")
        return ""
    near = get_close_matches(str(value), choices, n=1, cutoff=0.65)
    hint = f", did you mean {near[0]!r}?" if near else ""
    text = f"{_shown(value)} is not possible, expected one of {', '.join(choices)}{hint}"
    reading.fault((*path, member), text)
    return ""


def _flag(reading: _Reading, row: Mapping[str, Any], path: Path, member: str) -> bool:
    value = row.get(member, False)
    if not isinstance(value, bool):
        reading.fault((*path, member), f"{_shown(value)} is not possible, expected true or false")
    return value is True


def _quantity(reading: _Reading, row: Mapping[str, Any], path: Path, member: str) -> int:
    value = row.get(member, 0)
    try:
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise ValueError
        micro = parse_quantity(str(value))
        if micro < 0:
            raise ValueError
    except ValueError:
        text = f"{_shown(value)} is not possible, expected a whole number, or a decimal in quotes such as '2.5'"
        reading.fault((*path, member), text)
        return 0
    return micro


def _shown(value: Any) -> str:
    return repr(value)[:60]
