"""The ERP with gateways by both ways at once: each hears by its own what the other did, also over a kill."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from firmware_sim.broker import Broker
from firmware_sim.erp.process import ErpProcess
from firmware_sim.port import wait_until
from tests.floor.by_hand import EPOCH, HandGateway, Stream, emptied

CARD = {"card": "C1", "state": "EMPTY", "cycle": 1}


@pytest.fixture
def broker() -> Iterator[Broker]:
    with Broker() as broker:
        yield broker


@pytest.fixture
def erp(broker: Broker, tmp_path: Path) -> Iterator[ErpProcess]:
    with ErpProcess(broker=f"{broker.host}:{broker.port}", db=tmp_path / "erp.db", serves_rest=True) as erp:
        yield erp


@pytest.fixture
def by_mqtt(broker: Broker, erp: ErpProcess) -> Iterator[HandGateway]:
    with HandGateway(broker.port) as gateway:
        gateway.birth()
        gateway.next("ack/sys")
        yield gateway


class Visitor:
    """Speaks for a gateway by REST."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/v1/gw/R1"
        self._cursor = ""

    def meet(self) -> None:
        asked = {"env": "prod", "ep": EPOCH, "boot": "b", "birth": "r1"}
        assert requests.get(f"{self._url}/streams", params=asked, timeout=10).status_code == 200

    def states(self) -> list[Any]:
        """Cards of the newest card states in the feed; waits for news."""
        asked = {"wait": "5", **({"cursor": self._cursor} if self._cursor else {})}
        page = requests.get(f"{self._url}/feed", params=asked, timeout=10).json()
        self._cursor = page["next"]
        return [item["doc"]["rows"] for item in page["items"] if item["k"] == "cardstate"]

    def wait_for(self, card: dict[str, Any]) -> None:
        """Until the feed says that a card stands there; each question waits for news."""
        assert any(card in rows for _ in range(4) for rows in self.states())


def test_what_one_gateway_did_is_told_to_the_other_by_its_own_way(erp: ErpProcess, by_mqtt: HandGateway) -> None:
    visitor = Visitor(erp.rest_port)
    visitor.meet()
    visitor.states()
    by_mqtt.publish("up/sig", Stream().payload(emptied("C1", 1)))
    assert by_mqtt.next("ack/sig")["cum"] == 1
    visitor.wait_for(CARD)


def test_after_a_kill_whoever_comes_back_is_told_what_it_may_have_missed(erp: ErpProcess, by_mqtt: HandGateway) -> None:
    visitor = Visitor(erp.rest_port)
    visitor.meet()
    visitor.states()
    erp.control(do="die", when="after_commit")
    by_mqtt.publish("up/sig", Stream().payload(emptied("C1", 1)))
    assert wait_until(lambda: not erp.is_running, 30)
    erp.restart()
    visitor.meet()
    visitor.wait_for(CARD)


def test_whoever_told_of_a_change_hears_the_states_again_since_it_passes_over_an_older_snapshot(
    erp: ErpProcess, by_mqtt: HandGateway
) -> None:
    Visitor(erp.rest_port).meet()
    by_mqtt.publish("up/sig", Stream().payload(emptied("C1", 1)))
    while by_mqtt.next("md/cardstate")["as_of"][by_mqtt.gw]["sig"] == 0:  # of its birth
        pass
