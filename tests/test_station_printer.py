"""The printer of a station: what is due is printed and then noted, in this order, and never in anybody's way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from firmware_sim.dock_label import sscc
from firmware_sim.label_printer import LabelPrinter
from gateway.clock import SystemClock
from gateway.errors import BusyError
from gateway.ids import new_id
from gateway.master import PARSERS
from gateway.model import Decision, Event, Instruction, Intake, Status, Verdict
from gateway.setting_table import StationSettings
from gateway.station_printer import StationPrinter
from gateway.store.store import Store
from gateway.store.writer import Request, Writer
from gateway.view import View

UNIT, OTHERS, GONE = sscc(1), sscc(2), sscc(3)
HERE = {"loc": "A-01", "state": "here", "rows": [["NUT", "", "available", "7", ""]], "t": 0}
FACTS = [
    ["hu", UNIT, HERE], ["label_due", UNIT, {"sta": "PACK"}],
    ["hu", OTHERS, HERE], ["label_due", OTHERS, {"sta": "ELSEWHERE"}],
    ["hu", GONE, {**HERE, "state": "undone", "rows": []}], ["label_due", GONE, {"sta": "PACK"}],
]  # fmt: skip


class Bench:
    """A store with labels that are due, a printer, and what was noted and warned of."""

    def __init__(self, directory: Path, printer: LabelPrinter) -> None:
        clock = SystemClock("boot")
        store = Store(directory, clock, PARSERS, site="P1", gateway="G1", ballast_kib=0)
        Writer(store, _set_facts, clock).step([Request(Instruction(new_id(clock.wall_ms()), "x", {}, "test"))])
        store.close()
        row = {"id": "PACK", "role": "goods", "location": "A-01", "operation": "split"}
        settings = StationSettings.model_validate({**row, "printer": f"127.0.0.1:{printer.port}"})
        self.noted: list[Any] = []
        self.warnings: dict[str, str] = {}
        self.is_busy = False
        self.subject = StationPrinter(
            settings, directory, clock, self._note, warn=self.warnings.__setitem__,
            clear=self._clear,
        )  # fmt: skip

    def _clear(self, code: str) -> None:
        self.warnings.pop(code, None)

    def _note(self, instruction: Instruction) -> None:
        if self.is_busy:
            raise BusyError("too much to do")
        self.noted.append(instruction.body["units"])


def _set_facts(intake: Intake, view: View) -> Decision:
    return Decision((Event("facts_set", "", "", {"facts": FACTS}),), Verdict(Status.OK, "SET"))


@pytest.fixture
def printer() -> Iterator[LabelPrinter]:
    printer = LabelPrinter()
    yield printer
    printer.close()


@pytest.fixture
def bench(tmp_path: Path, printer: LabelPrinter) -> Bench:
    return Bench(tmp_path, printer)


def test_labels_of_this_station_are_printed_and_what_is_gone_is_only_noted(bench: Bench, printer: LabelPrinter) -> None:
    assert bench.subject.step()
    assert bench.noted == [[UNIT, GONE]]
    assert len(printer.wait(1)) == 1


def test_nothing_is_noted_before_it_is_out(bench: Bench, printer: LabelPrinter) -> None:
    printer.state.has_paper = False
    assert not bench.subject.step()
    assert bench.noted == []
    assert "no paper" in bench.warnings["PRINTER:PACK"]
    printer.state.has_paper = True
    assert bench.subject.step()
    assert bench.noted == [[UNIT, GONE]]
    assert bench.warnings == {}


def test_what_could_not_be_noted_is_noted_later_and_not_printed_again(bench: Bench, printer: LabelPrinter) -> None:
    bench.is_busy = True
    assert not bench.subject.step()
    assert "too much to do" in bench.warnings["PRINTER:PACK"]
    bench.is_busy = False
    assert bench.subject.step()
    assert bench.noted == [[UNIT, GONE]]
    assert len(printer.labels) == 1


def test_a_commit_wakes_it_and_a_stop_ends_it(bench: Bench, printer: LabelPrinter) -> None:
    stop, looks = threading.Event(), []
    step: Callable[[], bool] = bench.subject.step

    def counted() -> bool:
        looks.append(step())
        if len(looks) == 1:
            bench.subject.wake()
        else:
            stop.set()
        return looks[-1]

    bench.subject.step = counted  # type: ignore[method-assign]
    bench.subject.run(stop)
    assert looks == [True, True]
