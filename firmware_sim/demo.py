"""The demonstration: a floor with two gateways on this machine, a day's work with kills and cut links, and the audit.

Everything runs in a private directory under the user's temporary directory on free loopback ports, and is
stopped on every way out. The directory is kept when something differed or somebody asked for it, removed otherwise.
"""

from __future__ import annotations

import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from firmware_sim.audit import Report, audit
from firmware_sim.board import Board
from firmware_sim.booked import read_ledger
from firmware_sim.chaos import Chaos, kill_plan
from firmware_sim.floor import Floor, open_floor
from firmware_sim.gateway_config import RULES
from firmware_sim.link_trouble import LinkTrouble
from firmware_sim.needs import Need
from firmware_sim.partner import differences
from firmware_sim.planning import LEAD_TIME_H, SHADOW_ITEM, WATCHED
from firmware_sim.plant import make_plant
from firmware_sim.scene import Scenes
from firmware_sim.shift import Shift
from firmware_sim.tally import FULL_DAY_S, missing
from firmware_sim.truth import read_truth

GATEWAYS = ("L1-01", "L2-01")
DRAIN_TIMEOUT_S = 60.0
ERP, BROKER = "the ERP", "the broker"  # sides that are killed, besides the gateways
KILLS = {**dict.fromkeys(GATEWAYS, 3), ERP: 3, BROKER: 1}
ENDLESS_HORIZON_S = 60.0  # the kills of a day without end

Say = Callable[[str], None]


def run_demo(seconds: float | None, seed: int, say: Say, keep: Path | None = None) -> int:
    """One day; returns the exit status: 0 only when ledger, truth and gateways are equal.

    `keep`: a directory, new or empty, in which the day is held and left, with both gateways' journals.
    """
    directory = keep or Path(tempfile.mkdtemp(prefix="kanban-floor-"))
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    is_kept = True
    try:
        with stopped_by_signals() as stop:
            report = _run_day(directory, seconds, seed, stop, say)
        is_kept = bool(report.differences)
    except KeyboardInterrupt:
        is_kept = False
        raise
    finally:
        if keep is not None:
            for line in worth_a_look(keep):
                say(line)
        elif is_kept:
            say(f"kept for inspection: {directory}")
        else:
            shutil.rmtree(directory, ignore_errors=True)
    return 1 if report.differences else 0


def _run_day(directory: Path, seconds: float | None, seed: int, stop: threading.Event, say: Say) -> Report:
    with ExitStack() as stack:
        floor = open_floor(stack, directory, make_plant(seed, gateways=GATEWAYS))
        trouble = LinkTrouble(floor.links, floor.truth)
        board = stack.enter_context(Board(floor, trouble.now))
        say(f"live page: {board.url}")
        say(f"a day of {seconds:.0f} s begins" if seconds else "a day begins; Ctrl-C ends it")
        report = work(floor, trouble, seconds, seed, stop, say)
    for line in table(report, seconds):
        say(line)
    return report


def work(
    floor: Floor, trouble: LinkTrouble, seconds: float | None, seed: int, stop: threading.Event, say: Say
) -> Report:
    """The day with its kills and its bad links, then drain, verification and audit."""
    calm = threading.Lock()
    shift = Shift(floor.plant, floor.crowd, floor.truth, seed=seed, calm=calm)
    plan = kill_plan(seconds or ENDLESS_HORIZON_S, KILLS, seed)
    others = {ERP: floor.erp.restart, BROKER: floor.broker.restart}
    with Chaos(plan, floor.gateways, others, floor.truth, calm) as chaos, Scenes(floor, trouble, calm):
        shift.run(seconds, stop)
    say("the day is over; waiting until everything has arrived")
    report = drain(floor)
    for name in chaos.crashes:
        report.differences.append(f"{name} ended by itself:\n{floor.gateways[name].last_words()}")
    for gateway in floor.gateways.values():
        verified = gateway.verify()
        if verified.get("ok") is not True:
            report.differences.append(f"kanban-gateway verify of {gateway.id} is not content: {verified}")
    return report


def drain(floor: Floor) -> Report:
    """Wait until nothing is under way and nothing differs, or the time is up.

    The pages are asked first, which costs no process; what the command lines say then is looked at again as long as it
    differs, since a delivery may come in between.
    """
    end = time.monotonic() + DRAIN_TIMEOUT_S
    while True:
        is_over = time.monotonic() >= end
        pages = [gateway.page() for gateway in floor.gateways.values()]
        if is_over or (all("streams" in page for page in pages) and not compared(floor, pages).differences):
            asked = {gateway.id: gateway.needs() for gateway in floor.gateways.values()}
            report = compared(floor, [gateway.status() for gateway in floor.gateways.values()], asked)
            if is_over or not report.differences:
                return report
        time.sleep(0.3)


def compared(floor: Floor, statuses: list[dict[str, Any]], asked: dict[str, list[Need]] | None = None) -> Report:
    """Truth, ledger and gateways as they are now; what is still under way differs too."""
    truth = read_truth(floor.truth.path)
    report = audit(floor.plant, truth, read_ledger(floor.erp.db), statuses, asked)
    report.numbers["EPCIS events captured"] = len(floor.repository.events)
    report.differences += differences(truth, list(floor.repository.events.values()))
    for status in statuses:
        waiting = sum(int(stream["unsettled"]) for stream in status["streams"].values())
        if waiting:
            report.differences.append(f"{waiting} events of {status['gateway']} are still not settled")
    commands = int(floor.erp.control(do="stats")["open_commands"])
    if commands:
        report.differences.append(f"{commands} commands of the ERP are still without a result")
    return report


def table(report: Report, seconds: float | None) -> list[str]:
    """The numbers, and what is wrong; a day of full length that saw too little is wrong too."""
    if seconds and seconds >= FULL_DAY_S:
        report.differences += missing(report.numbers)
    report.numbers["differences"] = len(report.differences)
    width = max(map(len, report.numbers))
    lines = [f"  {name:<{width}}  {number:>6}" for name, number in report.numbers.items()]
    wrong = [f"  DIFFERENCE {difference}" for difference in report.differences]
    verdict = "ledger, truth and gateways differ" if wrong else "ledger, truth and gateways are equal"
    return ["", *lines, "", *wrong, verdict]


def worth_a_look(directory: Path) -> list[str]:
    """Commands for what is kept of a day."""
    first = directory / GATEWAYS[0]
    words = (
        "triggers",
        f"why-not {WATCHED[0].item}",
        f"certify {SHADOW_ITEM}",
        "report lead-time",
        "report turns",
        f'backtest --rules {first / RULES} --lead-time "{LEAD_TIME_H} h" --chart {directory / "chart.svg"}',
    )
    return [
        "",
        f"kept: {directory}; worth a look, and `explain` with a key that `triggers` lists:",
        *(f"  kanban-gateway {one} --config {first / 'gateway.toml'}" for one in words),
    ]


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
