"""Loading rules: checked as a whole, then in force with the commit, with a version that only grows."""

from __future__ import annotations

from typing import Any

from gateway.kanban.answer import nothing
from gateway.model import Decision, Event, Instruction, Status, Verdict
from gateway.reorder.planner import RULES_FACT
from gateway.reorder.ruledocument import hash_of, rules_of
from gateway.view import View

ZONE_FACT = ("plant", "zone")
LISTED = 20  # mistakes that an answer repeats


def load_rules(instruction: Instruction, view: View) -> Decision:
    """Carry out `rules.load`: `document` as the rule file says it, `zone` of the plant."""
    document, zone = instruction.body.get("document"), instruction.body.get("zone")
    if not isinstance(document, dict) or not isinstance(zone, str):
        return nothing("BAD_INSTRUCTION", "expected an object of `document` and `zone`", Status.REFUSED)
    known = view.fact(*RULES_FACT)
    version, digest = (known["version"] if known else 0), hash_of(document)
    if known is not None and known["hash"] == digest and _zone(view) == zone:
        text = f"These rules are in force already, as version {version}."
        return nothing("RULES_KNOWN", text, Status.ALREADY)
    rules, faults = rules_of(document, version=version + 1)
    if faults:
        told = "; ".join(f"{'.'.join(map(str, fault.path))}: {fault.text}" for fault in faults[:LISTED])
        return nothing("RULES_WRONG", f"The rules are wrong, the old ones stay: {told}", Status.REFUSED)
    fact: dict[str, Any] = {"version": version + 1, "hash": digest, "name": rules.name, "document": document}
    body: dict[str, Any] = {
        "version": version + 1, "hash": digest, "name": rules.name, "rules": [rule.id for rule in rules.rules],
        "facts": [[*RULES_FACT, fact], [*ZONE_FACT, {"name": zone}]],
    }  # fmt: skip
    text = f"{len(rules.rules)} rules are in force now, as version {version + 1} ({digest})."
    return Decision((Event("rules_loaded", "", "", body),), Verdict(Status.OK, "RULES_LOADED", text))


def _zone(view: View) -> str:
    known = view.fact(*ZONE_FACT)
    return str(known["name"]) if known else ""
