"""A decision in words: the formula, every number with where it came from, what was compared, what counted against it,
and by which version of rules and master data. From an event, so that it can be told years later, or from a judgement.
"""

from __future__ import annotations

from typing import Any

from gateway.reorder.judgement import Judgement
from gateway.reorder.request import master_data
from gateway.reorder.rule import RuleSet
from gateway.text.sentence import say
from gateway.view import View

Body = dict[str, Any]

_OUTCOME_TEXTS = {
    "fires": "asks for it now",
    "not_true": "not asked for: what it compares is not so",
    "open": "not asked for again: its need {key} is {state}",
    "netted": "not asked for: what is on its way and asked for is enough",
    "flagged": "told to people, nothing is ordered",
    "held": "held: the ERP refused it {refusals} times in a row",
    "too_large": "not asked for: more than its max_quantity",
    "not_deciding": "not asked for: another gateway decides here",
    "cannot": "cannot be judged",
    "training": "in training: nothing is decided",
    "awaited": "not asked for: its order is over at the ERP, whose stock is on its way here",
    "ends": "its need {key} ends: it is not so any more",
}


def explained(event: Body) -> list[str]:
    """The lines for people of a `reorder_triggered` event."""
    trigger = event.get("tr") or event["would"]["tr"]
    basis = trigger["basis"]
    said = f"{event['key']}  {event['w']}, by rule {trigger['rule']}"
    if "aside" in event:
        said += f", in {event['aside']}: the ERP was not asked"
    asked = f"  asks for {trigger['qty']} {trigger['uom']} of {trigger['item']} at {trigger['location']}"
    asked += f", {trigger['priority']}" if trigger["priority"] != "normal" else ""
    asked += f", wanted by {trigger['due']}" if "due" in trigger else ", no lead time is known"
    whom = "from several" if "shares" in trigger else "from whom is open"
    asked += f", {trigger['way']} from {trigger['source']}" if "source" in trigger else f", {whom}"
    lines = [said, asked, *_basis_lines(basis)]
    lines += [f"  source: {one['quantity']} by {one['way']} {one['source']}: {_plain(one['why'])}"
              for one in basis.get("shares", ())]  # fmt: skip
    lines.append(f"  parameters: {basis['params']}")
    if "when" in basis:
        lines.append(f"  and only when: {basis['when']}")
    rules = basis["rules"]
    lines.append(f"  rules: version {rules['version']} ({rules['hash']})")
    lines += [f"  master data: {name} version {one['version']}, {_age(one['age_s'])} old"
              for name, one in basis["md"].items()]  # fmt: skip
    return lines


def why_not(judgement: Judgement) -> list[str]:
    """The lines for people of what a rule says at a place now."""
    rule, episode = judgement.bound.rule, judgement.episode
    outcome = _OUTCOME_TEXTS[judgement.outcome].format(
        key=episode.key, state=f"{episode.state} {episode.doc}".strip(), refusals=episode.refusals
    )
    lines = [f"{rule.id} ({rule.kind}) for {episode.item} at {episode.place}: {outcome}"]
    if judgement.bound.mistakes and judgement.bound.parameters is None:
        lines += [f"  {one.member} is {one.got}, expected {one.expected}" for one in judgement.bound.mistakes]
    if judgement.finding is not None:
        told = {**judgement.finding.as_json(), "netted": judgement.netted}
        lines += _basis_lines(told)
        if judgement.finding.fault is not None:
            lines.append(f"  cannot: {judgement.finding.fault.text}")
    lines.append(f"  parameters: {judgement.bound.named}")
    if episode.why:
        lines.append(f"  its last need ended: {episode.why}")
    return lines


def judgement_json(judgement: Judgement, rules: RuleSet, view: View) -> Body:
    """All of it for programs."""
    episode, finding = judgement.episode, judgement.finding
    told: Body = {
        "rule": judgement.bound.rule.id, "kind": judgement.bound.rule.kind, "item": episode.item,
        "location": episode.place, "outcome": judgement.outcome, "params": judgement.bound.named,
        "rules": {"version": rules.version, "hash": rules.hash}, "md": master_data(view),
        "episode": episode.to_json(), "netted": list(judgement.netted),
    }  # fmt: skip
    if finding is not None:
        told["finding"] = finding.as_json()
    if judgement.bound.parameters is None:
        told["mistakes"] = [[one.member, one.got, one.expected] for one in judgement.bound.mistakes]
    return told


def _basis_lines(basis: Body) -> list[str]:
    lines = [f"  why: {_plain(basis['why'])}", f"  formula: {basis['formula']}"]
    lines += [f"    {one['name']} = {_number(one)}  ({one['origin']})" for one in basis["numbers"]]
    for one in basis["comparisons"]:
        left, right = one["left"], one["right"]
        truth = "true" if one["true"] else "not true"
        compared = f"{left['name']} {_number(left)} {one['operator']} {right['name']} {_number(right)}"
        lines.append(f"  compared: {compared}: {truth}")
    lines += [f"  counts against it: {one['what']} {one['qty']} {one['ref']}".rstrip() for one in basis["netted"]]
    return lines


def _plain(told: Any) -> str:
    """A sentence as it stands in an event."""
    if not isinstance(told, dict):
        return str(told)
    if "key" in told:
        try:
            return say(told["key"], **{name: _plain(value) for name, value in told.get("args", {}).items()})
        except KeyError:  # of a later version
            return f"{told['key']} {told.get('args', '')}"
    return str(told.get("text", ""))


def _number(one: Body) -> str:
    unit = one["unit"]
    if unit == "ms":
        return f"{one['value']} ms"
    return str(one["value"]) + ("/d" if unit == "micro/d" else "")


def _age(seconds: int) -> str:
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
