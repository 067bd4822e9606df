"""A label printer on a real socket: what it prints, and what it complains of."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from firmware_sim.label_printer import LabelPrinter
from gateway.clock import SystemClock
from gateway.labels import printer
from gateway.labels.printer import PrinterError, send

LABELS = "".join(f"^XA\n^FDlabel {n}^FS\n^XZ\n" for n in range(5))


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[LabelPrinter]:
    monkeypatch.setattr(printer, "STATUS_LIMIT_S", 10.0)
    made = LabelPrinter()
    yield made
    made.close()


def put(machine: LabelPrinter) -> bool:
    return send("127.0.0.1", machine.port, LABELS, SystemClock())


def test_every_label_is_printed_in_order(machine: LabelPrinter) -> None:
    assert put(machine) is True
    assert [label.splitlines()[1] for label in machine.wait(5)] == [f"^FDlabel {n}^FS" for n in range(5)]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"has_paper": False}, "no paper"), ({"is_open": True}, "its head is open"), ({"is_paused": True}, "paused"),
        ({"has_ribbon": False}, "no ribbon"),
    ],
)  # fmt: skip
def test_a_printer_that_cannot_print_says_why_and_is_sent_nothing(
    machine: LabelPrinter, fault: dict[str, bool], said: str
) -> None:
    for name, value in fault.items():
        setattr(machine.state, name, value)
    with pytest.raises(PrinterError, match=f"{said}; nothing was printed"):
        put(machine)
    assert machine.labels == []


def test_paper_that_ends_in_the_middle_is_told(machine: LabelPrinter) -> None:
    machine.state.paper_after = 3
    with pytest.raises(PrinterError, match="no paper; look which labels came out"):
        put(machine)
    assert len(machine.labels) == 3


def test_a_printer_that_tells_nothing_of_itself_prints_all_the_same(
    machine: LabelPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printer, "STATUS_LIMIT_S", 0.1)
    machine.state.is_silent = True
    assert put(machine) is False
    assert len(machine.wait(5)) == 5


def test_a_printer_that_is_away_is_said_to_be() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(PrinterError, match=f"127.0.0.1:{port}: .*look whether it is on"):
        send("127.0.0.1", port, LABELS, SystemClock())
