"""A goods station: each scan fills a slot of the open form; what is complete is booked, what is missing is asked.

The form lives in the dialogue of its scanner (kanban/flow.py), so it survives a restart, times out, is cancelled
and is never inherited. Nothing is booked before its last step.
"""

from __future__ import annotations

from gateway.goods.act import Case
from gateway.goods.claim import Claim
from gateway.goods.form import Form
from gateway.goods.limit import above_limit
from gateway.goods.operation import OPERATIONS
from gateway.goods.problem import Question, Refusal
from gateway.goods.ship import OUTCOMES
from gateway.goods.undo import undo_act, undone_text
from gateway.goods.word import Word, slot_name, words_of
from gateway.kanban.answer import nothing, refused, task
from gateway.kanban.flow import Flow, ask
from gateway.model import Action, Decision, Event, Rejection, Scan, Status, Verdict
from gateway.text.sentence import say

DIALOGUE = "goods"


def begin(scan: Scan, case: Case) -> Decision:
    """A scan that answers no question."""
    if scan.action is Action.UNDO:
        return _answered(undo_act(case), case)
    words = words_of(scan, case.view)
    if isinstance(words, Refusal):
        return _refused(words, case)
    if words[0][0] == "operation":
        return _chosen(str(words[0][1]), scan, case)
    return _filled(Form(case.station.action), words, scan, case)


def proceed(flow: Flow, scan: Scan, case: Case) -> Decision | None:
    """A scan while something is asked; None when it begins something else."""
    form = Form(flow.data["operation"], {name: value for name, value in flow.data.items() if name != "operation"})
    words = words_of(scan, case.view)
    if isinstance(words, Refusal):
        return _refused(words, case)
    if form.operation not in OPERATIONS or (words[0][0] == "operation" and not _is_outcome(form, words)):
        return None
    thing = next((value for slot, value in words if slot == "thing"), None)
    if isinstance(thing, Claim) and form.has("thing"):
        if flow.step == "again" and form.claim == thing:
            words = [("again", "1")]
        elif "other" in _takes(form) and not form.has("other"):
            words = [("other", thing)]
        else:
            return None
    elif flow.step == "again" and words[0][0] == "yes":
        words = [("again", "1")]
    return _filled(form, words, scan, case)


def _is_outcome(form: Form, words: list[Word]) -> bool:
    """SCRAP is an answer where an outcome is asked for, and an operation elsewhere."""
    return "outcome" in _takes(form) and words[0][1] in OUTCOMES


def _chosen(name: str, scan: Scan, case: Case) -> Decision:
    """An operation's command card: its first question."""
    if name not in OPERATIONS:
        text = say("OPERATION_UNKNOWN", name=name)
        return refused(Rejection("OPERATION_UNKNOWN", text, name, ", ".join(OPERATIONS)))
    return _settled(Form(name), scan, case)


def _filled(form: Form, words: list[Word], scan: Scan, case: Case) -> Decision:
    takes = (*_takes(form), "again", "approval")
    if "from" in takes and not (form.has("thing") and "place" in takes):
        words = [("from" if slot == "place" else slot, value) for slot, value in words]  # where they come from
    word = next((one for one in words if one[0] in takes), None)
    if word is None:
        wanted = ", ".join(slot_name(slot) for slot in _takes(form) if slot != "from")
        text = say("NOT_EXPECTED", what=slot_name(words[0][0]), operation=form.operation, wanted=wanted)
        return refused(Rejection("NOT_EXPECTED", text, scan.code, wanted))
    return _settled(form.put(*word), scan, case)


def _takes(form: Form) -> tuple[str, ...]:
    operation = OPERATIONS.get(form.operation)
    return operation.takes if operation else ()


def _settled(form: Form, scan: Scan, case: Case) -> Decision:
    operation = OPERATIONS[form.operation]
    found = operation.settle(form, case)
    if isinstance(found, Event):
        found = above_limit(found, form, case) or found
    if isinstance(found, Question):
        data = {"operation": form.operation, **form.said}
        return ask(scan, DIALOGUE, found.step, found.prompt, data=data, timeout_ms=case.rules.ask_ms)
    if isinstance(found, Event) and form.approved_by:
        found.body["approved_by"] = form.approved_by
    return _answered(found, case)


def _answered(found: Event | Refusal, case: Case) -> Decision:
    if isinstance(found, Refusal):
        return _refused(found, case)
    if found.kind == "movement_undone":
        text = undone_text(found)
        return Decision((found,), Verdict(Status.OK, "GOODS_UNDONE", text))
    said = OPERATIONS[found.body["operation"]].told(found)
    is_half = found.body.get("is_open", False)  # a count that must be made once more: stored, and not done
    return Decision((found,), Verdict(Status.ALREADY if is_half else Status.OK, said.key, said))


def _refused(refusal: Refusal, case: Case) -> Decision:
    if refusal.is_already:
        body = {"code": refusal.code, "text": refusal.text}
        return Decision(
            (Event("scan_duplicate", "", "", body),), nothing(refusal.code, refusal.text, Status.ALREADY).verdict
        )
    row = None
    if refusal.task:
        row = task(refusal.task, "goods", refusal.code, refusal.text, station=case.station.id)
    return refused(Rejection(refusal.code, refusal.text, refusal.got, refusal.expected), task=row)
