"""A dialogue of several scans at one scanner (K14): what it waits for is a fact of the journal.

So it survives a restart, can be derived, and ends in one of five ways: done, cancelled, timed out, dropped for
another scan, or left behind by the person who began it. It is never inherited: whoever signs in next begins anew.

Whoever wants to ask something returns `ask(…)` and gets the next scan of that scanner by a line in
stations/dialogue.py. Nothing is booked while a dialogue is open; its last step books, as any scan does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.kanban.answer import nothing, refused
from gateway.kanban.moment import Moment, Since, Timed, elapsed_ms, is_trusted, since_of
from gateway.model import Decision, Event, Notice, Read, Rejection, Scan, Status, Verdict
from gateway.text.sentence import Sentence, from_json, say, to_json
from gateway.view import View

FLOW_FACT = "flow"  # key device
TIMEOUT_MS = 60_000
REPEAT_MS = 3_000  # the same code again within it is a second beep, not the answer to the next question
DATA_LIMIT = 50  # members of `data`: a dialogue is a few scans, what is longer belongs into facts of its own


@dataclass(frozen=True, slots=True)
class Flow:
    """A half-done dialogue: what it is, what it waits for, and what it knows so far."""

    kind: str  # a line of DIALOGUES in stations/dialogue.py
    step: str  # what the next scan should say
    device: str
    station: str
    session: str  # the badge session that began it, "" when nobody was signed in
    asks: str  # the prompt, as a Sentence
    data: dict[str, Any]  # JSON values
    since: Since  # when it last asked
    quality: str
    timeout_ms: int
    raw: str  # the code that led here, as hexadecimal digits


def ask(
    scan: Scan,
    kind: str,
    step: str,
    prompt: Sentence,
    *,
    data: dict[str, Any] | None = None,
    timeout_ms: int = TIMEOUT_MS,
    card: str = "",
) -> Decision:
    """Ask at the scan's device, and remember what for; takes the place of what was asked there before.

    `data` is kept for the next step. The scan is stored with its bytes; the answer is amber with the prompt.
    """
    if data and len(data) > DATA_LIMIT:
        raise ValueError(f"a dialogue of kind {kind} has {len(data)} members, expected at most {DATA_LIMIT}")
    read = scan.read
    fact = {
        "kind": kind, "step": step, "sta": read.station, "session": scan.session,
        "asks": to_json(prompt), "data": data or {}, "since": list(since_of(read)), "q": read.quality,
        "timeout_ms": timeout_ms, "raw": read.data[:256].hex(),
    }  # fmt: skip
    body: dict[str, Any] = {"flow": kind, "step": step, "asks": to_json(prompt)}
    if card:
        body["card"] = card
    body["facts"] = [[FLOW_FACT, read.device, fact]]
    return Decision((Event("flow_asked", "", "", body),), Verdict(Status.ASK, prompt.key, prompt, card))


def ended(flow: Flow, why: str) -> Event:
    """The dialogue is over: done, cancelled, timeout, other_scan or other_person."""
    body = {"flow": flow.kind, "step": flow.step, "why": why, "facts": [[FLOW_FACT, flow.device, None]]}
    return Event("flow_ended", "", "", body)


def flow_at(device: str, view: View) -> Flow | None:
    """The dialogue at a device, whether or not it is over in the meantime."""
    known = view.fact(FLOW_FACT, device)
    return _parse(device, known) if known else None


def why_over(flow: Flow, scan: Scan) -> str:
    """Why the dialogue can no longer go on with this scan, "" as long as it can."""
    if flow.session != scan.session:
        return "other_person"
    return "timeout" if is_late(flow, scan.read) else ""


def is_late(flow: Flow, at: Timed) -> bool:
    """Whether nobody answered in time, or nobody can tell after a reboot."""
    if flow.since[2] != at.boot and not (is_trusted(flow.quality) and is_trusted(at.quality)):
        return True
    passed = elapsed_ms(flow.since, at)
    return passed is None or passed >= flow.timeout_ms


def is_second_beep(flow: Flow, read: Read) -> bool:
    """Whether the read is the code that led to the question, once more."""
    return read.data[:256].hex() == flow.raw and _passed(flow, read) < REPEAT_MS


def ask_again(flow: Flow) -> Decision:
    """The same question once more; nothing happened."""
    return nothing(_code(flow), flow.asks, Status.ASK)


def no_answer(flow: Flow, scan: Scan) -> Decision:
    """For a step that insists: the scan is refused, the question stays open."""
    text = say("OTHER_SCAN_FIRST", asked=flow.asks)
    return refused(Rejection("OTHER_SCAN_FIRST", text, scan.card or scan.code, flow.step), card=scan.card)


def timed_out(view: View) -> tuple[list[Event], list[Notice]]:
    """Dialogues that nobody answered, and the red light that their stations see."""
    events, notices = [], []
    for device, known in view.facts(FLOW_FACT).items():
        flow = _parse(device, known)
        if is_late(flow, view.now):
            events.append(ended(flow, "timeout"))
            notices.append(Notice(flow.station, late_verdict(flow)))
    return events, notices


def late_verdict(flow: Flow) -> Verdict:
    """What a station sees when nobody answered."""
    return Verdict(Status.REFUSED, "FLOW_TIMED_OUT", say("FLOW_TIMED_OUT", asked=flow.asks))


def _code(flow: Flow) -> str:
    return flow.asks.key if isinstance(flow.asks, Sentence) else flow.kind.upper()


def _passed(flow: Flow, at: Moment) -> int:
    passed = elapsed_ms(flow.since, at)
    return flow.timeout_ms if passed is None else passed


def _parse(device: str, known: dict[str, Any]) -> Flow:
    wall_ms, mono_ms, boot = known["since"]
    return Flow(
        known["kind"], known["step"], device, known["sta"], known["session"], from_json(known["asks"]), known["data"],
        (wall_ms, mono_ms, boot), known["q"], known["timeout_ms"], known["raw"],
    )  # fmt: skip
