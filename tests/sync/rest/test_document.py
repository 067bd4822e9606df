"""The documents that only REST has: hostile input costs itself and nothing else."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from gateway.errors import ContractError
from gateway.model import Command
from sync.rest.document import PAGE_ITEMS, parse_page, parse_streams

ACK = {"v": 1, "ep": "E", "st": "sig", "cum": 3, "h": "ab" * 16}
STREAMS = {"v": 1, "streams": {st: {**ACK, "st": st} for st in ("sig", "mov", "res", "sys")}}
COMMAND = {"v": 1, "id": "0199f0aa-2d00-7000-8000-0000000000c1", "name": "card_full", "body": {}}


def test_the_handshake_says_where_each_stream_stands() -> None:
    assert [document.ack.stream for document in parse_streams(orjson.dumps(STREAMS))] == ["sig", "mov", "res", "sys"]


@pytest.mark.parametrize(
    "body",
    [
        b"<html>", b"", b"[]", orjson.dumps({"v": 1}), orjson.dumps({**STREAMS, "v": 2}),
        orjson.dumps({"v": 1, "streams": {"sig": ACK}}), orjson.dumps({"v": 1, "streams": []}),
        orjson.dumps({"v": 1, "streams": {**STREAMS["streams"], "mov": ACK}}),  # type: ignore[dict-item]
        orjson.dumps({"v": 1, "streams": {**STREAMS["streams"], "mov": {**ACK, "st": "mov", "v": 9}}}),  # type: ignore[dict-item]
    ],
)  # fmt: skip
def test_a_handshake_that_is_not_whole_is_refused(body: bytes) -> None:
    with pytest.raises(ContractError, match="expected"):
        parse_streams(body)


def page(*items: Any, **members: Any) -> bytes:
    return orjson.dumps({"v": 1, "next": "c2", "items": list(items), **members})


def test_a_page_brings_commands_acknowledgements_and_notices_in_order_of_reference() -> None:
    found = parse_page(
        "G1",
        page(
            {"k": "md", "dataset": "cards"}, {"k": "cmd", "doc": COMMAND}, {"k": "ack", "doc": ACK},
            {"k": "md", "dataset": "items"}, {"k": "md", "dataset": "items"},
            {"k": "state", "doc": {"v": 1, "online": False}},
        ),
    )  # fmt: skip
    assert found.datasets == ("items", "cards")
    assert isinstance(found.parts[0], Command)
    assert [ack.ack.cum for ack in found.acks] == [3]
    assert [state.is_online for state in found.states] == [False]
    assert (found.cursor, found.faults) == ("c2", ())


@pytest.mark.parametrize(
    "item",
    [
        {}, {"k": "news"}, {"k": "cmd"}, {"k": "cmd", "doc": []}, {"k": "cmd", "doc": {**COMMAND, "v": 2}},
        {"k": "cmd", "doc": {**COMMAND, "id": "1"}}, {"k": "ack", "doc": {**ACK, "st": "news"}}, {"k": "md"},
        {"k": "md", "dataset": "prices"}, {"k": "stock", "doc": {"v": 1, "dataset": "items", "rows": []}},
        {"k": ["cmd"], "doc": COMMAND},
    ],
)  # fmt: skip
def test_a_wrong_item_is_told_and_the_others_are_taken(item: dict[str, Any]) -> None:
    found = parse_page("G1", page(item, {"k": "cmd", "doc": COMMAND}))
    assert len(found.parts) == 1
    assert len(found.faults) == 1
    assert "expected" in found.faults[0]


@pytest.mark.parametrize(
    "body",
    [
        b"<html>", page(next=""), page(next=7), page(next="x" * 501), page(items={}), page(1),
        page(*[{"k": "md", "dataset": "items"}] * (PAGE_ITEMS + 1)),
    ],
)  # fmt: skip
def test_a_page_that_is_no_page_is_refused_as_a_whole(body: bytes) -> None:
    with pytest.raises(ContractError, match="expected"):
        parse_page("G1", body)
