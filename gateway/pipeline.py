"""From a read to a submitted scan, and from its outcome back to whoever waits for it.

Runs in the device's own thread as far as `submit`, and in the writer's thread from the commit on.
No feedback is given before the outcome is known, and each read gets exactly one (R1).
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from gateway.errors import BusyError
from gateway.ids import is_natural
from gateway.model import Action, Intake, Outcome, Read, Rejection, Scan, Status, Verdict
from gateway.noise import NoiseBudget
from gateway.repeat import Joined, Key, Repeated, RepeatFilter

CODES_REMEMBERED = 256  # per device; a forgotten repeat is recognised by the card's own lock window

BUSY = Verdict(Status.FAILED, "BUSY", "The gateway is busy and did not take this; try again in a moment")
NOT_STORED = Verdict(Status.FAILED, "NOT_STORED", "This could not be stored; try again")
TOO_MUCH_NOISE = Verdict(Status.FAILED, "TOO_MUCH_NOISE", "Too much that cannot be read; check plug and settings")
NOT_A_PRESS = Verdict(Status.ALREADY, "NOT_A_PRESS", "The message reports something else than a press")

Feedback = Callable[[Verdict], None]

_LOG = logging.getLogger(__name__)


class Submit(Protocol):
    """The writer's entrance: never blocks, BusyError when full; `done` comes after the commit or its failure."""

    def __call__(self, intake: Intake, done: Callable[[Outcome], None] | None = None) -> None: ...


@dataclass(frozen=True, slots=True)
class Source:
    """How the reads of one device are understood."""

    # None or nothing: a message that is not meant as a read at all; several: each is a read of its own
    interpret: Callable[[Read], Scan | tuple[Scan, ...] | None]
    window_ms: int  # the same thing again within it is a repeat; 0 turns the filter off
    is_button: bool = False  # True: see `_PressLane`


class Pipeline:
    """One lane per device, so that devices never wait for each other."""

    def __init__(self, sources: Mapping[str, Source], submit: Submit) -> None:
        """`sources` by device id."""
        self._lanes = {
            device: (_PressLane if source.is_button else _Lane)(source, submit) for device, source in sources.items()
        }

    def offer(self, read: Read, feedback: Feedback) -> None:
        """Take a read of a configured device. `feedback` is called exactly once, in any thread; never raises
        for what the read contains or the writer answers."""
        self._lanes[read.device].offer(read, feedback)

    def counters(self, device: str) -> dict[str, int]:
        """What happened to the reads of a device since the start."""
        return dict(self._lanes[device].counters)


class _Lane:
    """The reads of one device: the same bytes again within the window are the same read."""

    def __init__(self, source: Source, submit: Submit) -> None:
        self._source = source
        self._submit = submit
        self._lock = threading.Lock()  # guards everything below, never held while calling out
        self._filter: RepeatFilter[Feedback] = RepeatFilter(source.window_ms, CODES_REMEMBERED)
        self._noise = NoiseBudget()
        self._undone = 0  # how often something was undone here
        self._scanned = 0  # how many codes that are no command card were taken here
        self.counters: Counter[str] = Counter()

    def offer(self, read: Read, feedback: Feedback) -> None:
        self.counters["reads"] += 1
        scans = self._interpret(read)
        if not scans:
            self.counters["ignored"] += 1
            _give(feedback, NOT_A_PRESS)
        answer = feedback if len(scans) <= 1 else JointFeedback(len(scans), feedback)
        for scan in scans:
            if scan.fault is not None:  # never a repeat: each one is evidence
                self._store_fault(scan, answer, TOO_MUCH_NOISE)
            else:
                self._offer_scan(scan, answer)

    def _offer_scan(self, scan: Scan, feedback: Feedback) -> None:
        if self._source.window_ms <= 0:
            self._store(scan, feedback)
            return
        with self._lock:
            key = self._key(scan)
            found = self._filter.begin(key, scan.read.mono_ms, feedback)
        if isinstance(found, Joined):
            self.counters["joined"] += 1
        elif isinstance(found, Repeated):
            self.counters["repeats"] += 1
            self._repeat(scan, key, found.verdict, feedback)
        else:
            self._store(scan, lambda verdict: self._finish(scan, key, verdict, feedback))

    def _interpret(self, read: Read) -> tuple[Scan, ...]:
        if read.fault is not None:
            return (Scan(read, fault=read.fault),)
        try:
            found = self._source.interpret(read)
            if isinstance(found, Scan):
                return (found,)
            return found or ()
        except Exception as error:  # noqa: BLE001  a card's code must never end the device's thread
            _LOG.exception("%s: a read could not be interpreted", read.device)
            text = "The gateway could not make sense of this because of a mistake of its own; tell your administrator"
            return (Scan(read, fault=Rejection("INTERNAL", text, got=type(error).__name__)),)

    def _store_fault(self, scan: Scan, feedback: Feedback, otherwise: Verdict) -> None:
        """Keep it as evidence, or answer `otherwise` when this device makes more faults than can be kept."""
        with self._lock:
            is_kept = self._noise.allows(scan.read.mono_ms)
        if is_kept:
            self._store(scan, feedback)
        else:
            self.counters["dropped"] += 1
            _give(feedback, otherwise)

    def _store(self, scan: Scan, feedback: Feedback) -> None:
        """Submit; `feedback` gets the verdict of the outcome, or of the refusal to take it."""

        if self._noise.dropped and not is_natural(scan.read.id):
            with self._lock:
                scan = replace(scan, dropped=self._noise.take_dropped())

        def done(outcome: Outcome) -> None:
            self._settle_noise(scan, outcome.verdict)
            self.counters[outcome.verdict.status.value] += 1
            _give(feedback, outcome.verdict)

        try:
            self._submit(scan, done)
        except BusyError:
            self._settle_noise(scan, BUSY)
            self.counters["busy"] += 1
            _give(feedback, BUSY)
        except Exception:  # noqa: BLE001  whatever it was, the person sees red
            _LOG.exception("%s: a scan could not be submitted", scan.read.device)
            self._settle_noise(scan, NOT_STORED)
            self.counters["errors"] += 1
            _give(feedback, NOT_STORED)

    def _settle_noise(self, scan: Scan, verdict: Verdict) -> None:
        if scan.dropped and verdict.status is Status.FAILED:
            with self._lock:
                self._noise.give_back(scan.dropped)

    def _finish(self, scan: Scan, key: Key, verdict: Verdict, feedback: Feedback) -> None:
        """The outcome is known: only now does the filter arm."""
        with self._lock:
            waiters = self._filter.finish(key, scan.read.mono_ms, verdict)
            if verdict.is_good:
                self._remember(scan, key)
            self._scanned += scan.action is Action.SCAN and verdict.status is not Status.FAILED
        for waiter in (feedback, *waiters):
            _give(waiter, verdict)

    def _repeat(self, scan: Scan, key: Key, verdict: Verdict, feedback: Feedback) -> None:
        """A repeat of what is on disk: nothing to store."""
        _give(feedback, verdict)

    def _key(self, scan: Scan) -> Key:
        """Scan, undo, scan again is no repeat, however fast; nor is a command card that answers the next code."""
        answers = "" if scan.action is Action.SCAN else f"#{self._scanned}"
        return (f"{scan.read.aim}#{self._undone}{answers}", scan.read.data)

    def _remember(self, scan: Scan, key: Key) -> None:
        """A scan took effect; called with the lock held."""
        if scan.action is Action.UNDO:
            self._undone += 1


