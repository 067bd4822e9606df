"""A whole floor for tests: real broker, real daemon, the ERP as a process, two scanners on ptys."""

from __future__ import annotations

import json
import re
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import requests

from firmware_sim.broker import Broker
from firmware_sim.codes import print_card
from firmware_sim.erp.process import ErpProcess
from firmware_sim.faults import FaultProxy
from firmware_sim.scanner import Profile, Scanner
from tests.gateway_process import GatewayProcess

QUANTITY = 40

_CONFIG = """\
[gateway]
id = "G1"
site = "P1"
env = "prod"
data_dir = "data"

[store]
ballast_kib = 64

[repeat]
window_ms = 0

[sync]
{sync}
tls.enabled = false

[web]
listen = "127.0.0.1:0"

[[station]]
id = "S-USE"
role = "consume"
location = "LINE1"

[[station]]
id = "S-IN"
role = "receive"
location = "LINE1"
{devices}
"""

_SYNC = {
    "mqtt": 'host = "127.0.0.1"\nport = {port}\nprotocol = "{protocol}"',
    "rest": 'carrier = "rest"\nbase_url = "http://127.0.0.1:{port}"\nfeed_wait_s = 5\ntoken_credential = "erp-token"',
}
TOKEN = "let-me-in"

_SCANNER = """
[[device]]
id = "{name}"
type = "serial"
station = "{station}"
port = "{port}"
suffixes = ["\\r"]
[device.feedback]
ack = "\\u0006"
nak = "\\u0015"
bad = "\\u0007"
waits_for_ack = true
nak_refusals = true
"""


def plant(cards: int, *, stock: int = 1_000_000) -> dict[str, Any]:
    """Master data: a loop of `cards` FULL cards K-… and one of as many EMPTY cards E-….

    The first has the longest lock window, 60 s, so that a rescan after any kill is still the same emptying; the
    cards of the other may be filled as soon as they come into being. A refill takes too long to come round unseen.
    """
    common = {
        "item": "SCREW-A", "quantity": str(QUANTITY), "uom": "PCE", "cards": cards, "consumer": "LINE1",
        "source": "STORE", "on_empty": "issue", "on_full": "receipt", "replenishment_s": 3600,
    }  # fmt: skip
    loops = [{"id": "LP-1", **common}, {"id": "LP-2", "lock_window_s": 0, **common}]
    full = [{"id": f"K-{number:04d}", "loop": "LP-1"} for number in range(cards)]
    empty = [{"id": f"E-{number:04d}", "loop": "LP-2", "initial": "EMPTY"} for number in range(cards)]
    return {
        "items": [{"id": "SCREW-A", "name": "Screw A", "uom": "PCE"}],
        "locations": [{"id": "LINE1", "name": "Line 1"}, {"id": "STORE", "name": "Store"}],
        "loops": loops,
        "cards": full + empty,
        "stock": [{"item": "SCREW-A", "location": "LINE1", "qty": str(stock)}],
    }


