"""Documents of the wire contract: what is rendered, what is parsed, what is refused and how."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import ContractError
from gateway.model import Acknowledgement, Command, Disposition, MasterData, StockSnapshot
from sync.envelope import (
    ACK_LIMIT_BYTES,
    LIMIT_BYTES,
    MASTER_LIMIT_BYTES,
    Sender,
    parse_ack,
    parse_card_states,
    parse_command,
    parse_erp_state,
    parse_master,
    parse_stock,
    render_batch,
    render_birth,
    render_death,
)
from tests.sync.ledger import EPOCH, MemoryOutbox

ID = "0199f0aa-0000-7000-8000-0000000000aa"
HASH = "00112233445566778899aabbccddeeff"
SENDER = Sender("prod", "L3-07", "b7c1")
ACK: dict[str, Any] = {"v": 1, "ep": EPOCH, "st": "sig", "cum": 12, "h": HASH, "dsp": [], "ts": "2026-11-22T03:57:56Z"}
DSP: dict[str, Any] = {
    "n": 1,
    "s": 11,
    "id": ID,
    "c": "rejected",
    "code": "PERIOD_CLOSED",
    "msg": "closed",
    "of": "posting",
}
ITEMS: dict[str, Any] = {
    "v": 1, "dataset": "items", "version": 3, "etag": "e3", "rows": [{"id": "SCREW-A", "name": "Screw", "uom": "PCE"}],
}  # fmt: skip
STATES: dict[str, Any] = {
    "v": 1, "dataset": "cardstate", "version": 1, "as_of": {"L3-07": {"ep": EPOCH, "sig": 7, "mov": 2}},
    "rows": [{"card": "K-1", "state": "FULL", "cycle": 4}],
}  # fmt: skip
STOCK: dict[str, Any] = {
    "v": 1, "dataset": "stock", "version": 1, "as_of": {"L3-07": {"ep": EPOCH, "sig": 7}},
    "rows": [{"item": "SCREW-A", "location": "LINE3", "status": "available", "lot": "", "qty": "-2.5"}],
}  # fmt: skip
CMD: dict[str, Any] = {
    "v": 1, "id": ID.upper(), "name": "order_confirmed", "deadline": "2026-11-22T06:00:00+08:00",
    "body": {"key": "card/P1/K-1/4/empty", "doc": "PO-1"},
}  # fmt: skip
ERP: dict[str, Any] = {"v": 1, "online": True, "ts": "2026-11-22T03:57:56Z"}


def dumps(document: Any) -> bytes:
    return json.dumps(document).encode()


def refusal(parse: Callable[[bytes], object], document: Any) -> str:
    with pytest.raises(ContractError) as caught:
        parse(document if isinstance(document, bytes) else dumps(document))
    return str(caught.value)


# -- up ------------------------------------------------------------------------------------


def test_a_batch_carries_consecutive_events_and_the_hash_after_the_last() -> None:
    outbox = MemoryOutbox()
    outbox.append("sig", 5)
    outbox.dn["sig"] = 311
    window = outbox.window("sig", 2, 2, 10_000)
    assert window is not None
    batch = json.loads(render_batch(SENDER, outbox.streams()["sig"], window))
    assert batch == {
        "v": 1, "env": "prod", "gw": "L3-07", "ep": EPOCH, "st": "sig", "s0": 3, "boot": "b7c1", "dn": 311,
        "ev": [
            {"s": 3, "id": f"{EPOCH}-sig-3", "t": "card_emptied"},
            {"s": 4, "id": f"{EPOCH}-sig-4", "t": "card_emptied"},
        ],
        "h": outbox.hashes["sig"][4].hex(),
    }  # fmt: skip


def test_a_birth_says_per_stream_what_is_settled_and_how_far_it_goes() -> None:
    outbox = MemoryOutbox()
    outbox.append("sig", 3)
    outbox.settled["sig"] = 2
    birth = json.loads(render_birth(SENDER, ID, outbox.streams().values()))
    assert birth["st"]["sig"] == {"cum": 2, "h": outbox.hashes["sig"][2].hex(), "head": 3}
    assert birth["st"]["mov"] == {"cum": 0, "h": "0" * 32, "head": 0}
    assert (birth["ep"], birth["birth"], birth["online"], birth["gw"]) == (EPOCH, ID, True, "L3-07")


def test_a_death_names_the_birth_that_it_ends() -> None:
    death = json.loads(render_death(SENDER, ID, EPOCH))
    assert death == {
        "v": 1, "env": "prod", "gw": "L3-07", "boot": "b7c1", "ep": EPOCH, "birth": ID, "online": False,
    }  # fmt: skip


# -- down ----------------------------------------------------------------------------------


def test_an_acknowledgement_is_parsed_with_its_dispositions_in_order() -> None:
    winner = {**DSP, "n": 2, "c": "superseded", "by": {"gw": "L3-08", "w": "2026-11-22T03:57:50.000Z"}}
    winner["now"] = {"cycle": 18, "state": "FULL"}
    document = parse_ack("sig", dumps({**ACK, "dsp": [winner, DSP], "gap": True}))
    rejected = Disposition(1, 11, ID, "rejected", "PERIOD_CLOSED", "closed", "posting")
    superseded = Disposition(
        2, 11, ID, "superseded", "PERIOD_CLOSED", "closed", "posting", 18, "FULL", "L3-08 2026-11-22T03:57:50.000Z",
        by_wall_ms=1_795_319_870_000,
    )  # fmt: skip
    assert document.ack == Acknowledgement(EPOCH, "sig", 12, bytes.fromhex(HASH), (rejected, superseded))
    assert document.has_gap


def test_an_acknowledgement_needs_neither_dispositions_nor_gap() -> None:
    document = parse_ack("sig", dumps({"v": 1, "ep": EPOCH, "st": "sig", "cum": 0, "h": "0" * 32}))
    assert document.ack == Acknowledgement(EPOCH, "sig", 0, bytes(16))
    assert not document.has_gap


def test_a_long_message_of_the_erp_is_cut_and_does_not_stop_the_stream() -> None:
    document = parse_ack("sig", dumps({**ACK, "dsp": [{**DSP, "msg": "x" * 5000 + "\n", "code": "a\x00b"}]}))
    [disposition] = document.ack.dispositions
    assert len(disposition.text) == 500
    assert disposition.code == "a b"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"v": 2}, "v is 2, expected 1"),
        ({"v": True}, "v is True, expected 1"),
        ({"st": "mov"}, "st is 'mov', expected one of sig"),
        ({"cum": -3}, "cum is -3, expected a whole number, 0 or more"),
        ({"cum": 1.5}, "cum is 1.5, expected a whole number"),
        ({"cum": True}, "cum is True, expected a whole number"),
        ({"cum": "12"}, "cum is '12', expected a whole number"),
        ({"cum": 2**63}, "cum is 9223372036854775808, expected"),
        ({"h": "00"}, "h is '00', expected 32 hexadecimal digits"),
        ({"h": "zz" * 16}, "expected 32 hexadecimal digits"),
        ({"h": None}, "h is None, expected 32 hexadecimal digits"),
        ({"ep": ""}, "ep is '', expected a text of 1 to 64 characters"),
        ({"ep": "a\nb"}, "expected a text of 1 to 64 characters without control characters"),
        ({"dsp": {}}, "dsp is {}, expected a list of objects"),
        ({"dsp": [7]}, "dsp[0] is '7', expected an object"),
        ({"dsp": [{**DSP, "c": "maybe"}]}, "dsp[0]: c is 'maybe', expected one of applied, duplicate"),
        ({"dsp": [{**DSP, "c": ["x"]}]}, "dsp[0]: c is ['x'], expected one of applied, duplicate"),
        ({"dsp": [{**DSP, "n": 0}]}, "dsp[0]: n is 0, expected a whole number, 1 or more"),
        ({"dsp": [{**DSP, "id": "nope"}]}, "dsp[0]: id is 'nope', expected a UUID"),
        ({"dsp": [{**DSP, "now": {"cycle": 1, "state": "GONE"}}]}, "now: state is 'GONE', expected one of WAIT"),
        ({"dsp": [DSP, DSP]}, "dsp has n 1 twice"),
        ({"gap": "yes"}, "gap is 'yes', expected true or false"),
    ],
)
def test_a_wrong_acknowledgement_is_refused_with_the_member_its_value_and_what_was_expected(
    change: dict[str, Any], words: str
) -> None:
    told = refusal(lambda payload: parse_ack("sig", payload), {**ACK, **change})
    assert told.startswith("ack/sig")
    assert words in told


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"{", "not JSON"),
        (b"[]", "a JSON list, expected a JSON object"),
        (b"null", "a JSON NoneType, expected a JSON object"),
        (b'{"v":1,"cum":NaN}', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b" " * (ACK_LIMIT_BYTES + 1), f"{ACK_LIMIT_BYTES + 1} bytes, expected at most {ACK_LIMIT_BYTES}"),
    ],
)
def test_bytes_that_are_no_document_are_refused(payload: bytes, words: str) -> None:
    assert words in refusal(lambda raw: parse_ack("sig", raw), payload)


def test_a_missing_member_is_called_missing() -> None:
    assert "cum is missing" in refusal(lambda raw: parse_ack("sig", raw), {"v": 1, "st": "sig", "ep": "x", "h": HASH})


def test_a_long_wrong_value_is_shown_cut() -> None:
    told = refusal(lambda raw: parse_ack("sig", raw), {**ACK, "h": "a" * 100_000})
    assert len(told) < 200


def test_master_data_is_parsed_as_a_whole_set() -> None:
    assert parse_master("items", dumps(ITEMS)) == MasterData("items", 3, "e3", (ITEMS["rows"][0],))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"dataset": "cards"}, "dataset is 'cards', expected one of items"),
        ({"version": 0}, "version is 0, expected a whole number, 1 or more"),
        ({"rows": [{"name": "x"}]}, "rows[0]: id is missing"),
        ({"rows": [{"id": "A"}, {"id": "A"}]}, "rows[1]: id is 'A', expected an id that no other row has"),
        ({"rows": [{"id": "A", "q": 1.5}]}, "rows[0]: q is 1.5, expected a whole number below 2^63 or a decimal"),
        ({"rows": [{"id": "A", "q": [{"z": 2**64}]}]}, "rows[0]: q: 0: z is 1.8446744073709552e+19"),
        ({"rows": [{"id": "A", "q": [[[[[[[[1]]]]]]]]}]}, "nested too deeply"),
        ({"rows": [{"id": 7}]}, "rows[0]: id is 7, expected a text"),
        ({"rows": None}, "rows is None, expected a list of objects"),
    ],
)
def test_wrong_master_data_is_refused_with_its_row(change: dict[str, Any], words: str) -> None:
    assert words in refusal(lambda raw: parse_master("items", raw), {**ITEMS, **change})


def test_master_data_may_be_larger_than_other_documents_but_not_without_limit() -> None:
    rows = [{"id": f"ITEM-{n}", "name": "n" * 100, "uom": "PCE"} for n in range(3000)]
    payload = dumps({**ITEMS, "rows": rows})
    assert LIMIT_BYTES < len(payload) < MASTER_LIMIT_BYTES
    assert len(parse_master("items", payload).rows) == 3000
    assert "expected at most 4194304" in refusal(lambda raw: parse_master("items", raw), b" " * 5_000_000)


def test_card_states_say_which_of_our_events_they_include() -> None:
    document = parse_card_states("L3-07", dumps(STATES))
    assert document.states.rows == (("K-1", "FULL", 4),)
    assert document.as_of == {"sig": (EPOCH, 7), "mov": (EPOCH, 2)}
    assert parse_card_states("L3-08", dumps(STATES)).as_of == {}


def test_a_stock_snapshot_is_exact_and_a_stream_that_as_of_leaves_out_counts_as_nothing() -> None:
    as_of = {"sig": (EPOCH, 7), "mov": (EPOCH, 0)}
    rows = (("SCREW-A", "LINE3", "available", "", -2_500_000),)
    assert parse_stock("L3-07", dumps(STOCK)) == StockSnapshot(as_of, rows)


@pytest.mark.parametrize("quantity", ["", "x", "1e999999999", "NaN", "Infinity", "1.1234567", "9" * 30, 4, None])
def test_a_quantity_that_is_no_exact_decimal_is_refused(quantity: object) -> None:
    rows = [{"item": "A", "location": "B", "qty": quantity}]
    assert "rows[0]: qty is" in refusal(lambda raw: parse_stock("L3-07", raw), {**STOCK, "rows": rows})


def test_a_command_is_parsed_with_its_id_in_canonical_form_and_its_deadline_in_utc() -> None:
    expected = Command(ID, "order_confirmed", CMD["body"], 1_795_298_400_000)
    assert parse_command(dumps(CMD)) == expected


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id": "7"}, "id is '7', expected a UUID"),
        ({"id": "g" * 32}, "expected a UUID"),
        ({"name": ""}, "name is ''"),
        ({"deadline": "soon"}, "deadline is 'soon', expected a time with offset"),
        ({"deadline": "2026-11-22T06:00:00"}, "expected a time with offset"),
        ({"deadline": 7}, "deadline is 7, expected a time"),
        ({"body": []}, "body is [], expected an object"),
        ({"body": {"x": 0.5}}, "cmd: body: x is 0.5, expected a whole number"),
    ],
)
def test_a_wrong_command_is_refused(change: dict[str, Any], words: str) -> None:
    assert words in refusal(parse_command, {**CMD, **change})


def test_the_state_of_the_erp_is_online_or_not() -> None:
    assert parse_erp_state(dumps(ERP)).is_online
    assert not parse_erp_state(dumps({**ERP, "online": False})).is_online
    assert "online is 1, expected true or false" in refusal(parse_erp_state, {**ERP, "online": 1})


PARSERS: list[tuple[Callable[[bytes], object], dict[str, Any]]] = [
    (
        lambda raw: parse_ack("sig", raw),
        {**ACK, "dsp": [{**DSP, "now": {"cycle": 1, "state": "FULL"}, "by": {"gw": "x"}}]},
    ),
    (lambda raw: parse_master("items", raw), ITEMS),
    (lambda raw: parse_card_states("L3-07", raw), STATES),
    (lambda raw: parse_stock("L3-07", raw), STOCK),
    (parse_command, CMD),
    (parse_erp_state, ERP),
]
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.just("1e999999999"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def mutate(document: Any, place: list[int], value: Any) -> Any:
    """Replace one member, chosen by walking `place` down the document."""
    if not place or not isinstance(document, dict | list) or not document:
        return value
    copy: Any = dict(document) if isinstance(document, dict) else list(document)
    key: Any = sorted(copy)[place[0] % len(copy)] if isinstance(copy, dict) else place[0] % len(copy)
    copy[key] = mutate(copy[key], place[1:], value)
    return copy


@given(which=st.integers(0, len(PARSERS) - 1), place=st.lists(st.integers(0, 20), max_size=4), value=ANYTHING)
def test_whatever_stands_in_a_document_the_answer_is_a_value_or_a_contract_error(
    which: int, place: list[int], value: Any
) -> None:
    parse, document = PARSERS[which]
    with suppress(ContractError):
        parse(json.dumps(mutate(document, place, value)).encode())


@given(which=st.integers(0, len(PARSERS) - 1), at=st.integers(0, 10_000), junk=st.binary(max_size=6))
def test_damaged_bytes_are_a_value_or_a_contract_error(which: int, at: int, junk: bytes) -> None:
    parse, document = PARSERS[which]
    payload = dumps(document)
    cut = at % len(payload)
    with suppress(ContractError):
        parse(payload[:cut] + junk + payload[cut + len(junk) :])
