"""The demonstration: broker, ERP, gateway, scanners and buttons on this machine, a day's work, and the audit.

Everything runs in a private directory under the user's temporary directory on free loopback ports, and is
stopped on every way out. The directory is kept when something differed, removed otherwise.
"""

from __future__ import annotations

import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from firmware_sim.audit import Report, audit, read_ledger
from firmware_sim.broker import Broker
from firmware_sim.button import ButtonBridge
from firmware_sim.chaos import Chaos, kill_plan
from firmware_sim.erp.process import ErpProcess
from firmware_sim.gateway_process import GatewayConfig, GatewayProcess, scanner_places
from firmware_sim.plant import Plant, make_plant
from firmware_sim.port import wait_until
from firmware_sim.scanner import Profile, Scanner
from firmware_sim.shift import Shift
from firmware_sim.truth import Truth, read_truth

BUTTON_TOPIC = "floor/buttons"
MASTERDATA_TIMEOUT_S = 30.0
DRAIN_TIMEOUT_S = 30.0
KILLS = 3  # of each side
ENDLESS_HORIZON_S = 60.0  # the kills of a day without end
FULL_DAY_S = 30.0  # a day this long must have seen everything below
EXPECTED = {"scans and presses": 200, "double scans": 10, "forgotten FULLs": 5}

Say = Callable[[str], None]


@dataclass
class Floor:
    """All that runs on the floor."""

    plant: Plant
    directory: Path
    broker: Broker
    erp: ErpProcess
    gateway: GatewayProcess
    scanners: dict[str, Scanner]
    bridge: ButtonBridge
    truth: Truth


def run_demo(seconds: float | None, seed: int, say: Say) -> int:
    """One day; returns the exit status: 0 only when ledger, truth and gateway are equal."""
    directory = Path(tempfile.mkdtemp(prefix="kanban-floor-"))
    is_kept = True
    try:
        with stopped_by_signals() as stop:
            report = _run_day(directory, seconds, seed, stop, say)
        is_kept = bool(report.differences)
    except KeyboardInterrupt:
        is_kept = False
        raise
    finally:
        if is_kept:
            say(f"kept for inspection: {directory}")
        else:
            shutil.rmtree(directory, ignore_errors=True)
    return 1 if report.differences else 0


def _run_day(directory: Path, seconds: float | None, seed: int, stop: threading.Event, say: Say) -> Report:
    with ExitStack() as stack:
        floor = open_floor(stack, directory, seed)
        say(f"live page: {floor.gateway.url}")
        say(f"a day of {seconds:.0f} s begins" if seconds else "a day begins; Ctrl-C ends it")
        report = work(floor, seconds, seed, stop, say)
    for line in table(report, seconds):
        say(line)
    return report


def open_floor(stack: ExitStack, directory: Path, seed: int) -> Floor:
    """Start everything in order; `stack` stops it in the reverse order."""
    plant = make_plant(seed)
    plant_file = directory / "plant.json"
    plant_file.write_bytes(orjson.dumps(plant.document()))
    broker = stack.enter_context(Broker(directory=directory / "broker"))
    erp = stack.enter_context(
        ErpProcess(
            broker=f"{broker.host}:{broker.port}", db=directory / "ledger.db", plant=plant_file, confirm_orders=True
        )
    )
    scanners = {place.device: open_scanner(directory, place.device) for place in scanner_places(plant)}
    for scanner in scanners.values():
        stack.callback(scanner.close)
    bridge = stack.enter_context(ButtonBridge(host=broker.host, port=broker.port, topic=BUTTON_TOPIC))
    address = (broker.host, broker.port)
    ports = {name: scanner.port for name, scanner in scanners.items()}
    config = GatewayConfig(plant, ports, address, address, BUTTON_TOPIC)
    gateway = stack.enter_context(GatewayProcess(directory / "gateway", config))
    wait_for_cards(gateway, plant)
    truth = Truth(directory / "truth.jsonl")
    stack.callback(truth.close)
    return Floor(plant, directory, broker, erp, gateway, scanners, bridge, truth)


def open_scanner(directory: Path, device: str) -> Scanner:
    """A scanner as it is programmed in the demonstration."""
    return Scanner(directory, device, Profile(response_timeout_s=1.0), log=directory / "scans.jsonl")


def wait_for_cards(gateway: GatewayProcess, plant: Plant) -> None:
    """Until the gateway has its master data; TimeoutError with its last words if it never gets it."""

    def has_cards() -> bool:
        return len(gateway.status()["cards"]) >= len(plant.loop_of)

    if not wait_until(has_cards, MASTERDATA_TIMEOUT_S, poll_s=0.3):
        raise TimeoutError(f"the gateway has no cards after {MASTERDATA_TIMEOUT_S:.0f} s:\n{gateway.last_words()}")


def work(floor: Floor, seconds: float | None, seed: int, stop: threading.Event, say: Say) -> Report:
    """The day with its kills, then drain, verification and audit."""
    shift = Shift(floor.plant, floor.scanners, floor.bridge, floor.truth, seed=seed)
    plan = kill_plan(seconds or ENDLESS_HORIZON_S, KILLS, seed)
    with Chaos(plan, floor.gateway, floor.erp, floor.truth) as chaos:
        shift.run(seconds, stop)
    say("the day is over; waiting until everything has arrived")
    report = drain(floor)
    if chaos.crashes:
        report.differences.append(f"the gateway ended by itself {chaos.crashes} times:\n{floor.gateway.last_words()}")
    verified = floor.gateway.verify()
    if verified.get("ok") is not True:
        report.differences.append(f"kanban-gateway verify is not content: {verified}")
    return report


def drain(floor: Floor) -> Report:
    """Audit again and again until nothing is under way and nothing differs, or the time is up."""
    end = time.monotonic() + DRAIN_TIMEOUT_S
    while True:
        status = floor.gateway.status()
        waiting = unsettled(status)
        commands = int(floor.erp.control(do="stats")["open_commands"])
        report = audit(floor.plant, read_truth(floor.truth.path), read_ledger(floor.erp.db), status)
        if not (waiting or commands or report.differences):
            return report
        if time.monotonic() >= end:
            if waiting:
                report.differences.append(f"{waiting} events of the gateway are still not settled")
            if commands:
                report.differences.append(f"{commands} commands of the ERP are still without a result")
            return report
        time.sleep(0.2)


def unsettled(status: dict[str, Any]) -> int:
    """Events that wait for the ERP."""
    return sum(int(stream["unsettled"]) for stream in status["streams"].values())


def table(report: Report, seconds: float | None) -> list[str]:
    """The numbers, and what is wrong; a day of full length that saw too little is wrong too."""
    if seconds and seconds >= FULL_DAY_S:
        for name, least in EXPECTED.items():
            if report.numbers[name] < least:
                report.differences.append(f"{name}: {report.numbers[name]}, expected at least {least}")
    report.numbers["differences"] = len(report.differences)
    width = max(map(len, report.numbers))
    lines = [f"  {name:<{width}}  {number:>6}" for name, number in report.numbers.items()]
    wrong = [f"  DIFFERENCE {difference}" for difference in report.differences]
    verdict = "ledger, truth and gateway differ" if wrong else "ledger, truth and gateway are equal"
    return ["", *lines, "", *wrong, verdict]


@contextmanager
def stopped_by_signals() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C or SIGTERM sets, to end the day in order; the second ends everything at once."""
    stop = threading.Event()

    def end(number: int, _frame: Any) -> None:
        stop.set()
        signal.signal(number, signal.default_int_handler)

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