class Floor:
    """Started by `with`; everything in it may be killed and comes back on the same data."""

    def __init__(
        self,
        directory: Path,
        *,
        cards: int = 20,
        protocol: str = "5",
        devices: str = "",
        carrier: str = "mqtt",
        machine: Sequence[str] = (),
        answer_within_s: float = 5.0,
    ) -> None:
        """`carrier` is what lies between gateway and ERP; either way a fault proxy stands in it (`link`).
        `machine`: see GatewayProcess. `answer_within_s`: when the scanners give up, which only a test that kills
        the gateway under a scan wants to happen soon."""
        self.directory = directory
        self.site = "P1"
        self._carrier = carrier
        self.link: FaultProxy | None = None
        self.broker = Broker(directory=directory / "broker")
        self._protocol = protocol
        self._devices = devices
        profile = Profile(response_timeout_s=answer_within_s)
        self.consume = Scanner(directory, "use", profile)
        self.receive = Scanner(directory, "in", profile)
        self.plant_file = directory / "plant.json"
        self.plant_file.write_text(json.dumps(plant(cards)))
        self.ledger = directory / "ledger.db"
        self.record = directory / "record.jsonl" if carrier == "rest" else None  # what was said by REST
        self.gateway = GatewayProcess(directory / "gateway.toml", machine)
        self._erp: ErpProcess | None = None

    def __enter__(self) -> Floor:
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def _start(self) -> None:
        self.broker.start()
        scanners = (("scan-use", "S-USE", self.consume), ("scan-in", "S-IN", self.receive))
        devices = [_SCANNER.format(name=name, station=station, port=one.port) for name, station, one in scanners]
        address = f"127.0.0.1:{self.broker.port}" if self._carrier == "mqtt" else ""
        self._erp = ErpProcess(
            broker=address, db=self.ledger, plant=self.plant_file, protocol=self._protocol, record=self.record
        ).start()
        self.link = FaultProxy(("127.0.0.1", self._erp.rest_port or self.broker.port)).start()
        sync = _SYNC[self._carrier].format(port=self.link.port, protocol=self._protocol)
        text = _CONFIG.format(sync=sync, devices="".join(devices) + self._devices)
        self.gateway.config.write_text(text.replace("@PORT@", str(self.broker.port)))
        self.set_token(TOKEN)
        self.gateway.start()
        self.wait_until(lambda: len(self.cards()) > 0, "the gateway has its master data")
        self.wait_until(lambda: self.gateway_stock() > 0, "the gateway has its stock")  # a scan before it is no fault

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop whatever runs."""
        if self.gateway.is_running:
            self.gateway.stop()
        if self._erp is not None:
            self._erp.stop()
        if self.link is not None:
            self.link.stop()
        self.broker.stop()
        self.consume.close()
        self.receive.close()

    @property
    def erp(self) -> ErpProcess:
        """The ERP's process."""
        assert self._erp is not None
        return self._erp

    @property
    def proxy(self) -> FaultProxy:
        """What stands between the gateway and its carrier."""
        assert self.link is not None
        return self.link

    def set_token(self, token: str) -> None:
        """What the gateway's credential says from now on."""
        file = self.directory / "credentials" / "erp-token"
        file.parent.mkdir(mode=0o700, exist_ok=True)
        file.write_text(token)
        file.chmod(0o600)

    def code(self, card: str, revision: int = 1) -> str:
        """What is printed on a card."""
        return print_card(self.site, card, revision)

    def cards(self) -> dict[str, tuple[str, int]]:
        """(state, cycle) of each card at the gateway."""
        rows = self._read(self.directory / "data" / "journal.db", "SELECT card,state,cycle FROM card")
        return {card: (state, cycle) for card, state, cycle in rows}

    def gateway_stock(self) -> int:
        """Pieces at the line as the gateway knows it."""
        query = "SELECT quantity/1000000 FROM stock WHERE location='LINE1'"
        rows = self._read(self.directory / "data" / "journal.db", query)
        return int(rows[0][0]) if rows else 0

    def events(self, kind: str) -> list[dict[str, Any]]:
        """Journal events of a kind, oldest first."""
        query = f"SELECT body FROM journal WHERE body ->> '$.t' = '{kind}' ORDER BY seq"
        return [json.loads(body) for (body,) in self._read(self.directory / "data" / "journal.db", query)]

    def unsettled(self) -> int:
        """Events the ERP has not acknowledged yet."""
        return int(self._read(self.directory / "data" / "journal.db", "SELECT count(*) FROM outbox")[0][0])

    def erp_rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the ERP's ledger."""
        return self._read(self.ledger, query)

    def orders(self) -> dict[str, int]:
        """Orders per card in the ERP's ledger."""
        orders: dict[str, int] = {}
        for (key,) in self.erp_rows("SELECT key FROM purchase"):
            card = key.split("/")[2]
            orders[card] = orders.get(card, 0) + 1
        return orders

    def wait_until(self, condition: Callable[[], bool], what: str, timeout_s: float = 120.0) -> None:
        """Poll until `condition`; AssertionError names `what` did not come."""
        pause = threading.Event()
        for _ in range(int(timeout_s / 0.05)):
            if condition():
                return
            pause.wait(0.05)
        raise AssertionError(f"never came true: {what}\n{self.gateway.log()[-2000:]}")

    def sync_counts(self) -> dict[str, int]:
        """What the sync has counted since the gateway started, by code."""
        counts: dict[str, int] = self._page_state()["sync"]["counts"]
        return counts

    def warnings(self) -> dict[str, str]:
        """What the page warns of, by code."""
        return {one["code"]: one["text"] for one in self._page_state()["warnings"]}

    def _page_state(self) -> dict[str, Any]:
        url = re.findall(r"is ready (http://\S+)", self.gateway.log())[-1]
        state: dict[str, Any] = requests.get(f"{url}api/v1/state", timeout=10).json()
        return state

    def settle(self) -> None:
        """Wait until the ERP has everything."""
        self.wait_until(lambda: self.unsettled() == 0, "everything settled")

    @staticmethod
    def _read(path: Path, query: str) -> list[tuple[Any, ...]]:
        if not path.exists():
            return []
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)
        try:
            return connection.execute(query).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error) or "locked" in str(error):
                return []
            raise
        finally:
            connection.close()
