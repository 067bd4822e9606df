"""Our client against a reader that somebody else's library speaks for: llrpjs, in node."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.llrp.reader import LlrpReader as Driver
from drivers.llrp.settings import LlrpSettings
from firmware_sim.port import free_port
from tests.drivers.portal import Portal
from tests.drivers.rig import HoldingSink, Running, wait_until

SERVER = Path(__file__).parents[2] / "llrpjs/server.js"
MODULES = Path(__file__).parents[3] / ".venv/llrpjs/node_modules"

pytestmark = pytest.mark.skipif(
    not shutil.which("node") or not (MODULES / "llrpjs").exists(),
    reason="llrpjs is not installed: `make setup` does it where npm can reach its registry",
)


class JsReader:
    """The reader in node; `heard` is what it understood."""

    def __init__(self) -> None:
        self.port = free_port()
        command = ["node", str(SERVER), str(self.port)]
        environment = {**os.environ, "NODE_PATH": str(MODULES)}
        self._process = subprocess.Popen(command, env=environment, stdin=-1, stdout=-1, text=True)
        self.heard: list[dict[str, Any]] = []
        assert "ready" in json.loads(self._output.readline())
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    @property
    def _output(self) -> Any:
        return self._process.stdout

    def show(self, *epcs: str) -> None:
        assert self._process.stdin is not None
        for epc in epcs:
            self._process.stdin.write(epc + "\n")
        self._process.stdin.flush()

    def types(self) -> list[str]:
        return [told.get("type", f"error: {told.get('error')}") for told in self.heard]

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._thread.join(10)
        self._output.close()

    def _listen(self) -> None:
        for line in self._output:
            self.heard.append(json.loads(line))


@pytest.fixture
def reader() -> Iterator[JsReader]:
    js = JsReader()
    yield js
    js.close()


def _driver(reader: JsReader, portal: Portal) -> Driver:
    plain = {"id": "r", "type": "llrp-reader", "station": "S1", "host": "127.0.0.1", "port": reader.port,
             "antennas": [1, 2], "session": 2}  # fmt: skip
    return Driver(LlrpSettings.model_validate(plain), portal.context)


def test_llrpjs_understands_our_client_and_we_understand_it(reader: JsReader, portal: Portal) -> None:
    with Running(_driver(reader, portal), HoldingSink()) as running:
        portal.wait(lambda told: told.restorations == 1 and len(told.edges) == 2, "reading, with the inputs' states")
        reader.show("3376451FD40C0E400000162E", "30AABB")
        portal.wait(lambda told: len(told.reads) == 2, "two reads")
        wait_until(lambda: "KEEPALIVE_ACK" in reader.types(), "the keep-alive is answered")
        wait_until(lambda: "reading" in running.health.text, "it is told")
    assert [(edge.port, edge.is_on) for edge in portal.edges] == [(1, True), (2, False)]
    first, second = portal.reads
    assert (first.epc, first.antenna, first.rssi_cdbm, first.channel, first.count) == (
        "3376451FD40C0E400000162E", 2, -4800, 3, 5,
    )  # fmt: skip
    assert second.epc == "30AABB"
    assert not [one for one in reader.types() if one.startswith("error")]
    [ack] = [told for told in reader.heard if told["type"] == "KEEPALIVE_ACK"]
    assert ack["id"] == 4711
    [spec] = [told["data"]["ROSpec"] for told in reader.heard if told["type"] == "ADD_ROSPEC"]
    assert spec["ROReportSpec"]["N"] == 1
    assert spec["AISpec"]["AntennaIDs"] == [1, 2]
    [antenna, _] = spec["AISpec"]["InventoryParameterSpec"]["AntennaConfiguration"]
    assert antenna["C1G2InventoryCommand"]["C1G2SingulationControl"]["Session"] == 2


@pytest.mark.promise("R2")
def test_our_rospec_is_known_again_after_it_went_through_another_implementation(
    reader: JsReader, portal: Portal
) -> None:
    for turn in range(2):
        with Running(_driver(reader, portal), HoldingSink()):
            portal.wait(lambda told, turn=turn: told.restorations == turn + 1, "reading")  # type: ignore[misc]
            # llrpjs takes one message of each segment: what follows must not share one with the acknowledgement
            wait_until(lambda turn=turn: reader.types().count("KEEPALIVE_ACK") == turn + 1, "its answer")  # type: ignore[misc]
    assert reader.types().count("GET_ROSPECS") == 2
    assert reader.types().count("ADD_ROSPEC") == 1
