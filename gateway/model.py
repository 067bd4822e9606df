"""Frozen values that travel from the device to the ERP. Nothing here does I/O.

Read (raw bytes) -> Scan (what the read says) -> Decision (events + verdict) -> journal.
Quantities are integers of one millionth of the unit (see quantity.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from gateway.parsed import Label
from gateway.passage import Opened, Passage


class State(StrEnum):
    """Container states; names as in SAP KANBAN, ORDERED and RECEIVED_QC added."""

    WAIT = "WAIT"
    EMPTY = "EMPTY"
    ORDERED = "ORDERED"
    IN_PROCESS = "IN_PROCESS"
    IN_TRANSIT = "IN_TRANSIT"
    RECEIVED_QC = "RECEIVED_QC"
    FULL = "FULL"
    IN_USE = "IN_USE"
    ERROR = "ERROR"


class Life(StrEnum):
    """Card life cycle; only ACTIVE cards may signal."""

    NEW = "NEW"
    ACTIVE = "ACTIVE"
    HOLD = "HOLD"
    SURPLUS = "SURPLUS"
    OBSOLETE = "OBSOLETE"
    LOST = "LOST"
    REMOVED = "REMOVED"
    CLOSED = "CLOSED"


class Action(StrEnum):
    """What a read asks for. SCAN means: whatever the station's role does with this card."""

    SCAN = "scan"
    EMPTY = "empty"
    FULL = "full"
    WITHDRAW = "withdraw"
    RELEASE = "release"
    START = "start"
    SHIP = "ship"
    UNDO = "undo"
    ACCEPT = "accept"
    REJECT = "reject"
    FOUND = "found"
    MODE_TRAINING = "mode_training"
    MODE_SHADOW = "mode_shadow"
    MODE_LIVE = "mode_live"
    CANCEL = "cancel"
    BADGE = "badge"
    SIGN_OUT = "sign_out"
    QUANTITY = "quantity"
    CONFIRM = "confirm"
    APPROVE = "approve"
    OPERATION = "operation"


class Status(StrEnum):
    """What the person sees: OK green, ALREADY and ASK amber, REFUSED and FAILED red."""

    OK = "ok"
    ALREADY = "already"
    ASK = "ask"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Read:
    """Raw bytes from one device at one instant."""

    id: str  # UUIDv7 minted at read time
    device: str  # id from the configuration
    station: str  # id from the configuration
    data: bytes
    aim: str  # AIM symbology identifier such as "]d2", "" when the device sends none
    wall_ms: int
    mono_ms: int
    boot: str
    quality: str  # clock quality, see clock.py
    operator: str = ""
    press: Press | None = None  # set by MQTT buttons only
    topic: str = ""  # the MQTT topic the payload came from; set by MQTT buttons only
    fault: Rejection | None = None  # set by a driver that could not even get a whole frame
    is_key_chosen: bool = False  # the sender chose the key behind `id` itself: another press under it is its mistake


