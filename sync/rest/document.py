"""The documents that only REST has: where the ERP stands with all streams, and a page of its feed; pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.errors import ContractError
from gateway.model import Command, StockSnapshot
from sync.envelope import (
    ACK_LIMIT_BYTES,
    DATASETS,
    AckDocument,
    CardStateDocument,
    ErpState,
    ack_of,
    card_states_of,
    command_of,
    erp_state_of,
    stock_of,
)
from sync.member import Document
from sync.topic import STREAMS

STREAMS_LIMIT_BYTES = 4 * ACK_LIMIT_BYTES
PAGE_LIMIT_BYTES = 8 * 1024 * 1024
PAGE_ITEMS = 500
CURSOR_LIMIT = 500

Part = Command | StockSnapshot | CardStateDocument


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the feed; `faults` are the items that do not follow the contract."""

    cursor: str
    parts: tuple[Part, ...] = ()
    acks: tuple[AckDocument, ...] = ()
    states: tuple[ErpState, ...] = ()
    datasets: tuple[str, ...] = ()  # of which there is a newer version
    faults: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reading:
    gateway: str
    parts: list[Part] = field(default_factory=list)
    acks: list[AckDocument] = field(default_factory=list)
    states: list[ErpState] = field(default_factory=list)
    datasets: set[str] = field(default_factory=set)


def parse_streams(payload: bytes) -> tuple[AckDocument, ...]:
    """`GET …/streams`: an acknowledgement for each stream."""
    document = Document.parse("streams", payload, STREAMS_LIMIT_BYTES)
    streams = document.object("streams")
    if streams is None:
        raise document.wrong("streams", "an object with an acknowledgement for each stream")
    found = []
    for stream in STREAMS:
        ack = streams.object(stream)
        if ack is None:
            raise streams.wrong(stream, "an acknowledgement")
        ack.check_version()
        found.append(ack_of(stream, ack))
    return tuple(found)


def parse_page(gateway: str, payload: bytes) -> Page:
    """`GET …/feed`. An item that is wrong costs itself only: repeating it would not make it better."""
    document = Document.parse("feed", payload, PAGE_LIMIT_BYTES)
    cursor = document.text("next", limit=CURSOR_LIMIT)
    rows = document.rows("items", default=True)
    if len(rows) > PAGE_ITEMS:
        raise ContractError(f"feed: {len(rows)} items, expected at most {PAGE_ITEMS}")
    reading, faults = _Reading(gateway), []
    for row in rows:
        try:
            _ITEMS[row.choice("k", tuple(_ITEMS))](reading, row)
        except ContractError as error:
            faults.append(str(error))
    datasets = tuple(name for name in DATASETS if name in reading.datasets)
    return Page(cursor, tuple(reading.parts), tuple(reading.acks), tuple(reading.states), datasets, tuple(faults))


def _content(row: Document) -> Document:
    content = row.object("doc")
    if content is None:
        raise row.wrong("doc", "the document itself")
    content.check_version()
    return content


def _command(reading: _Reading, row: Document) -> None:
    reading.parts.append(command_of(_content(row)))


def _card_states(reading: _Reading, row: Document) -> None:
    reading.parts.append(card_states_of(reading.gateway, _content(row)))


def _stock(reading: _Reading, row: Document) -> None:
    reading.parts.append(stock_of(reading.gateway, _content(row)))


def _ack(reading: _Reading, row: Document) -> None:
    content = _content(row)
    reading.acks.append(ack_of(content.choice("st", STREAMS), content))


def _state(reading: _Reading, row: Document) -> None:
    reading.states.append(erp_state_of(_content(row)))


def _master(reading: _Reading, row: Document) -> None:
    reading.datasets.add(row.choice("dataset", DATASETS))


_ITEMS: dict[str, Callable[[_Reading, Document], None]] = {
    "cmd": _command,
    "ack": _ack,
    "cardstate": _card_states,
    "stock": _stock,
    "md": _master,
    "state": _state,
}
