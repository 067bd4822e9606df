"""CONTRACT.md is exact: its documents are what is parsed and rendered, its test vector is right."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gateway.store.chain import ZERO_HASH, canonical, stream_hash
from gateway.store.outbox import StreamState, Window
from sync.envelope import (
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
from sync.rest.document import parse_page, parse_streams
from sync.rest.judgement import Asked, Do, judge
from sync.rest.reply import Reply
from sync.topic import Topics
from tests.sync.ledger import link

TEXT = (Path(__file__).parents[2] / "sync" / "CONTRACT.md").read_text(encoding="utf-8")
DOCUMENTS: list[dict[str, Any]] = [json.loads(block) for block in re.findall(r"```json\n(.*?)\n```", TEXT, re.DOTALL)]
CANONICAL: list[str] = re.findall(r"```\n(\{.*?)\n```", TEXT)
SENDER = Sender("prod", "L3-07", "b7c1a2f0")


def document(member: str, value: object = None) -> dict[str, Any]:
    """The only example with this member (and value)."""
    found = [one for one in DOCUMENTS if member in one and value in (None, one[member])]
    assert len(found) == 1
    return found[0]


def raw(example: dict[str, Any]) -> bytes:
    return json.dumps(example).encode()


@pytest.mark.parametrize("chain", [link, lambda h, s, e: stream_hash(h, s, canonical(e))], ids=["contract", "store"])
def test_the_worked_example_of_the_chain_hash_is_right(chain: Any) -> None:
    batch = document("ev")
    hashes = [ZERO_HASH]
    for event in batch["ev"]:
        bare = {name: value for name, value in event.items() if name != "s"}
        hashes.append(chain(hashes[-1], event["s"], bare))
    assert re.findall(r"`h\(\d\)` = `([0-9a-f]{32})`", TEXT) == [digest.hex() for digest in hashes[1:]]
    assert batch["h"] == hashes[-1].hex()


def test_the_canonical_json_is_shown_with_its_length() -> None:
    events = [{name: value for name, value in event.items() if name != "s"} for event in document("ev")["ev"]]
    assert [canonical(event).decode() for event in events] == CANONICAL
    assert re.findall(r"(\d+) bytes:", TEXT) == [str(len(text.encode())) for text in CANONICAL]


def test_the_batch_is_rendered_as_shown() -> None:
    example = document("ev")
    events = [json.dumps(event).encode() for event in example["ev"]]
    state = StreamState("sig", example["ep"], 2, ZERO_HASH, 0, ZERO_HASH, 0)
    assert json.loads(render_batch(SENDER, state, Window(1, 2, events, bytes.fromhex(example["h"])))) == example


def test_birth_and_death_are_rendered_as_shown() -> None:
    birth, death = [one for one in DOCUMENTS if "birth" in one]
    states = [
        StreamState(name, birth["ep"], told["head"], ZERO_HASH, told["cum"], bytes.fromhex(told["h"]), 0)
        for name, told in birth["st"].items()
    ]
    assert json.loads(render_birth(SENDER, birth["birth"], states)) == birth
    assert json.loads(render_death(SENDER, birth["birth"], birth["ep"])) == death


def test_everything_that_comes_down_is_parsed_as_shown() -> None:
    ack = parse_ack("sig", raw(document("dsp"))).ack
    assert [(one.n, one.outcome, one.now_cycle) for one in ack.dispositions] == [
        (1, "rejected", 0),
        (2, "superseded", 18),
    ]
    assert parse_command(raw(document("deadline"))).body["doc"] == "4500001234"
    assert parse_master("items", raw(document("dataset", "items"))).version == 3
    assert parse_card_states("L3-07", raw(document("dataset", "cardstate"))).as_of["sig"][1] == 12
    assert parse_stock("L3-07", raw(document("dataset", "stock"))).rows[0][4] == -2_500_000
    (erp_state,) = (one for one in DOCUMENTS if "online" in one and "birth" not in one)
    assert parse_erp_state(raw(erp_state)).is_online
    assert [one.ack.cum for one in parse_streams(raw(document("streams")))] == [2, 0, 0, 0]
    page = parse_page("L3-07", raw(document("next")))
    assert (page.cursor, page.datasets, len(page.parts), page.faults) == ("f118", ("items",), 1, ())
    gap = judge(Reply(409, {}, raw(document("title"))), Asked("01K9ZQ5B7M8N9P0Q1R2S3T4V5W", "sig", 4, 5), 0)
    assert gap.ack is not None
    assert (gap.do, gap.ack.ack.cum, gap.ack.has_gap) == (Do.RESEND, 2, True)


def test_the_topics_are_those_of_the_code() -> None:
    topics = Topics.of("P1", "L3-07")
    used = {topics.state, topics.command, topics.erp_state, *topics.up.values(), *topics.streams, f"{topics.master}x"}
    table = re.findall(r"^\| `(\S+)` \| (?:up|down) ", TEXT, re.MULTILINE)
    pattern = {
        line.replace("P/", "kgw/v1/P1/L3-07/")
        .replace("<site>", "P1")
        .replace("<stream>", r"\w+")
        .replace("<dataset>", "x")
        for line in table
    }
    assert len(table) == 6
    assert all(any(re.fullmatch(one, topic) for one in pattern) for topic in used)