class JointFeedback:
    """One answer for a message that held several reads: the worst, once all of them are known.

    A message that is answered FAILED comes again as a whole; what was stored of it is then recognised.
    """

    _WORST_FIRST = (Status.FAILED, Status.REFUSED, Status.ASK, Status.ALREADY, Status.OK)

    def __init__(self, count: int, feedback: Feedback) -> None:
        self._lock = threading.Lock()
        self._open = count
        self._verdicts: list[Verdict] = []
        self._feedback = feedback

    def __call__(self, verdict: Verdict) -> None:
        with self._lock:
            self._verdicts.append(verdict)
            self._open -= 1
            is_last = self._open == 0
        if is_last:
            _give(self._feedback, min(self._verdicts, key=lambda one: self._WORST_FIRST.index(one.status)))


class _PressLane(_Lane):
    """The presses of one device: the same action on the same card within the minimum interval is a
    double press, whatever else the message reports (battery, counters).

    The interval runs from the press that was accepted, so that somebody who keeps pressing is heard
    again when it is over. A press that changes nothing is stored as evidence all the same.
    """

    def __init__(self, source: Source, submit: Submit) -> None:
        super().__init__(source, submit)
        self._accepted_ms: dict[Key, int] = {}
        self._turns: dict[str, tuple[Action, int]] = {}  # last action on a subject here, and how often it changed

    def _interpret(self, read: Read) -> tuple[Scan, ...]:
        return tuple(replace(scan, is_press=True) for scan in super()._interpret(read))

    def _key(self, scan: Scan) -> Key:
        """Another action on the same card opens a new turn: empty, full, empty are three presses."""
        return (f"{scan.action}#{self._turn(scan)}", f"{_subject(scan)} {scan.quantity} {scan.remainder}".encode())

    def _turn(self, scan: Scan) -> int:
        """How often the action on this subject has changed, with this press."""
        known, turn = self._turns.get(_subject(scan), (scan.action, 0))
        return turn if known is scan.action else turn + 1

    def _remember(self, scan: Scan, key: Key) -> None:
        turn = self._turn(scan)
        self._turns.pop(_subject(scan), None)
        self._turns[_subject(scan)] = (scan.action, turn)
        self._accepted_ms.pop(key, None)
        self._accepted_ms[key] = scan.read.mono_ms
        for memory in (self._turns, self._accepted_ms):
            if len(memory) > CODES_REMEMBERED:
                _drop_oldest(memory)

    def _repeat(self, scan: Scan, key: Key, verdict: Verdict, feedback: Feedback) -> None:
        with self._lock:  # the filter counts from the last sighting; set it back to the accepted press
            accepted_ms = self._accepted_ms.get(key)
            if accepted_ms is not None:
                self._filter.finish(key, accepted_ms, verdict)
        interval_s = self._source.window_ms // 1000
        text = "This button was pressed a moment ago; the first press counts"
        fault = Rejection(
            "PRESS_TOO_SOON", text, got=_subject(scan), expected=f"at least {interval_s} s between presses"
        )

        def give(stored: Verdict) -> None:
            is_bad_news = stored.status is Status.FAILED or stored.code == "KEY_REUSED"
            feedback(stored if is_bad_news else verdict)

        self._store_fault(replace(scan, fault=fault), give, verdict)


def _subject(scan: Scan) -> str:
    """What a press is about: a card by its id or by the code of its bin's tag, or a call for help."""
    return f"call {scan.call}" if scan.call else scan.card or scan.code


def _drop_oldest(memory: dict[Any, Any]) -> None:
    del memory[next(iter(memory))]


def _give(feedback: Feedback, verdict: Verdict) -> None:
    """A driver's mistake must not reach the writer's thread."""
    try:
        feedback(verdict)
    except Exception:  # noqa: BLE001  see above
        _LOG.exception("feedback could not be given")
