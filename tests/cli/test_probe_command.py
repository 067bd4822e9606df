"""`kanban-gateway probe --device` with scanners that are no plain serial ones: what they teach, and their signs."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from drivers.hid_keyboard_layout import LAYOUTS, LayoutName, Level
from firmware_sim.ssi import PACKETED, SsiScanner
from firmware_sim.tcp_scanner import TcpScanner
from gateway.cli import main
from gateway.cli.probe_scanner import best_layouts, probe_keyboard
from gateway.codes.probe import GS1_PROBE, ISO_PROBE
from tests.drivers.plugged import FakeKernel
from tests.drivers.test_hid_keyboard import Seat
from tests.drivers.test_hid_keyboard_state import events, settings

GS = "\x1d"
GS1 = GS1_PROBE.replace("(01)", "01").replace("(10)", "10").replace("(21)", GS + "21")
CONFIG = """\
[gateway]
id = "g"
site = "P1"
data_dir = "d"
[sync]
enabled = false
[[station]]
id = "S1"
role = "consume"
location = "L"
[[device]]
id = "scan-1"
station = "S1"
{device}
"""


def probe(directory: Path, device: str, given: str = "", seconds: int = 20) -> Result:
    config = directory / "gateway.toml"
    config.write_text(CONFIG.format(device=device))
    arguments = ["probe", "--device", "scan-1", "--config", str(config), "--seconds", str(seconds)]
    return CliRunner().invoke(main, arguments, input=given)


def scanning(scan: Callable[[str, str], object]) -> threading.Thread:
    thread = threading.Thread(target=lambda: [scan(GS1, "]d2"), scan(ISO_PROBE, "]d1")])
    thread.start()
    return thread


def test_a_scanner_that_speaks_ssi_teaches_its_separators_and_shows_both_signs(tmp_path: Path) -> None:
    scanner = SsiScanner(tmp_path, "ssi")

    def scan(text: str, aim: str) -> None:
        scanner.wait_until(lambda: scanner.parameters[PACKETED] == 1, 15)
        scanner.scan(text, aim)

    thread = scanning(scan)
    result = probe(tmp_path, f'type = "zebra-ssi"\nport = "{scanner.port}"', "y\ny\n")
    thread.join()
    scanner.close()
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert {'gs = "kept"', 'rs = "kept"', 'eot = "kept"', "aim_required = true", 'shown_by = "device"'} <= set(lines)
    assert not any(line.startswith(("prefix", "suffixes")) for line in lines)  # its packets have none


def test_a_network_scanner_whose_signs_nobody_sees_is_told_so(tmp_path: Path) -> None:
    scanner = TcpScanner()
    thread = scanning(scanner.scan)
    device = f'type = "tcp-scanner"\nconnect = "127.0.0.1:{scanner.port}"\n[device.feedback]\n'
    result = probe(tmp_path, device + 'good = "OK\\r\\n"\nbad = "NG\\r\\n"', "y\nn\n")
    thread.join()
    scanner.close()
    assert result.exit_code == 0, result.output
    assert 'gs = "kept"' in result.stdout
    assert 'shown_by = "none"' in result.stdout


def test_a_scanner_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    result = probe(tmp_path, 'type = "hid-pos"\nport = "id:0c2e:0b61"', seconds=1)
    assert result.exit_code == 1
    assert "scan-1 could not be used: id:0c2e:0b61: no such device" in result.stderr


# -- keyboards ------------------------------------------------------------------------------------


def keys(text: str, layout: LayoutName, control: str = "") -> str:
    """Key changes with which a scanner set to `layout` types a text; `control`: those for GS, which is dropped else."""
    places = {one: place for place, one in reversed(LAYOUTS[layout].characters.items())}
    changes = []
    for character in text:
        if character < " ":
            changes.append(control if character == GS else "")
            continue
        key, level = places[character]
        held = [number for number, is_held in ((42, level.shift), (100, level.altgr)) if is_held]
        down, up = (" ".join(f"{one}{sign}" for one in held) for sign in "+-")
        changes.append(f"{down} {key}+ {key}- {up}")
    return " ".join([*changes, "28+ 28-"])


@pytest.mark.parametrize("layout", [name for name in LAYOUTS if name != "gb"])
@pytest.mark.parametrize("configured", ["us", "fr"])
def test_the_layout_that_a_scanner_is_set_to_shows(layout: LayoutName, configured: str) -> None:
    recorded = events(keys("]d2" + GS1, layout) + " " + keys("]d1" + ISO_PROBE, layout))
    learned, found = best_layouts(settings(layout=configured), recorded)
    alike = next((pair for pair in (["us", "gb"], ["es", "it"]) if layout in pair), [layout])
    assert (found, learned.scans, learned.gs, learned.has_aim) == (alike, 2, "dropped", True)
    assert learned.toml(layout=found[0]).splitlines()[1] == f'layout = "{alike[0]}"'


def test_where_several_layouts_read_the_same_the_configured_one_stays() -> None:
    recorded = events(keys(GS1, "us", "29+ 27+ 27- 29-"))
    assert best_layouts(settings(layout="gb"), recorded)[1] == ["gb", "us"]
    learned, layouts = best_layouts(settings(), recorded)
    assert (layouts, learned.gs, learned.suffix) == (["us", "gb"], "kept", "\r")
    assert LAYOUTS["us"].character(27, Level()) == "]"


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[FakeKernel]:
    kernel = FakeKernel(tmp_path)
    yield kernel
    kernel.close()


def test_a_keyboard_is_taken_and_read_key_by_key(kernel: FakeKernel, monkeypatch: pytest.MonkeyPatch) -> None:
    seat = Seat(monkeypatch)
    node = kernel.plug("input/event0", "1-1", "05e0:1200")
    seat.idents = {os.ttyname(node.tty): "05e0:1200"}
    recorded = events(keys(GS1, "de") + " " + keys(ISO_PROBE, "de"))
    thread = threading.Thread(target=node.send, args=(recorded,))
    thread.start()
    learned, layouts = probe_keyboard(settings(), 20, kernel.plugs)
    thread.join()
    assert (layouts, learned.scans) == (["de"], 2)
    assert seat.taken == [os.ttyname(node.tty)]
