"""Documents of the wire contract (sync/CONTRACT.md), both directions; pure.

Rendering takes what the store gives; parsing gives model values or raises ContractError, which
says what was wrong, on which value, and what was expected.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import orjson

from gateway.errors import ContractError
from gateway.model import Acknowledgement, CardStates, Command, Disposition, MasterData, State, StockSnapshot
from gateway.quantity import parse_quantity
from gateway.store.outbox import StreamState, Window
from sync.member import Document

LIMIT_BYTES = 256 * 1024
# An acknowledgement lists every disposition that is not confirmed: refusing one that has grown long would
# stop the very batches that confirm them.
ACK_LIMIT_BYTES = 1024 * 1024
MASTER_LIMIT_BYTES = 4 * 1024 * 1024
PROSE_LIMIT = 500  # characters of an ERP's message that are kept

OUTCOMES = ("applied", "duplicate", "superseded", "rejected", "parked")
DATASETS = (
    "units", "items", "locations", "partners", "loops", "cards", "lots", "purchase_orders", "ship_notices",
    "work_orders", "shipments", "people",
    "calendars", "order_points", "sources", "boms",
)  # fmt: skip
STATES = tuple(str(state) for state in State)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who speaks: members that every document of this process carries."""

    env: str
    gateway: str
    boot: str
    run: str = ""  # this process: a restart is another one

    def members(self) -> dict[str, object]:
        told: dict[str, object] = {"v": 1, "env": self.env, "gw": self.gateway, "boot": self.boot}
        return told | {"run": self.run} if self.run else told


@dataclass(frozen=True, slots=True)
class AckDocument:
    """An acknowledgement as it arrived: what the store settles by, and a hint for the sender."""

    ack: Acknowledgement
    has_gap: bool  # the ERP misses something: send again from cum + 1
    held: tuple[str, ...] = ()  # claims of the boxes that must not send, as two have this id; "" for one without


@dataclass(frozen=True, slots=True)
class CardStateDocument:
    """Card states at the ERP and which of our events they include."""

    states: CardStates
    as_of: dict[str, tuple[str, int]]  # stream -> (epoch, cum), empty when the ERP gave none


@dataclass(frozen=True, slots=True)
class Birth:
    """A birth in our name, ours or somebody else's."""

    id: str
    is_online: bool
    is_holding: bool  # whoever it was has seen that two boxes have this id


@dataclass(frozen=True, slots=True)
class ErpState:
    """Whether the ERP listens; `ts` tells a restart from a repetition."""

    is_online: bool
    ts: str


# -- up ------------------------------------------------------------------------------------


def render_batch(sender: Sender, state: StreamState, window: Window) -> bytes:
    """`up/<st>`: the events are joined as they come from the store, never parsed again."""
    head = {**sender.members(), "ep": state.epoch, "st": state.stream, "s0": window.first, "dn": state.dn}
    return b"".join(
        (orjson.dumps(head)[:-1], b',"ev":[', b",".join(window.events), b'],"h":"', window.hash.hex().encode(), b'"}')
    )


def render_birth(
    sender: Sender, birth: str, streams: Iterable[StreamState], *, claim: str = "", hold: str = ""
) -> bytes:
    """`state` while connected: what this gateway has and what it knows to be settled, per stream.

    `claim`: a person said that this box has the id. `hold`: why it does not send.
    """
    states = list(streams)
    told = {state.stream: {"cum": state.cum, "h": state.cum_hash.hex(), "head": state.head} for state in states}
    epoch = states[0].epoch
    more = ({"claim": claim} if claim else {}) | ({"hold": hold} if hold else {})
    return orjson.dumps({**sender.members(), "ep": epoch, "birth": birth, "online": True, **more, "st": told})


def render_death(sender: Sender, birth: str, epoch: str) -> bytes:
    """`state` after an orderly stop, and as the will; ends the birth of the same name only."""
    return orjson.dumps({**sender.members(), "ep": epoch, "birth": birth, "online": False})


# -- down ----------------------------------------------------------------------------------


def parse_ack(stream: str, payload: bytes) -> AckDocument:
    """`ack/<stream>`."""
    return ack_of(stream, Document.parse(f"ack/{stream}", payload, ACK_LIMIT_BYTES))


def ack_of(stream: str, document: Document) -> AckDocument:
    """An acknowledgement that came as a document of its own or within another."""
    document.choice("st", (stream,))
    dispositions = sorted((_parse_disposition(row) for row in document.rows("dsp", default=True)), key=lambda d: d.n)
    for earlier, later in pairwise(dispositions):
        if earlier.n == later.n:
            raise ContractError(f"ack/{stream}: dsp has n {later.n} twice, expected each number once")
    ack = Acknowledgement(
        epoch=document.text("ep", limit=64),
        stream=stream,
        cum=document.count("cum"),
        hash=document.hash("h"),
        dispositions=tuple(dispositions),
    )
    return AckDocument(ack, document.fact("gap", default=False), held_of(document))