@dataclass(frozen=True, slots=True)
class Press:
    """What recognises a redelivered MQTT message: packet id and a digest of topic and payload."""

    packet: int
    digest: str
    redelivered: bool  # the DUP flag


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why input was not accepted, as data: shown to the person, kept with the raw bytes."""

    code: str  # stable, upper case, e.g. "CHECK_CHARACTERS"
    text: str  # one sentence: what was wrong, what was expected, what to do
    got: str = ""
    expected: str = ""


@dataclass(frozen=True, slots=True)
class Scan:
    """What a read says: an action on a card, or a rejection when it could not be understood."""

    read: Read
    action: Action = Action.SCAN
    card: str = ""
    revision: int = 0  # 0: the code carries none
    quantity: int | None = None  # micro-units, for WITHDRAW
    remainder: int | None = None  # micro-units counted in a bin that goes back, for EMPTY
    fault: Rejection | None = None
    code: str = ""  # text that is no code of ours: looked up exactly among the customer's own codes
    dropped: int = 0  # faulty reads of this device before this one that were only counted
    call: str = ""  # whom an andon button calls, maintenance or purchasing; such a button has no card
    label: Label | None = None  # what a code that is no card of ours says of goods, see codes/parse.py
    is_press: bool = False  # from a button, which nobody can ask anything
    was_there: bool = False  # an RFID tag seen when looking began: it may have come long ago
    badge: str = ""  # for BADGE: what the badge says, looked up exactly in the people of the master data
    confirmed: bool = False  # the person was asked and said it again
    approved_by: str = ""  # the supervisor who approved this, and up to how many micro-units
    approved: int = 0
    passage: Opened | Passage | None = None  # what went through a portal
    session: str = ""  # the badge session at the device, set by the decider
    roles: frozenset[str] = frozenset()  # what the person who is signed in there may do


@dataclass(frozen=True, slots=True)
class Disposition:
    """The ERP's final word on one event; see the wire contract."""

    n: int  # position in the ERP's list of dispositions for this gateway and stream
    seq: int
    id: str
    outcome: str  # applied duplicate superseded rejected parked
    code: str = ""
    text: str = ""
    refused: str = "posting"  # "posting" or "status": what a rejection refuses (K6)
    now_cycle: int = 0  # superseded: where the card stands at the ERP
    now_state: str = ""
    by: str = ""  # superseded: the winning gateway and its time, for people
    now_wall_ms: int = 0  # since when, by the clock of the gateway that told it; 0 when the ERP does not say
    now_quality: str = ""  # how far that clock can be trusted
    by_wall_ms: int = 0  # when the winner's event happened, likewise
    by_quality: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The ERP has everything up to `cum`; `hash` is its chain hash there."""

    epoch: str
    stream: str
    cum: int
    hash: bytes
    dispositions: tuple[Disposition, ...] = ()


@dataclass(frozen=True, slots=True)
class MasterData:
    """A whole dataset as published by the ERP; rows are plain JSON objects with an `id`."""

    dataset: str  # a key of master.PARSERS
    version: int
    etag: str
    rows: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class CardStates:
    """Card states at the ERP, for resynchronisation: (card, state, cycle)."""

    rows: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class StockSnapshot:
    """Stock at the ERP as of our acknowledged sequence numbers."""

    as_of: dict[str, tuple[str, int]]  # stream -> (epoch, cum), empty when the ERP gave none
    rows: tuple[tuple[str, str, str, str, int], ...]  # item, location, status, lot, micro-units


@dataclass(frozen=True, slots=True)
class Command:
    """A command from the ERP; `id` makes a redelivery harmless."""

    id: str
    name: str  # order_confirmed, card_full
    body: dict[str, Any]
    deadline_ms: int = 0


@dataclass(frozen=True, slots=True)
class Instruction:
    """What a person with access to this machine asks for: at the command line, say."""

    id: str  # UUIDv7
    name: str  # e.g. "mode.set"; the table stands in instruct.py
    body: dict[str, Any]  # JSON values, not checked yet
    operator: str  # the account that asked


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """The ERP cannot even read one of our events: its place in the stream is told as a tombstone (I6)."""

    id: str  # of the event
    code: str
    text: str
    stream: str = "sig"


@dataclass(frozen=True, slots=True)
class Rival:
    """Another live box speaks under our id; `text` says how we know and what to do."""

    text: str


@dataclass(frozen=True, slots=True)
class FeedPage:
    """What the ERP's feed brought and the cursor behind it: stored together or not at all."""

    cursor: str
    parts: tuple[MasterData | CardStates | StockSnapshot | Command, ...] = ()


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed: batches that waited too long may be released."""

    jump_ms: int = 0  # how far the wall clock jumped against the monotonic one since the last tick
    minute: int = 0  # number of the minute that began with this tick, 0 when none did
    is_synchronised: bool = False  # since the last tick the wall clock has become one that can be trusted


Intake = (
    Scan | Acknowledgement | MasterData | CardStates | StockSnapshot | Command | Instruction | Undeliverable | FeedPage
    | Tick | Rival
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stamp:
    """When and by which boot something was decided."""

    wall_ms: int
    mono_ms: int
    boot: str
    quality: str


@dataclass(frozen=True, slots=True)
class Card:
    """One row of the cards projection: life cycle and container cycle of one card."""

    card: str
    loop: str
    life: str
    state: str
    cycle: int  # number of the current or last circulation; an EMPTY opens the next one
    quantity: int  # micro-units in the container now
    revision: int  # the printed revision that is valid; older prints are refused (K15)
    undone: int  # transitions undone in this cycle; makes their keys unique again
    signal: str  # key of the open signal this card is part of, "" for none
    wall_ms: int  # when the container became what it is
    mono_ms: int
    boot: str
    last_seq: int  # journal sequence of its last event


@dataclass(frozen=True, slots=True)
class Signal:
    """An open replenishment request: of a loop's cards, or of a reorder rule."""

    key: str
    loop: str  # "" for one of a rule
    item: str
    location: str  # where it is wanted; "" for one of a loop, whose consumer that is
    quantity: int  # micro-units
    uom: str
    opened_seq: int  # journal sequence of the event that opened it
    doc: str  # the document it became at the ERP, "" as long as none is known


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, past tense. The writer adds identity, time, place and raw bytes.

    `body` holds JSON values only. The store folds these members mechanically, and nothing else:
    `after` cards as they are now · `gone` cards that are no more · `mv` stock movements · `tr` opens
    the signal named by the event's key · `closes` keys of closed signals · `reopens` signals that are
    open again, as whole rows · `doc` a document number · `fill` a fill duration · `dsp` a disposition ·
    `task` a row of the resolve list · `done` ids of tasks that are done · `facts` rows [kind, id, body or
    null] of what else is known, such as a badge session or a mode · `md` changed master data · `stock`
    absolute stock (`since`: on which day each row of it came, where that is known) · `cmd` an executed command ·
    `press` a recognisable MQTT message · `epoch` a new epoch.
    An event with `origin` (imported from another gateway) is not folded at all. `anew` is not folded: it begins an
    epoch in the same commit. `aside` is not folded: it marks a change of a card that the ERP never hears of
    (see kanban/fence.py).
    """

    kind: str
    stream: str = ""  # sig, mov, res, sys; "" stays in the journal
    key: str = ""
    body: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to the person, given only after the commit."""

    status: Status
    code: str  # stable text key, e.g. "CARD_EMPTIED"
    text: str = ""  # English sentence with item and quantity; a Sentence (gateway/text/) where a screen may show it
    card: str = ""

    @property
    def is_good(self) -> bool:
        """True for what a device may signal with ACK or a good beep."""
        return self.status in (Status.OK, Status.ALREADY)


@dataclass(frozen=True, slots=True)
class Notice:
    """A verdict for a station that is not waiting for one: an ERP refusal, say."""

    station: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Decision:
    """What `decide` returns: events to append, the answer, and who else should hear of it."""

    events: tuple[Event, ...]
    verdict: Verdict
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an intake, told after the commit (or after it failed)."""

    verdict: Verdict
    seqs: tuple[int, ...] = ()  # journal sequences; empty when nothing was stored
    parts: tuple[Verdict, ...] = ()  # of a feed page: what became of each of its parts
