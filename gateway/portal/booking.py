"""A passage becomes events: its evidence, and one posting or one reason why not that a person can act on.

The posting is made by the same code as a clerk's scan, so that a pallet which was scanned is not received again, and
undo, counters and inspection are the same. It is the first event of its read, by which it is found again and is
journalled once; its evidence is the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from statistics import mean
from typing import Any

from gateway.goods.act import Case, portal_task
from gateway.goods.problem import Refusal, refuse
from gateway.goods.undo import act_of, taken_back
from gateway.kanban.answer import task
from gateway.kanban.moment import since_of
from gateway.model import Decision, Event, Scan, Status, Verdict
from gateway.passage import BACK, OPPOSITE, UNKNOWN, Opened, Passage
from gateway.portal.comparison import Comparison, Tag, tags_of
from gateway.portal.doorway import NOTHING, Doorway
from gateway.portal.evidence import evidence
from gateway.portal.identity import Known, identify
from gateway.portal.lately import Went, lately_fact, went_lately, within
from gateway.portal.posting import settle
from gateway.portal.sighting import STRONGEST
from gateway.text.sentence import Sentence, say
from gateway.view import View

OPEN_FACT = "passage"  # by id of the passage, from its opening to its end
TRAINED = "training_"  # what a kind of event begins with that was only told


@dataclass(frozen=True, slots=True)
class Door:
    """One passage at one portal, in the writer's transaction."""

    passage: Passage
    doorway: Doorway
    case: Case
    id: str
    tags: tuple[Tag, ...]

    @property
    def view(self) -> View:
        return self.case.view


def passage_opened(scan: Scan, opened: Opened) -> Decision:
    """Something is in the door: committed at once, so that whatever happens now, somebody hears of it."""
    fact = {"portal": opened.portal, "sta": scan.read.station, "since": list(since_of(scan.read))}
    body = {
        "portal": opened.portal,
        "passage": scan.read.id,
        "by": opened.by,
        "facts": [[OPEN_FACT, scan.read.id, fact]],
    }
    return Decision((Event("passage_opened", "", "", body),), Verdict(Status.OK, "PASSAGE_OPENED"))


def passage_closed(passage: Passage, doorway: Doorway, case: Case) -> Decision:
    """What went through is booked, or why not."""
    view, door = case.view, Door(passage, doorway, case, passage.id, tuple(tags_of(passage.tags)))
    if passage.is_empty:
        return _ended(door, Verdict(Status.OK, "PORTAL_EMPTY", say("PORTAL_EMPTY")))
    known = identify((*door.tags, *tags_of(passage.weak_tags)), doorway.min_rate_pct, view)
    if found := _not_through(known, door):
        return found
    sscc = known.sscc if isinstance(known, Known) else ""
    if refusal := _unclear(sscc, door):
        return _refused(refusal, door, known if isinstance(known, Known) else None)
    if passage.direction == BACK:
        said = say("PORTAL_BACK", what=_what(sscc, door))
        return _ended(door, Verdict(Status.ALREADY, said.key, said), sscc=sscc)
    if decision := _seen_lately(sscc or _digest(door), sscc, door):
        return decision
    if doorway.action(passage.direction) == NOTHING:
        said = say("PORTAL_NOTHING", what=_what(sscc, door), direction=passage.direction)
        return _ended(door, Verdict(Status.OK, said.key, said), sscc=sscc)
    return _refused(known, door) if isinstance(known, Refusal) else _booked(known, door)


def _unclear(sscc: str, door: Door) -> Refusal | None:
    """Why nobody knows what went through, or which way."""
    passage, what = door.passage, _what(sscc, door)
    if passage.incomplete:
        return refuse("PORTAL_INCOMPLETE", got=passage.incomplete, what=what, why=passage.incomplete)
    if passage.direction == UNKNOWN:
        return refuse("PORTAL_DIRECTION", got=passage.why, what=what, why=passage.why)
    return None