def held_of(document: Document) -> tuple[str, ...]:
    """`hold.for`: whom the ERP lets send nothing; empty when it lets everybody."""
    hold = document.object("hold")
    claims = hold.members.get("for") if hold is not None else []
    if hold is not None and not (isinstance(claims, list) and all(isinstance(claim, str) for claim in claims)):
        raise hold.wrong("for", "a list of claims")
    return tuple(claims or ())


def parse_birth(payload: bytes) -> Birth:
    """`state`, as it comes back from the broker."""
    document = Document.parse("state", payload, LIMIT_BYTES)
    return Birth(document.text("birth", ""), document.fact("online"), "hold" in document.members)


def _parse_disposition(row: Document) -> Disposition:
    now = row.object("now")
    winner = row.object("by")
    return Disposition(
        n=row.count("n", 1),
        seq=row.count("s"),
        id=row.uuid("id"),
        outcome=row.choice("c", OUTCOMES),
        code=row.prose("code", 64),
        text=row.prose("msg", PROSE_LIMIT),
        refused=row.choice("of", ("posting", "status"), "posting"),
        now_cycle=now.count("cycle") if now else 0,
        now_state=now.choice("state", STATES) if now else "",
        now_wall_ms=now.moment_ms("w") if now else 0,
        now_quality=now.prose("q", 20) if now else "",
        by_wall_ms=_winner_ms(winner),
        by_quality=winner.prose("q", 20) if winner else "",
        by=f"{winner.prose('gw', 32)} {winner.prose('w', 40)}".strip() if winner else "",
    )


def _winner_ms(winner: Document | None) -> int:
    """The winner's time is for people first: an ERP may give it in words, which then are compared with nothing."""
    if winner is None:
        return 0
    try:
        return winner.moment_ms("w")
    except ContractError:
        return 0


def parse_master(dataset: str, payload: bytes) -> MasterData:
    """`md/<dataset>` for one of `DATASETS`: the whole set. Its rows are checked by the decider."""
    return master_of(dataset, Document.parse(f"md/{dataset}", payload, MASTER_LIMIT_BYTES))


def master_of(dataset: str, document: Document) -> MasterData:
    """A whole set, however it came."""
    document.choice("dataset", (dataset,))
    seen: set[str] = set()
    for row in document.rows("rows"):
        key = row.text("id")
        if key in seen:
            raise row.wrong("id", "an id that no other row has")
        seen.add(key)
        row.free()
    return MasterData(
        dataset=dataset,
        version=document.count("version", 1),
        etag=document.text("etag", ""),
        rows=tuple(document.members["rows"]),
    )


def parse_card_states(gateway: str, payload: bytes) -> CardStateDocument:
    """`md/cardstate`."""
    return card_states_of(gateway, Document.parse("md/cardstate", payload, MASTER_LIMIT_BYTES))


def card_states_of(gateway: str, document: Document) -> CardStateDocument:
    """Card states, however they came."""
    document.choice("dataset", ("cardstate",))
    rows = tuple((row.text("card"), row.choice("state", STATES), row.count("cycle")) for row in document.rows("rows"))
    return CardStateDocument(CardStates(rows), _parse_as_of(gateway, document))


def parse_stock(gateway: str, payload: bytes) -> StockSnapshot:
    """`md/stock`."""
    return stock_of(gateway, Document.parse("md/stock", payload, MASTER_LIMIT_BYTES))


def stock_of(gateway: str, document: Document) -> StockSnapshot:
    """Stock, however it came."""
    document.choice("dataset", ("stock",))
    rows = tuple(
        (row.text("item"), row.text("location"), row.text("status", "available"), row.text("lot", ""), _micro(row))
        for row in document.rows("rows")
    )
    return StockSnapshot(_parse_as_of(gateway, document), rows)


def _parse_as_of(gateway: str, document: Document) -> dict[str, tuple[str, int]]:
    """Our entry of `as_of`; a stream that it does not name counts as 0."""
    gateways = document.object("as_of")
    ours = gateways.object(gateway) if gateways else None
    if ours is None:
        return {}
    epoch = ours.text("ep", limit=64)
    return {stream: (epoch, ours.count(stream, default=0)) for stream in ("sig", "mov")}


def _micro(row: Document) -> int:
    quantity = row.text("qty", limit=40)
    try:
        return parse_quantity(quantity)
    except (ValueError, ArithmeticError) as error:
        raise row.wrong("qty", "a decimal string such as '-2.5', at most 10^12 and six decimal places") from error


def parse_command(payload: bytes) -> Command:
    """`cmd`. A name that this gateway does not know is still a command: it is refused with a result."""
    return command_of(Document.parse("cmd", payload, LIMIT_BYTES))


def command_of(document: Document) -> Command:
    """A command, however it came."""
    body = document.object("body")
    return Command(
        id=document.uuid("id"),
        name=document.text("name", limit=64),
        body=body.free() if body else {},
        deadline_ms=document.moment_ms("deadline"),
    )


def parse_erp_state(payload: bytes) -> ErpState:
    """`erp/state`."""
    return erp_state_of(Document.parse("erp/state", payload, LIMIT_BYTES))


def erp_state_of(document: Document) -> ErpState:
    """The ERP's state, however it came."""
    return ErpState(document.fact("online"), document.prose("ts", 64))
