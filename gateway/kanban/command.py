"""Commands from the ERP: an order number for a signal, a receipt it booked itself (K1)."""

from __future__ import annotations

from typing import Any

from gateway.kanban.answer import TEXT_LIMIT, nothing
from gateway.kanban.asked import AskedWronglyError
from gateway.kanban.case import Case
from gateway.kanban.container import card_after, row, same_row
from gateway.kanban.filling import filled
from gateway.kanban.inspection import accepted
from gateway.kanban.key import NEED_FACT, card_of_key, is_rule_key
from gateway.kanban.proof import answered
from gateway.kanban.transition import ARRIVED, FILLED, OPEN_NEED, Change, target
from gateway.master import Loop
from gateway.model import Card, Command, Decision, Event, State, Status, Verdict
from gateway.view import View

_MAX_CYCLE = 2**53
_ENDS = ("received", "refused", "cancelled", "deleted")


class _CommandRefusedError(Exception):
    """A command that cannot be carried out; `code` and text go back as its result."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def execute(command: Command, view: View) -> Decision:
    """Events of a command and its result on stream `res`; a redelivered one is not carried out again."""
    if view.command_done(command.id):
        return nothing("COMMAND_REPEATED", "This command was carried out already.", Status.ALREADY)
    try:
        if command.deadline_ms and view.now.wall_ms > command.deadline_ms:
            raise _CommandRefusedError("DEADLINE_PASSED", "the command came after its deadline")
        if command.name == "order_confirmed":
            events, result = _confirm(command, view)
        elif command.name == "card_full":
            events, result = _fill(command, view)
        elif command.name == "order_closed":
            events, result = _close(command, view)
        elif command.name == "proof_answered":
            events, result = answered(command, view)
        else:
            known = "order_confirmed, order_closed, card_full or proof_answered"
            text = f"command {command.name[:60]!r} is unknown, expected {known}"
            raise _CommandRefusedError("UNKNOWN_COMMAND", text)
    except (_CommandRefusedError, AskedWronglyError) as refusal:
        event = _result(command, "command_refused", refusal.code, str(refusal))
        return Decision((event,), Verdict(Status.REFUSED, refusal.code, str(refusal)))
    done = _result(command, "command_done", result, "")
    if not events and command.name == "order_confirmed":  # kept, so that what the ERP ordered by itself is known
        done.body["about"] = {name: command.body[name] for name in ("key", "doc")}
    return Decision((*events, done), Verdict(Status.OK, result))


def _result(command: Command, kind: str, result: str, text: str) -> Event:
    name = command.name[:TEXT_LIMIT]
    row = {"id": command.id, "name": name, "result": result}
    body: dict[str, Any] = {"ref": command.id, "result": result, "cmd": row}
    if text:
        body["text"] = text
    return Event(kind, "res", "", body)


def _confirm(command: Command, view: View) -> tuple[list[Event], str]:
    """EMPTY -> ORDERED for the cards of a signal, and its document number. The ERP knows: nothing goes up."""
    key, doc = _text(command, "key"), _text(command, "doc")
    names = view.signal_cards(key)
    if is_rule_key(key):
        if view.fact(NEED_FACT, key) is None:
            return [], "SIGNAL_CLOSED"
        return [Event("order_confirmed", "", "", {"doc": {"key": key, "doc": doc}})], "ORDERED"
    if not names:
        known = view.card(card_of_key(key))
        if known is None:
            raise _CommandRefusedError("UNKNOWN_SIGNAL", f"no card here has the signal {key!r}")
        return [], "SIGNAL_CLOSED"
    rows = []
    for name in names:
        card = view.card(name)
        state = target(Change.CONFIRM, card.state) if card else None
        if card and state and card.signal == key:
            rows.append(same_row(card, view, state=state.value))
    named = view.card(card_of_key(key) or names[0])
    body: dict[str, Any] = {"doc": {"key": key, "doc": doc}}
    if named:
        body |= {"card": named.card, "loop": named.loop, "cycle": named.cycle}
    if rows:
        body["after"] = rows
    return [Event("order_confirmed", "", "", body)], "ORDERED"


def _close(command: Command, view: View) -> tuple[list[Event], str]:
    """The need of a reorder rule is over at the ERP; a card's need ends with its card."""
    key, why = _text(command, "key"), _text(command, "why")
    if why not in _ENDS:
        raise _CommandRefusedError("BAD_COMMAND", f"why is {why[:60]!r}, expected one of {', '.join(_ENDS)}")
    if not is_rule_key(key):
        raise _CommandRefusedError("NOT_A_RULE", f"{key!r} is no need of a rule: report the state of its card")
    if view.fact(NEED_FACT, key) is None:
        return [], "SIGNAL_CLOSED"
    text = str(command.body.get("text", ""))[:TEXT_LIMIT]
    return [Event("order_closed", "", "", {"over": {"key": key, "why": why, "text": text}})], "CLOSED"


def _fill(command: Command, view: View) -> tuple[list[Event], str]:
    """A receipt that the ERP booked is an event like a scan, but one it need not be told."""
    name, cycle = _text(command, "card"), command.body.get("cycle")
    if not isinstance(cycle, int) or isinstance(cycle, bool) or not 0 <= cycle < _MAX_CYCLE:
        raise _CommandRefusedError("BAD_COMMAND", f"cycle is {cycle!r}, expected a whole number")
    card = view.card(name)
    if card is None:
        raise _CommandRefusedError("UNKNOWN_CARD", f"card {name!r} is not known here")
    loop: Loop | None = view.master("loops", card.loop)
    if loop is None:
        raise _CommandRefusedError("UNKNOWN_LOOP", f"loop {card.loop!r} of card {name!r} is not known here")
    if cycle < card.cycle or (cycle == card.cycle and card.state in FILLED):
        return [], "FULL_ALREADY"
    if cycle == card.cycle and card.state == State.RECEIVED_QC:
        return [accepted(Case(view, view.now, card, loop), stream="")], "ACCEPTED"
    if card.state == State.ERROR or (cycle == card.cycle and card.state not in OPEN_NEED):
        raise _CommandRefusedError("CARD_BLOCKED", f"card {name!r} is {card.state}: correct its state first")
    if cycle == card.cycle:
        return [filled(Case(view, view.now, card, loop), stream="")], "FULL"
    event = filled(Case(view, view.now, _emptied_elsewhere(card, cycle), loop), stream="")
    for member in ("mv", "fill"):  # its emptying moved stock elsewhere too; the next snapshot brings both
        event.body.pop(member, None)
    return [event], "FULL"


def _emptied_elsewhere(card: Card, cycle: int) -> Card:
    """The ERP filled a circulation we have not seen begin: another gateway told it."""
    quantity = 0 if card.state in ARRIVED else card.quantity
    after = row(card, State.EMPTY, cycle=cycle, quantity=quantity, undone=0, signal=card.signal)
    return card_after(card, after)


def _text(command: Command, member: str) -> str:
    value = command.body.get(member)
    if not isinstance(value, str) or not 0 < len(value) <= TEXT_LIMIT:
        text = f"{member} is {repr(value)[:60]}, expected a text of 1 to {TEXT_LIMIT} characters"
        raise _CommandRefusedError("BAD_COMMAND", text)
    return value
