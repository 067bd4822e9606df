"""What a scan says at a goods station: a label, a place, a document, a number, yes. Exact matches only."""

from __future__ import annotations

from hashlib import blake2b

from gateway.goods.claim import Claim
from gateway.goods.label import claim_of
from gateway.goods.problem import Refusal, refuse
from gateway.goods.sscc import DIGITS
from gateway.model import Action, Scan
from gateway.text.sentence import Sentence, say
from gateway.view import View

Word = tuple[str, Claim | int | str]  # slot of a form, and what goes into it

_ACTIONS = {Action.CONFIRM: "yes", Action.APPROVE: "approval"}
# What a plain text may be: dataset, and the slot its id goes into.
_TEXTS = (
    ("locations", "place"), ("purchase_orders", "order"), ("work_orders", "work_order"), ("shipments", "shipment"),
    ("partners", "partner"),
)  # fmt: skip


def words_of(scan: Scan, view: View) -> list[Word] | Refusal:
    """Everything that the scan may mean; an operation takes the first that it has a slot for."""
    if scan.action is Action.OPERATION:
        return [("operation", scan.code), ("outcome", scan.code)]
    if scan.action in _ACTIONS:
        return [(_ACTIONS[scan.action], scan.read.operator or scan.read.station)]
    if scan.action is Action.QUANTITY and scan.quantity is not None:
        return [("quantity", scan.quantity)]
    if scan.card:
        return refuse("CARD_AT_GOODS", got=scan.card, card=scan.card)
    label = scan.label
    if label is None or not label.is_goods:
        return texts_of(scan, view)
    if label.is_guess and not isinstance(found := texts_of(scan, view), Refusal):
        return found  # a place or an order that only begins as a data identifier does
    claim = claim_of(label, _digest(label.raw))
    return claim if isinstance(claim, Refusal) else _claimed(claim, view)


def texts_of(scan: Scan, view: View) -> list[Word] | Refusal:
    """What the code is as a plain text that the master data know."""
    return _texts(scan.code, _digest(scan.read.data), view)


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=8).hexdigest()


def _claimed(claim: Claim, view: View) -> list[Word]:
    """A label of goods; one that only names a quantity, or only an order, is the answer to a question."""
    if claim.sscc or claim.names_item:
        return [("thing", claim)]
    if claim.quantity is not None:
        return [("quantity", claim.quantity)]
    if claim.order and view.master("purchase_orders", claim.order):
        return [("order", claim.order)]
    return [("thing", claim)]


def _texts(text: str, digest: str, view: View) -> list[Word] | Refusal:
    found: list[Word] = []
    for dataset, slot in _TEXTS:
        ids = (text,) if view.master(dataset, text) else view.find(dataset, text)
        if len(ids) == 1 and not (dataset == "purchase_orders" and ids != (text,)):
            found.append((slot, ids[0]))
    if view.master("items", text) or view.find("items", text):
        found.append(("thing", Claim(item=text, digest=digest)))
    number = text.removeprefix("00") if len(text) == DIGITS + 3 else text
    if len(number) == DIGITS + 1 and number.isascii() and number.isdigit():
        found.append(("thing", Claim(sscc=number, digest=digest)))
    return found or refuse("GOODS_UNKNOWN_CODE", got=text, code=text)


def slot_name(slot: str) -> Sentence:
    """What a slot is called, for people."""
    return say(f"SLOT_{slot.upper()}")
