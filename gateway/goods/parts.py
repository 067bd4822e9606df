"""Labels with one symbol for each value (AIAG, VDA): the scans are gathered in a dialogue until they make a label.

Each scan is stored with its bytes as it comes; the label that they make is then decided like one that was scanned.
"""

from __future__ import annotations

from dataclasses import replace

from gateway.codes.assembly import Assembly, Progress, add
from gateway.codes.parse import parse
from gateway.goods.act import Case
from gateway.goods.problem import Refusal
from gateway.goods.word import texts_of
from gateway.kanban.flow import Flow, ask
from gateway.model import Decision, Scan
from gateway.parsed import Label, Syntax
from gateway.text.sentence import say

DIALOGUE = "label"


def begin_label(scan: Scan, case: Case) -> Decision | Scan | None:
    """The first part of a label: a question for the others, or the label at once. None: it is decided as it is."""
    needed, part = case.rules.label_parts, _part_of(scan)
    if not needed or part is None or not isinstance(texts_of(scan, case.view), Refusal):
        return None
    return _with_part(Assembly(needed), part, scan, case)


def go_on_label(flow: Flow, scan: Scan, case: Case) -> Decision | Scan | None:
    """One more scan while parts are missing; None when it is none, which gives the label up."""
    part = _part_of(scan)
    return None if part is None else _with_part(Assembly.from_json(flow.data, parse), part, scan, case)


def _part_of(scan: Scan) -> Label | None:
    label = scan.label
    is_part = label is not None and label.syntax is Syntax.DATA_IDENTIFIERS and label.is_valid
    return label if is_part else None


def _with_part(assembly: Assembly, part: Label, scan: Scan, case: Case) -> Decision | Scan:
    step = add(assembly, part, case.read.mono_ms, timeout_ms=case.rules.ask_ms)
    if step.label is not None:
        return replace(scan, label=step.label, code="")
    missing = ", ".join(name.split("|")[0] for name in step.missing)
    if step.progress is Progress.RESTARTED:
        prompt = say("ASK_PARTS_ANEW", missing=missing)
    else:
        prompt = say("ASK_PARTS", count=len(step.assembly.parts), missing=missing)
    data = step.assembly.as_json()
    return ask(scan, DIALOGUE, "part", prompt, data=data, timeout_ms=case.rules.ask_ms)