def _not_through(known: Known | Refusal, door: Door) -> Decision | None:
    """What was read beside an empty truck, or faintly from the next door, is no pallet that somebody must look for."""
    passage = door.passage
    if passage.incomplete or (
        isinstance(known, Known) and known.should and known.seen.rate_pct >= door.doorway.min_rate_pct
    ):
        return None
    sscc = known.sscc if isinstance(known, Known) else ""
    strongest = [one.rssi_cdbm for one in passage.tags if one.counts][:STRONGEST]
    if not strongest:
        return _ended(door, Verdict(Status.OK, "PORTAL_EMPTY", say("PORTAL_EMPTY")), sscc=sscc)
    if passage.by not in ("beams", "gone") and mean(strongest) < door.doorway.rules.through_cdbm:
        said = say("PORTAL_ELSEWHERE", what=_what(sscc, door))
        return _ended(door, Verdict(Status.ALREADY, said.key, said), sscc=sscc)
    return None


def _doubt(known: Known, doorway: Doorway) -> Refusal | None:
    """Why a pallet is not booked although it is known which one it is."""
    seen = known.seen
    if known.should is None:
        return None  # nobody announced it: what that means, the booking says
    if seen.unexpected:
        return refuse("PORTAL_FOREIGN", got=", ".join(seen.unexpected[:5]), expected=known.sscc, sscc=known.sscc,
                      count=len(seen.unexpected), example=seen.unexpected[0])  # fmt: skip
    if seen.rate_pct < doorway.min_rate_pct:
        return refuse("PORTAL_RATE", got=f"{seen.rate_pct} %", expected=f"{doorway.min_rate_pct} %", sscc=known.sscc,
                      rate=seen.rate_pct, needed=doorway.min_rate_pct)  # fmt: skip
    return None


def _booked(known: Known, door: Door) -> Decision:
    """One posting, unless it was done before, or something speaks against it."""
    found = settle(known.sscc, door.passage.direction, door.doorway, door.case)
    if isinstance(found, Refusal) and found.is_already:
        return _ended(door, Verdict(Status.ALREADY, found.code, found.text), known=known, sscc=known.sscc)
    if refusal := _doubt(known, door.doorway):
        return _refused(refusal, door, known)
    if isinstance(found, Refusal):
        return _refused(found, door, known)
    event, said = found
    went = Went(known.sscc, door.passage.direction, since_of(door.case.read), door.id, read=door.case.read.id)
    verdict = Verdict(Status.OK, said.key, said)
    return _ended(door, verdict, before=(_posting(event, known, door),), known=known, sscc=known.sscc, went=went)


def _posting(event: Event, known: Known, door: Door) -> Event:
    """The booking with where it comes from; a move, which has no key of its own, gets that of the passage."""
    direction = door.passage.direction
    key = posting_key(door.passage.portal, known.sscc, direction, door.id)
    told = {
        "portal": door.passage.portal, "id": door.id, "direction": direction, "key": key, "rate": known.seen.rate_pct,
    }  # fmt: skip
    body = {**event.body, "passage": told}
    return Event(event.kind, event.stream, event.key or f"passage/{door.view.site}/{key}", body)


def posting_key(portal: str, pallet: str, direction: str, passage: str) -> str:
    """The identity of one movement through one door."""
    return blake2b("\n".join((portal, pallet, direction, passage)).encode(), digest_size=16).hexdigest()


# -- the same pallet again -----------------------------------------------------------------------------


def _seen_lately(pallet: str, sscc: str, door: Door) -> Decision | None:
    """The same way again is the same passage; the other way takes back what was booked, or what was asked."""
    direction, doorway, now = door.passage.direction, door.doorway, door.case.read
    last = next((one for one in reversed(went_lately(doorway.portal, door.view)) if one.pallet == pallet), None)
    if last is None:
        return None
    if last.direction == direction and last.read and within(last, now, doorway.cool_down_ms):
        said = say("PORTAL_AGAIN", what=_what(sscc, door))
        return _ended(door, Verdict(Status.ALREADY, said.key, said), sscc=sscc)
    if last.direction == OPPOSITE[direction] and within(last, now, doorway.reversal_ms):
        return _turned_round(last, sscc, door)
    return None


