"""The way down: master data, snapshots and commands go to the writer, and only then is the broker told.

PUBACK follows the outcome (invariant I5), so what was not stored is delivered again. A message
that does not follow the contract would not get better by repetition: it is confirmed, counted and
told to people.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from gateway.errors import BusyError, ContractError, TransientDeviceError
from gateway.model import CardStates, Command, Intake, MasterData, Outcome, Status, StockSnapshot, Verdict
from sync.envelope import (
    DATASETS,
    CardStateDocument,
    parse_card_states,
    parse_command,
    parse_master,
    parse_stock,
)
from sync.retry import Uniform, backoff_ms
from sync.settlement import Later, Submit
from sync.topic import Topics
from sync.warning import WarningBook

BUSY_RETRY_MS = 200
FAILED_RETRY_MS = 1_000
FAILED_LIMIT_MS = 30_000
PENDING_LIMIT = 64  # messages whose outcome is not known; a broker sends at most 32 (receive maximum)
PENDING_BYTES = 32 * 1024 * 1024


class OverloadError(TransientDeviceError):
    """The broker sends more than it may; the connection is dropped and it must send again."""


class Message(Protocol):
    """A message as the session delivers it."""

    @property
    def topic(self) -> str: ...
    @property
    def payload(self) -> bytes: ...
    @property
    def is_retained(self) -> bool: ...


@dataclass(slots=True, eq=False)
class _Job:
    """One intake on its way; jobs keep the order of their messages."""

    message: Message
    intake: Intake
    is_submitted: bool = False
    due_ms: int = 0
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Position:
    """How far the ERP is known to have our card events."""

    epoch: str
    sig: int


class Downlink:
    """Messages of one session; a new session starts with a new one, as the broker delivers again."""

    def __init__(
        self,
        gateway: str,
        topics: Topics,
        book: WarningBook,
        submit: Submit,
        later: Later,
        confirm: Callable[[Message], None],
        position: Callable[[], Position],
        uniform: Uniform,
    ) -> None:
        """`confirm` sends the PUBACK; `later` runs a function in the sync thread."""
        self._gateway = gateway
        self._topics = topics
        self._book = book
        self._submit = submit
        self._later = later
        self._confirm = confirm
        self._position = position
        self._uniform = uniform
        self._jobs: deque[_Job] = deque()
        self._bytes = 0

    @property
    def pending(self) -> int:
        """Messages not yet confirmed."""
        return len(self._jobs)

    def receive(self, message: Message, now_ms: int) -> None:
        """Take a message of `cmd` or `md/*`; OverloadError when there are too many."""
        try:
            intake = self._parse(message)
        except ContractError as error:
            self._book.tell("MALFORMED", str(error))
            intake = None
        if intake is None:
            self._confirm(message)
            return
        self._bytes += len(message.payload)
        if len(self._jobs) >= PENDING_LIMIT or self._bytes > PENDING_BYTES:
            raise OverloadError(
                f"{len(self._jobs)} messages ({self._bytes} bytes) of the ERP wait for the disk already",
                hint="they are delivered again after a new connection",
            )
        self._jobs.append(_Job(message, intake))
        self.on_tick(now_ms)

    def on_tick(self, now_ms: int) -> None:
        """Submit what is due, in order: a later message never overtakes one that found no room."""
        for job in self._jobs:
            if job.is_submitted:
                continue
            if now_ms < job.due_ms or not self._give(job, now_ms):
                return

    def _give(self, job: _Job, now_ms: int) -> bool:
        try:
            self._submit(job.intake, lambda outcome: self._later(lambda: self._finish(job, outcome, now_ms)))
        except BusyError:
            self._book.count("WRITER_BUSY")
            job.due_ms = now_ms + BUSY_RETRY_MS
            return False
        job.is_submitted = True
        return True

    def _finish(self, job: _Job, outcome: Outcome, given_ms: int) -> None:
        verdict = outcome.verdict
        if verdict.status is Status.FAILED and not outcome.seqs:
            job.due_ms = given_ms + backoff_ms(job.failures, FAILED_RETRY_MS, FAILED_LIMIT_MS, self._uniform)
            job.failures += 1
            job.is_submitted = False
            self._book.count("NOT_STORED")
            return
        tell_outcome(self._book, job.intake, verdict)
        self._jobs.remove(job)
        self._bytes -= len(job.message.payload)
        self._confirm(job.message)

    def _parse(self, message: Message) -> Intake | None:
        """The intake of a message; None when it asks for nothing. ContractError when it is malformed."""
        if not message.payload:
            return None  # a retained message was cleared
        if message.topic == self._topics.command:
            if message.is_retained:
                raise ContractError("cmd: a retained message, expected one that is not", hint="it was ignored")
            return parse_command(message.payload)
        dataset = message.topic.removeprefix(self._topics.master)
        if dataset in DATASETS:
            return parse_master(dataset, message.payload)
        if dataset == "stock":
            return parse_stock(self._gateway, message.payload)
        if dataset == "cardstate":
            return self._current(parse_card_states(self._gateway, message.payload))
        raise ContractError(
            f"md: dataset {dataset[:60]!r}, expected one of {', '.join((*DATASETS, 'cardstate', 'stock'))}"
        )

    def _current(self, document: CardStateDocument) -> CardStates | None:
        """Card states that include all our acknowledged events.

        The topic is retained, so an old snapshot comes again with every connection; adopting it
        would turn cards back. `as_of` tells: the ERP publishes one that names our epoch when that
        is new to it.
        """
        if is_current(document, self._position()):
            return document.states
        self._book.count("CARD_STATES_OLD")
        return None


def is_current(document: CardStateDocument, position: Position) -> bool:
    """Whether card states include all our acknowledged events."""
    epoch, sig = document.as_of.get("sig", ("", 0))
    return position.sig == 0 or (epoch == position.epoch and sig >= position.sig)


def tell_outcome(book: WarningBook, intake: Intake, verdict: Verdict) -> None:
    """What became of something from the ERP, for people."""
    is_refused = verdict.status in (Status.REFUSED, Status.FAILED)
    if isinstance(intake, Command):  # its result travels back to the ERP
        book.count("COMMAND_REFUSED" if is_refused else "COMMAND_DONE")
        return
    code = f"REFUSED:{dataset_of(intake)}"
    if is_refused:
        book.tell(code, f"{describe(intake)} refused: {verdict.text or verdict.code}")
    else:
        book.end(code)


def dataset_of(intake: Intake) -> str:
    """The topic level that a dataset came under; one of a few names."""
    if isinstance(intake, MasterData):
        return intake.dataset
    return "cardstate" if isinstance(intake, CardStates) else "stock"


def describe(intake: Intake) -> str:
    """Name a dataset in a warning."""
    if isinstance(intake, MasterData):
        return f"master data {intake.dataset} version {intake.version}"
    rows = intake.rows if isinstance(intake, CardStates | StockSnapshot) else ()
    return f"{dataset_of(intake)} of {len(rows)} rows"
