"""MQTT over TLS with certificates on both sides, for the ERP's broker and for the buttons' (promise R10)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from firmware_sim.broker import Broker
from firmware_sim.button import ButtonBridge
from firmware_sim.erp.process import ErpProcess
from firmware_sim.port import free_port
from tests.end_to_end.certificates import Authority
from tests.end_to_end.floor import Floor

pytestmark = [pytest.mark.slow, pytest.mark.promise("R10")]

_LISTENER = """\
listener {port} 127.0.0.1
cafile {ca}
certfile {certificate}
keyfile {key}
require_certificate true
use_identity_as_username true
"""

_CONFIG = """\
[gateway]
id = "G1"
site = "P1"
data_dir = "data"

[sync]
host = "127.0.0.1"
port = {port}
tls = {{ ca_file = "trusted.crt", cert_file = "G1.crt", key_credential = "G1.key" }}

[web]
listen = "127.0.0.1:0"

[[station]]
id = "S-USE"
role = "consume"
location = "LINE1"

[[device]]
id = "buttons"
type = "mqtt-button"
station = "S-USE"
host = "127.0.0.1"
port = {port}
topics = ["floor/buttons/+"]
min_interval_s = 0
tls = {{ enabled = true, ca_file = "{trusted}", cert_file = "{certificate}", key_credential = "G1.key" }}
mapping = {{ button = ["$.button"], event = "$.action", actions = {{ single = "empty" }} }}
bindings = [{{ button = "B1", card = "K-0000" }}, {{ button = "B2", card = "K-0001" }}]
"""


class TlsFloor(Floor):
    """The gateway reaches the broker by TLS only; ERP and buttons stand behind it, in the clear."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.authority = Authority(directory, "plant-ca")
        certificate, key = self.authority.issue("broker")
        self.port = free_port()
        listener = _LISTENER.format(port=self.port, ca=self.authority.file, certificate=certificate, key=key)
        self.broker = Broker(directory=directory / "broker", extra_config=listener)

    def _start(self) -> None:
        self.broker.start()
        self.provide(self.authority)
        names = {"trusted": self.directory / "trusted.crt", "certificate": self.directory / "G1.crt"}
        self.gateway.config.write_text(_CONFIG.format(port=self.port, **names))
        address = f"127.0.0.1:{self.broker.port}"
        self._erp = ErpProcess(broker=address, db=self.ledger, plant=self.plant_file).start()

    def provide(self, own: Authority, trusted: Authority | None = None) -> None:
        """The gateway's own certificate, and whom it trusts."""
        credentials = self.directory / "credentials"
        credentials.mkdir(mode=0o700, exist_ok=True)
        _, key = own.issue("G1")
        shutil.move(key, credentials / "G1.key")
        shutil.copy((trusted or self.authority).file, self.directory / "trusted.crt")

    def state(self) -> tuple[dict[str, str], list[str]]:
        """What the page says of the sync, and the codes of its warnings."""
        url = re.findall(r"is ready (http://\S+)", self.gateway.log())[-1]
        try:
            state = requests.get(f"{url}api/v1/state", timeout=10).json()
        except requests.ConnectionError:  # the address of the process before; the new one has not told its own yet
            return {"why_not": ""}, []
        return state["sync"], [warning["code"] for warning in state["warnings"]]


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[TlsFloor]:
    floor = TlsFloor(tmp_path)
    with floor:
        yield floor


def test_a_press_reaches_the_ledger_over_tls_with_certificates_on_both_sides(floor: TlsFloor) -> None:
    floor.gateway.start()
    floor.wait_until(lambda: len(floor.cards()) > 0, "the gateway has its master data")
    with ButtonBridge(host="127.0.0.1", port=floor.broker.port) as bridge:
        assert bridge.press("B1")
        floor.wait_until(lambda: floor.orders().get("K-0000") == 1, "the ERP has the order")
    floor.settle()


@pytest.mark.parametrize("stranger", ["gateway", "broker"])
def test_a_certificate_of_another_authority_is_told_and_costs_nothing(
    floor: TlsFloor, tmp_path: Path, stranger: str
) -> None:
    floor.gateway.start()
    floor.wait_until(lambda: len(floor.cards()) > 0, "the gateway has its master data")
    floor.gateway.stop()
    other = Authority(tmp_path, "other-ca")
    floor.provide(other if stranger == "gateway" else floor.authority, other if stranger == "broker" else None)
    with ButtonBridge(host="127.0.0.1", port=floor.broker.port) as bridge:
        assert bridge.press("B1")  # the broker keeps it for the session of the gateway
        floor.gateway.start()
        floor.wait_until(lambda: "DEVICE:buttons" in floor.state()[1], "the buttons' broker is reported")
        floor.wait_until(lambda: "ertificate" in floor.state()[0]["why_not"], "the reason is shown")
        assert "K-0000" not in floor.orders()
        floor.gateway.stop()
        floor.provide(floor.authority)
        floor.gateway.start()
        floor.wait_until(lambda: floor.orders().get("K-0000") == 1, "the press arrives once the certificate is right")
    floor.settle()