def _turned_round(one: Went, sscc: str, door: Door) -> Decision:
    what = _what(sscc, door)
    act = act_of(one.read, door.view) if one.read else None
    before: tuple[Event, ...] = ()
    if act is not None and not act["kind"].startswith(TRAINED) and "aside" not in act:
        event = taken_back(act, act.get("what", what), door.case)
        if isinstance(event, Refusal):
            return _refused(refuse("PORTAL_REVERSAL", got=event.code, what=what), door)
        before = (event,)
    said = say("PORTAL_CANCELLED" if act is not None else "PORTAL_LEFT_AGAIN", what=what)
    done = [one.task] if one.task and door.view.open_task(one.task) else []
    return _ended(door, Verdict(Status.ALREADY, said.key, said), before=before, sscc=sscc, done=done, cancels=one)


# -- the end -------------------------------------------------------------------------------------------


def _refused(refusal: Refusal, door: Door, known: Known | None = None) -> Decision:
    """Nothing is booked; the list says what to do."""
    sscc = known.sscc if known else ""
    row = task(refusal.task or _task_id(door, sscc), "portal", refusal.code, refusal.text,
               station=door.case.station.id, ref=door.id)  # fmt: skip
    body: dict[str, Any] = {
        "portal": door.passage.portal, "passage": door.id, "code": refusal.code, "text": str(refusal.text), "task": row,
    }  # fmt: skip
    for name, value in (("got", refusal.got), ("expected", refusal.expected), ("sscc", sscc)):
        if value:
            body[name] = value[:300]
    verdict = Verdict(Status.REFUSED, refusal.code, refusal.text)
    went = None
    if door.passage.direction in OPPOSITE:
        went = Went(sscc or _digest(door), door.passage.direction, since_of(door.case.read), door.id, task=row["id"])
    event = Event("passage_refused", "", "", body)
    return _ended(door, verdict, before=(event,), known=known, sscc=sscc, went=went)


def _ended(
    door: Door, verdict: Verdict, *, before: tuple[Event, ...] = (), known: Known | None = None, sscc: str = "",
    went: Went | None = None, done: Sequence[str] = (), cancels: Went | None = None,
) -> Decision:  # fmt: skip
    passage, doorway = door.passage, door.doorway
    seen = known.seen if known else Comparison()
    body = {
        "portal": passage.portal, "passage": door.id, "verdict": verdict.status.value, "code": verdict.code,
        "text": str(verdict.text), **({"sscc": sscc} if sscc else {}),
        **({"document": known.should.document} if known and known.should and known.should.document else {}),
        **evidence(passage, door.tags, seen, known is not None and known.should is not None),
        "rules": doorway.to_json(), "facts": _facts_after(door, went, cancels),
    }  # fmt: skip
    if done:
        body["done"] = list(done)
    return Decision((*before, Event("passage_closed", "", "", body)), verdict)


def _facts_after(door: Door, went: Went | None, cancels: Went | None) -> list[list[Any]]:
    """One pallet less of an open passage, and who went through lately."""
    facts: list[list[Any]] = []
    open_fact = door.view.fact(OPEN_FACT, door.id)
    if open_fact is not None:
        left = open_fact.get("left", door.passage.parts) - 1
        facts.append([OPEN_FACT, door.id, {**open_fact, "left": left} if left > 0 else None])
    rows = [one for one in went_lately(door.passage.portal, door.view) if one != cancels]
    if went is not None or cancels is not None:
        window_ms = max(door.doorway.cool_down_ms, door.doorway.reversal_ms)
        rows = [*rows, went] if went is not None else rows
        facts.append(lately_fact(door.passage.portal, rows, door.case.read, window_ms))
    return facts


def _task_id(door: Door, sscc: str) -> str:
    """Of a pallet with a number, so that booking it by hand ends it; else of the passage."""
    return portal_task(sscc) if sscc else f"portal/{door.passage.portal}/{door.id}"


def _digest(door: Door) -> str:
    """What stands for a pallet without a number: all its tags."""
    epcs = "\n".join(sorted(tag.passed.epc for tag in door.tags if tag.passed.counts))
    return blake2b(epcs.encode(), digest_size=16).hexdigest()


def _what(sscc: str, door: Door) -> str | Sentence:
    """The pallet for people."""
    return sscc or (say("PORTAL_TAGS", count=len(door.tags)) if door.tags else say("PORTAL_SOMETHING"))
