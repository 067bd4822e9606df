"""Names of plugged devices: what is found, what is ambiguous, and scanners that change their sockets or numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from drivers.plug import Plugs
from drivers.plug_name import Kind, Plugged, identity_of, matching, names_of
from drivers.serial_scanner import SerialScanner
from drivers.serial_settings import SerialSettings
from gateway.cli import main
from gateway.errors import TransientDeviceError
from tests.drivers.plugged import BUTTON_KEYS, MOUSE_DESCRIPTOR, FakeKernel
from tests.drivers.rig import CONTEXT, GOOD, HoldingSink, Running

SCANNER = "05e0:1701"

CONFIG = """
[gateway]
id = "G"
site = "P"
data_dir = "data"
[sync]
enabled = false
[[station]]
id = "S1"
role = "consume"
location = "L"
[[device]]
id = "scan-1"
type = "serial"
station = "S1"
port = "id:05e0:1701:S-1"
[[device]]
id = "scan-2"
type = "hid-pos"
station = "S1"
port = "usb-port:3-1"
"""


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[FakeKernel]:
    kernel = FakeKernel(tmp_path)
    yield kernel
    kernel.close()


def driver(kernel: FakeKernel, name: str, port: str) -> SerialScanner:
    row = {"type": "serial", "id": name, "station": "S1", "port": port, "gap_ms": 1000}
    return SerialScanner(SerialSettings.model_validate(row), replace(CONTEXT, plugs=kernel.plugs))


def codes(sink: HoldingSink, count: int) -> list[tuple[str, bytes, str]]:
    reads = sink.wait(count)
    return [(read.device, read.data, read.fault.code if read.fault else "") for read in reads]


def test_what_could_be_a_scanner_is_found_with_what_tells_it_apart(kernel: FakeKernel) -> None:
    kernel.plug("ttyACM0", "1-1.4", SCANNER, "S-1")
    kernel.plug("hidraw0", "1-2", "0c2e:0b61")
    kernel.plug("hidraw1", "1-3", "046d:c077", descriptor=MOUSE_DESCRIPTOR)
    kernel.plug("input/event4", "1-4", "046d:c31c")
    (kernel.plugs.sys_root / "devices/usb1/1-9/1-9:1.0/event5/device/capabilities").mkdir(parents=True)
    (kernel.plugs.sys_root / "devices/usb1/1-9/1-9:1.0/event5/device/capabilities/key").write_text(BUTTON_KEYS)
    (kernel.plugs.sys_root / "class/input/event5").symlink_to(kernel.plugs.sys_root / "devices/usb1/1-9/1-9:1.0/event5")
    dev = kernel.plugs.dev_root
    assert kernel.plugs.scan() == (
        Plugged(Kind.KEYBOARD, f"{dev}/input/event4", "046d", "c31c", "", "1-4", "Scanner 046d:c31c"),
        Plugged(Kind.HID_POS, f"{dev}/hidraw0", "0c2e", "0b61", "", "1-2", "Scanner 0c2e:0b61"),
        Plugged(Kind.SERIAL, f"{dev}/ttyACM0", "05e0", "1701", "S-1", "1-1.4", f"Scanner {SCANNER}"),
    )


def test_a_scanner_by_bluetooth_is_known_by_its_address(kernel: FakeKernel) -> None:
    inner = kernel.plugs.sys_root / "devices/virtual/input/input7"
    (inner / "event7/device/capabilities").mkdir(parents=True)
    (inner / "event7/device/id").mkdir()
    told = {"capabilities/key": "f" * 16, "id/vendor": "05e0", "id/product": "1200", "uniq": "aa:bb", "name": "DS"}
    for name, text in told.items():
        (inner / "event7/device" / name).write_text(f"{text}\n")
    (kernel.plugs.sys_root / "class/input/event7").symlink_to(inner / "event7")
    raw = kernel.plugs.sys_root / "devices/virtual/hid/hidraw7"
    (raw / "device").mkdir(parents=True)
    (raw / "device/report_descriptor").write_bytes(bytes.fromhex("058c0902a101"))
    (raw / "device/uevent").write_text("HID_ID=0005:000005E0:00001900\nHID_UNIQ=aa:bb\n")
    (kernel.plugs.sys_root / "class/hidraw/hidraw7").symlink_to(raw)
    assert [(one.kind, one.ident, one.serial, one.usb_port) for one in kernel.plugs.scan()] == [
        (Kind.KEYBOARD, "05e0:1200", "aa:bb", ""), (Kind.HID_POS, "05e0:1900", "aa:bb", ""),
    ]  # fmt: skip


def test_a_machine_without_such_devices_has_none(tmp_path: Path) -> None:
    assert Plugs(tmp_path, tmp_path).scan() == ()


def test_a_name_means_one_device_or_says_why_not(kernel: FakeKernel) -> None:
    kernel.plug("ttyACM0", "1-1", SCANNER, "S-1")
    kernel.plug("ttyACM1", "1-2", SCANNER, "S-2")
    find = kernel.plugs.find
    assert find(f"id:{SCANNER}:S-2", Kind.SERIAL).name == "ttyACM1"
    assert find("usb-port:1-1", Kind.SERIAL).name == "ttyACM0"
    assert find("/dev/ttyS0", Kind.SERIAL) == Path("/dev/ttyS0")
    with pytest.raises(TransientDeviceError, match=r"2 plugged devices are meant \(1-1, 1-2\)"):
        find(f"id:{SCANNER}", Kind.SERIAL)
    for away in (f"id:{SCANNER}:S-3", "id:05e0:1702", "usb-port:1-3"):
        with pytest.raises(TransientDeviceError, match="no such device"):
            find(away, Kind.SERIAL)
    with pytest.raises(TransientDeviceError, match="no such device"):
        find("usb-port:1-1", Kind.HID_POS)


def test_the_names_that_are_proposed_mean_that_device_and_no_other() -> None:
    one = Plugged(Kind.SERIAL, "/dev/a", "05e0", "1701", "S-1", "1-1")
    twin = replace(one, node="/dev/b", usb_port="1-2")
    bare = replace(one, node="/dev/c", serial="", usb_port="1-3")
    assert names_of(one, [one]) == ["id:05e0:1701:S-1", "id:05e0:1701", "usb-port:1-1"]
    assert names_of(one, [one, twin]) == ["usb-port:1-1"]
    assert names_of(bare, [one, bare]) == ["usb-port:1-3"]
    assert all(matching(name, Kind.SERIAL, [one, twin]) == [twin] for name in names_of(twin, [one, twin]))
    assert (identity_of("id:05E0:1701:x"), identity_of("usb-port:1-1")) == ("05e0:1701", "")


def test_two_alike_with_serial_numbers_keep_their_names_when_they_swap_sockets(kernel: FakeKernel) -> None:
    left, right = kernel.plug("ttyACM0", "1-1", SCANNER, "S-1"), kernel.plug("ttyACM1", "1-2", SCANNER, "S-2")
    sink = HoldingSink(GOOD)
    one, two = driver(kernel, "one", f"id:{SCANNER}:S-1"), driver(kernel, "two", f"id:{SCANNER}:S-2")
    with Running(one, sink) as first, Running(two, sink) as second:
        first.wait_up()
        second.wait_up()
        left.send(b"A\r")
        sink.wait(1)
        right.send(b"B\r")
        sink.wait(2)
        kernel.unplug("ttyACM0")
        kernel.unplug("ttyACM1")
        first.wait_down()
        second.wait_down()
        left, right = kernel.plug("ttyACM0", "1-1", SCANNER, "S-2"), kernel.plug("ttyACM1", "1-2", SCANNER, "S-1")
        first.wait_up(2)
        second.wait_up(2)
        left.send(b"C\r")
        sink.wait(3)
        right.send(b"D\r")
        assert codes(sink, 4) == [("one", b"A", ""), ("two", b"B", ""), ("two", b"C", ""), ("one", b"D", "")]


def test_two_alike_without_serial_numbers_are_what_their_sockets_say(kernel: FakeKernel) -> None:
    kernel.plug("ttyACM0", "1-1", SCANNER)
    kernel.plug("ttyACM1", "1-2", SCANNER)
    sink = HoldingSink(GOOD)
    one, two = driver(kernel, "one", "usb-port:1-1"), driver(kernel, "two", "usb-port:1-2")
    with Running(one, sink) as first, Running(two, sink) as second:
        first.wait_up()
        second.wait_up()
        kernel.unplug("ttyACM0")
        kernel.unplug("ttyACM1")
        first.wait_down()
        second.wait_down()
        renumbered, other = kernel.plug("ttyACM1", "1-1", SCANNER), kernel.plug("ttyACM0", "1-2", SCANNER)
        first.wait_up(2)
        second.wait_up(2)
        renumbered.send(b"A\r")
        sink.wait(1)
        other.send(b"B\r")
        assert codes(sink, 2) == [("one", b"A", ""), ("two", b"B", "")]


def test_unplugged_while_a_code_is_half_sent_and_back_at_another_number(kernel: FakeKernel) -> None:
    node, sink = kernel.plug("ttyUSB0", "1-1", SCANNER, "S-1"), HoldingSink(GOOD)
    with Running(driver(kernel, "one", f"id:{SCANNER}"), sink) as running:
        running.wait_up()
        node.send(b"A\rKB00")
        sink.wait(1)
        kernel.unplug("ttyUSB0")
        running.wait_down()
        node = kernel.plug("ttyUSB3", "1-1", SCANNER, "S-1")
        running.wait_up(2)
        node.send(b"34\r")
        found = codes(sink, 2)
        found = codes(sink, 3) if found[1][2] else found
    assert found[0] == ("one", b"A", "")
    assert found[-1] == ("one", b"34", "")  # never joined with what came before
    assert [fault for _, _, fault in found[1:-1]] in ([], ["FRAME_BROKEN_OFF"])


def test_a_second_one_of_the_same_kind_makes_the_name_ambiguous_and_is_not_taken(kernel: FakeKernel) -> None:
    kernel.plug("ttyUSB0", "1-1", SCANNER)
    kernel.plug("ttyUSB1", "1-2", SCANNER)
    with Running(driver(kernel, "one", f"id:{SCANNER}"), HoldingSink(GOOD)) as running:
        told = running.wait_down().text
    assert "name it by its serial number or its USB port" in told


def run(kernel: FakeKernel, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    monkeypatch.setattr(import_module("gateway.cli.devices"), "Plugs", lambda: kernel.plugs)
    result = CliRunner().invoke(main, ["devices", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_command_says_what_is_plugged_in_and_what_to_write(
    kernel: FakeKernel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "nothing is plugged in" in run(kernel, monkeypatch)
    kernel.plug("ttyACM0", "1-1.4", SCANNER, "S-1")
    kernel.plug("input/event0", "1-2", "05e0:1200")
    kernel.plug("input/event1", "1-3", "05e0:1200")
    (tmp_path / "gateway.toml").write_text(CONFIG)
    output = run(kernel, monkeypatch, "--config", str(tmp_path / "gateway.toml"))
    assert f"serial: {SCANNER}, Scanner {SCANNER}, serial number S-1, USB port 1-1.4" in output
    assert '    type = "serial"\n    port = "id:05e0:1701:S-1"\n' in output
    assert "# this is scan-1" in output
    assert '    type = "hid-keyboard"\n    port = "usb-port:1-2"\n    allow = ["05e0:1200"]\n' in output
    assert "scan-2: usb-port:3-1 is not there" in output


def test_the_command_tells_programs_in_json_and_its_lines_are_valid(
    kernel: FakeKernel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kernel.plug("hidraw0", "1-2", "0c2e:0b61")
    (tmp_path / "gateway.toml").write_text(CONFIG)
    told: list[dict[str, Any]] = json.loads(run(kernel, monkeypatch, "--json"))
    assert [(one["kind"], one["ports"], one["used_by"]) for one in told] == [
        ("hid-pos", ["id:0c2e:0b61", "usb-port:1-2"], []),
    ]  # fmt: skip
    before, _ = CONFIG.split('type = "hid-pos"')
    (tmp_path / "gateway.toml").write_text(f'{before}station = "S1"\n{told[0]["config"]}\n')
    [one] = json.loads(run(kernel, monkeypatch, "--json", "--config", str(tmp_path / "gateway.toml")))
    assert one["used_by"] == ["scan-2"]
