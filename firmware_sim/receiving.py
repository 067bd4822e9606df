"""A receiving clerk's session: real label bytes on a pty scanner, the gateway, a broker and an ERP with its ledger.

Correct, partial, wrong, repeated, identical and too large deliveries, each with the light the clerk sees; at the
end the ERP's ledger must hold exactly the bookings that are right.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from base64 import b64decode
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware_sim.broker import Broker
from firmware_sim.dock_label import (
    CODE_128,
    DATA_MATRIX,
    GS1_128,
    command_card,
    envelope,
    logistic,
    pallet,
    sscc,
    without_separators,
)  # fmt: skip
from firmware_sim.erp.process import ErpProcess
from firmware_sim.erp.schema import connect_reader
from firmware_sim.gateway_process import GatewayProcess
from firmware_sim.port import LOOPBACK, free_port, wait_until
from firmware_sim.scanner import Answer, Profile, Scanner
from firmware_sim.scanner_make import ZEBRA

SITE, STATION, SECRET = "P1", "DOCK-1", "demo-secret"
REPEAT_S = 1.0  # the scanner's own repeat filter
PALLET, CASES = sscc(1), (sscc(2), sscc(3))
SETTLE_S = 30.0
PROBE = "ARE-YOU-THERE"

PLANT: dict[str, list[dict[str, Any]]] = {
    "units": [{"id": "PCE", "aliases": ["PC", "ST"]}],
    "items": [
        {"id": "SCREW-A", "name": "Screw", "uom": "PCE", "over_pct": 10},
        {"id": "CHIP-7", "name": "Chip", "uom": "PCE", "lots": True, "inspected": True},
    ],
    "locations": [{"id": "DOCK", "name": "Dock", "kind": "dock"}],
    "partners": [{"id": "BOLTS", "name": "Bolts Ltd", "codes": ["900100"]}],
    "purchase_orders": [
        {
            "id": "4500001", "supplier": "BOLTS",
            "lines": [
                {"line": "10", "item": "SCREW-A", "quantity": "200", "uom": "PCE"},
                {"line": "20", "item": "CHIP-7", "quantity": "1000", "uom": "PCE"},
            ],
        },
    ],
    "ship_notices": [
        {
            "id": "ASN-77", "supplier": "BOLTS",
            "units": [
                {"sscc": PALLET},
                *(
                    {"sscc": number, "parent": PALLET, "item": "SCREW-A", "quantity": "24", "uom": "ST",
                     "purchase_order": "4500001", "line": "10"}
                    for number in CASES
                ),
            ],
        },
    ],
    "loops": [], "cards": [], "stock": [],
}  # fmt: skip

# What the ledger must hold: (order, line, item, lot, base quantity) of every document line that counts.
RIGHT = sorted([
    ("4500001", "10", "SCREW-A", "", "24"), ("4500001", "10", "SCREW-A", "", "24"),
    ("4500001", "10", "SCREW-A", "L7", "30"), ("4500001", "10", "SCREW-A", "", "20"),
    ("4500001", "10", "SCREW-A", "", "20"), ("4500001", "10", "SCREW-A", "", "150"),
    ("4500001", "20", "CHIP-7", "C1", "100"),
])  # fmt: skip
RIGHT_STOCK = {("SCREW-A", "available", ""): 238, ("SCREW-A", "available", "L7"): 30, ("CHIP-7", "qc", "C1"): 100}


@dataclass(frozen=True, slots=True)
class Step:
    """One scan: what happens on the dock, what is on the line, and the light that is right."""

    story: str
    text: str
    aim: str
    light: str  # green amber red
    code: str  # the verdict
    pause_s: float = 0.0  # before it


def steps() -> list[Step]:
    """The clerk's hour."""
    same = envelope("SCREW-A", "20", "4500001", "900100")
    large = envelope("SCREW-A", "150", "4500001", "900100")
    mistake = envelope("SCREW-A", "5", "4500001", "900100")
    chips = logistic("CHIP-7", "100", "4500001", "C1")

    def card(name: str) -> str:
        return command_card(SITE, name, SECRET.encode())

    return [
        Step("a pallet of a ship notice", pallet(PALLET), GS1_128, "green", "GOODS_RECEIVED"),
        Step("its label once more", pallet(PALLET), GS1_128, "amber", "ALREADY_RECEIVED", REPEAT_S),
        Step("a box of it, alone", pallet(CASES[0]), GS1_128, "amber", "ALREADY_RECEIVED"),
        Step("a box by order and item", logistic("SCREW-A", "30", "4500001", "L7"), GS1_128, "green", "GOODS_RECEIVED"),
        Step("separators dropped", without_separators(chips), GS1_128, "red", "LABEL_BAD"),
        Step("the same label, whole", chips, GS1_128, "green", "GOODS_RECEIVED_QC"),
        Step("dropped in an envelope", without_separators(same), DATA_MATRIX, "red", "LABEL_BAD"),
        Step("an order nobody knows", envelope("SCREW-A", "20", "4500009", "900100"), DATA_MATRIX, "red",
             "ORDER_UNKNOWN"),
        Step("an item that is not on it", envelope("NUT-B", "20", "4500001", "900100"), DATA_MATRIX, "red",
             "ITEM_UNKNOWN"),
        Step("another supplier's label", envelope("SCREW-A", "20", "4500001", "777"), DATA_MATRIX, "red",
             "WRONG_SUPPLIER"),
        Step("the first of two identical boxes", same, DATA_MATRIX, "green", "GOODS_RECEIVED"),
        Step("the second of them", same, DATA_MATRIX, "amber", "ASK_SAME_LABEL", REPEAT_S),
        Step("yes, another one", card("CONFIRM"), CODE_128, "green", "GOODS_RECEIVED"),
        Step("its label touched once more", same, DATA_MATRIX, "amber", "ASK_SAME_LABEL"),
        Step("no", card("CANCEL"), CODE_128, "green", "FLOW_CANCELLED"),
        Step("far more than ordered", large, DATA_MATRIX, "amber", "ASK_OVER"),
        Step("the supervisor's card", card("APPROVE"), CODE_128, "green", "GOODS_RECEIVED"),
        Step("a box of the neighbour's", mistake, DATA_MATRIX, "amber", "ASK_OVER"),
        Step("no", card("CANCEL"), CODE_128, "green", "FLOW_CANCELLED"),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class DockConfig:
    """A gateway with one dock."""

    scanner: Path
    broker: tuple[str, int]
    web_port: int
    gateway: str = "D1"

    def beside(self) -> dict[str, str]:
        return {}

    def credentials(self) -> dict[str, str]:
        return {"command-secret": SECRET}

    def text(self) -> str:
        """The TOML file."""
        return f"""\
[gateway]
id = "{self.gateway}"
site = "{SITE}"
data_dir = "data"

[repeat]
window_ms = {int(REPEAT_S * 1000)}

[commands]
secret_credential = "command-secret"

[sync]
host = "{self.broker[0]}"
port = {self.broker[1]}
tls.enabled = false

[web]
listen = "{LOOPBACK}:{self.web_port}"

[[station]]
id = "{STATION}"
role = "goods"
location = "DOCK"
operation = "receive"

[[device]]
id = "scan-dock"
type = "serial"
profile = "zebra"
station = "{STATION}"
port = "{self.scanner}"
"""


@dataclass(slots=True)
class Session:
    """All that runs, and what was seen."""

    gateway: GatewayProcess
    erp: ErpProcess
    scanner: Scanner
    differences: list[str]


def run_session(say: Callable[[str], None], *, kill_at: int = -1) -> int:
    """The session from start to audit; 0 only when every light and every booking was right.

    `kill_at`: number of a step after which the gateway is killed and started again.
    """
    directory = Path(tempfile.mkdtemp(prefix="kanban-receiving-"))
    try:
        with ExitStack() as stack:
            session = _open(stack, directory)
            hour = steps()
            good = []
            for number, step in enumerate(hour):
                good.append(_is_good(session.scanner, step))
                if number == kill_at:
                    session.gateway.kill()
                    session.gateway.start()
                    _wait_for_the_scanner(session.scanner)
            for line in _compared(session, hour, good):
                say(line)
            _audit(session)
        for line in session.differences:
            say(f"DIFFERENCE {line}")
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    say("the ledger differs from what arrived" if session.differences else "the ledger is exactly what arrived")
    return 1 if session.differences else 0


def _open(stack: ExitStack, directory: Path) -> Session:
    broker = stack.enter_context(Broker(directory=directory / "broker"))
    plant = directory / "plant.json"
    plant.write_text(json.dumps(PLANT))
    address = f"{broker.host}:{broker.port}"
    erp = stack.enter_context(ErpProcess(broker=address, db=directory / "ledger.db", plant=plant))
    scanner = Scanner(directory, "dock", Profile(make=ZEBRA))
    stack.callback(scanner.close)
    config = DockConfig(scanner.port, (broker.host, broker.port), free_port())
    gateway = stack.enter_context(GatewayProcess(directory, config))
    datasets = {"ship_notices", "purchase_orders", "items", "partners", "locations"}
    if not wait_until(lambda: datasets <= {row["dataset"] for row in gateway.status()["datasets"]}, SETTLE_S):
        raise TimeoutError("the gateway got no master data")
    return Session(gateway, erp, scanner, [])


def _is_good(scanner: Scanner, step: Step) -> bool:
    """Scan; whether the scanner showed good and did not sound its error tone."""
    time.sleep(step.pause_s)
    heard = len(scanner.tones)
    answer = scanner.scan(step.text, step.aim)
    scanner.attend(0.2)
    return answer is Answer.ACK and len(scanner.tones) == heard


def _wait_for_the_scanner(scanner: Scanner) -> None:
    """A code that means nothing, until the gateway answers it."""
    if not wait_until(lambda: scanner.scan(PROBE, CODE_128) is Answer.ACK, SETTLE_S):
        raise TimeoutError("the scanner was not answered again")
    scanner.attend(0.2)


def _compared(session: Session, hour: list[Step], good: list[bool]) -> list[str]:
    """Each step with the light it got and what the journal says of it."""
    scans: list[list[dict[str, Any]]] = []
    for event in session.gateway.events(STATION, 10 * len(hour)):
        if "raw" in event:  # the first event of a scan
            scans.append([])
        scans[-1].append(event)
    scans = [events for events in scans if b64decode(events[0]["raw"]["b"]) != PROBE.encode()]
    if len(scans) != len(hour):
        session.differences.append(f"{len(scans)} scans are in the journal, expected {len(hour)}")
    lines = []
    for step, is_good, events in zip(hour, good, scans, strict=False):
        light, code, text = _shown(events, is_good=is_good)
        if (light, code) != (step.light, step.code):
            session.differences.append(f"{step.story}: {light} {code}, expected {step.light} {step.code}")
        lines.append(f"{light:<6} {step.story:<32} {text}")
    return lines


def _shown(events: list[dict[str, Any]], *, is_good: bool) -> tuple[str, str, str]:
    """Light, verdict and words of one scan. The scanner only knows good and bad; the journal says which."""
    last = events[0]
    kind = last["t"]
    if kind == "flow_asked":
        return ("red" if is_good else "amber"), last["asks"].get("key", ""), _asked(last["asks"])
    if kind == "scan_duplicate":
        return ("amber" if is_good else "red"), last["code"], last.get("text", "")
    if kind == "scan_refused":
        return ("green" if is_good else "red"), last["code"], last["text"]
    light = "green" if is_good else "red"
    if kind == "flow_ended" and last["why"] == "cancelled":
        return light, "FLOW_CANCELLED", "Cancelled. Nothing was booked."
    if kind != "goods_received":
        return light, kind, ""
    code = "GOODS_RECEIVED_QC" if last["status"] == "qc" else "GOODS_RECEIVED"
    return light, code, f"Received: {last['what']}, {last['open']} still open."


def _asked(told: dict[str, Any]) -> str:
    arguments = ", ".join(f"{name} {value}" for name, value in told.get("args", {}).items())
    return f"{told.get('key', '')}: {arguments}"


def _audit(session: Session) -> None:
    """Ledger against what really arrived, and the gateway against itself."""

    def is_settled() -> bool:
        return not sum(int(stream["unsettled"]) for stream in session.gateway.status()["streams"].values())

    wait_until(is_settled, SETTLE_S, poll_s=0.3)
    db = connect_reader(session.erp.db)
    try:
        query = "SELECT doc, line, item, lot, base FROM goods WHERE state = 'booked'"
        booked = sorted(tuple(row) for row in db.execute(query))
        stock = {(item, status, lot): int(qty) for item, status, lot, qty in
                 db.execute("SELECT item, status, lot, qty FROM stock WHERE qty <> '0'")}  # fmt: skip
    finally:
        db.close()
    if booked != RIGHT:
        session.differences.append(f"the ledger has the lines {booked}, expected {RIGHT}")
    if stock != RIGHT_STOCK:
        session.differences.append(f"the ledger has the stock {stock}, expected {RIGHT_STOCK}")
    if not session.gateway.verify()["ok"]:
        session.differences.append("the gateway's store is not what its journal adds up to")
