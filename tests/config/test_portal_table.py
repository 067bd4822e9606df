"""Contradictions in `[[portal]]` tables, each reported alone at its line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.registry import DEVICE_TYPES
from drivers.rfid_settings import TagReaderKeys
from gateway.crosscheck_portal import TAG_READERS
from gateway.errors import ConfigError
from gateway.portal.rules import Rules
from gateway.portal_settings import PortalSettings
from gateway.settings import load_settings

GOOD = """[gateway]
id = "GW-1"
site = "P1"
data_dir = "data"
[sync]
enabled = false
[[station]]
id = "DOCK-1"
role = "goods"
location = "DOCK"
operation = "receive"
[[station]]
id = "LINE-1"
role = "consume"
location = "LINE"
[[device]]
id = "door-1"
type = "llrp-reader"
station = "DOCK-1"
host = "reader"
antennas = [1, 2, 3, 4, 5]
[[device]]
id = "scan-1"
type = "serial"
station = "LINE-1"
port = "/dev/ttyUSB0"
suffixes = ["\\r"]
[[portal]]
id = "gate-1"
station = "DOCK-1"
outside = ["door-1/1", "door-1/2"]
inside = ["door-1/3", "door-1/4"]
stable_set_ms = 1500
"""
# what is replaced, by what, the key, what is said of it
BAD = {
    "an unknown reader": ('["door-1/3", "door-1/4"]', '["door-2/3"]', "inside", "no device 'door-2', expected one of"),
    "a scanner as reader": ('["door-1/3", "door-1/4"]', '["scan-1/3"]', "inside", "'scan-1' is a serial"),
    "an antenna that is not read": ('["door-1/3", "door-1/4"]', '["door-1/9"]', "inside", "antenna 9 is none of"),
    "an antenna in two roles": ('["door-1/3", "door-1/4"]', '["door-1/2"]', "inside", "door-1/2 stands in outside"),
    "an antenna without its reader": ('["door-1/3", "door-1/4"]', '["3"]', "inside[0]", "reader/number"),
    "one side only": ('inside = ["door-1/3", "door-1/4"]\n', "", "inside", "one side alone"),
    "a station for cards": ('"gate-1"\nstation = "DOCK-1"', '"gate-1"\nstation = "LINE-1"', "station", "role consume"),
    "an unknown station": ('"gate-1"\nstation = "DOCK-1"', '"gate-1"\nstation = "DOCK-2"', "station", "did you mean"),
    "a name that a device has": ('id = "gate-1"', 'id = "scan-1"', "id", "taken by a device"),
    "a move to nowhere": ("stable_set_ms = 1500", 'inward = "move"', "inside_location", "where inward"),
    "nothing ever": ("stable_set_ms = 1500", 'inward = "none"', "inward", "books nothing ever"),
    "the same place on both sides": ("stable_set_ms = 1500", 'inside_location = "A"\noutside_location = "A"',
                                     "outside_location", "expected another"),
    "a passage that is over before it begins": ("stable_set_ms = 1500", "stable_set_ms = 5000\nmax_ms = 4000",
                                                "stable_set_ms", "not below max_ms"),
    "a gate below what counts": ("stable_set_ms = 1500", "gate_dbm = -70", "gate_dbm", "would not count in it"),
    "an input twice": ("stable_set_ms = 1500", 'outside_beams = ["door-1/1"]\ninside_beams = ["door-1/1"]',
                       "inside_beams", "stands in outside_beams"),
}  # fmt: skip


def load(text: str, tmp_path: Path) -> list[str]:
    file = tmp_path / "gateway.toml"
    file.write_text(text)
    try:
        load_settings(file)
    except ConfigError as error:
        return error.mistakes
    return []


def test_the_file_the_cases_start_from_is_good(tmp_path: Path) -> None:
    assert load(GOOD, tmp_path) == []


@pytest.mark.figure("F19")
@pytest.mark.parametrize("name", BAD)
def test_a_contradiction_is_reported_alone_at_its_line(name: str, tmp_path: Path) -> None:
    old, new, key, says = BAD[name]
    assert GOOD.count(old) == 1
    text = GOOD.replace(old, new)
    [mistake] = load(text, tmp_path)
    line = int(mistake.split(":")[1])
    written = text.split("\n")[line - 1]
    assert f"portal[0].{key}" in mistake and says in mistake
    assert key.split("[")[0] in written or written == "[[portal]]"


def test_a_reader_whose_lamps_belong_to_another_station_is_told(tmp_path: Path) -> None:
    text = GOOD.replace('"llrp-reader"\nstation = "DOCK-1"', '"llrp-reader"\nstation = "LINE-1"')
    [mistake] = load(text, tmp_path)
    assert "device[0].station" in mistake and "as its portal has it" in mistake


def test_the_readers_of_portals_are_all_types_that_see_tags() -> None:
    assert {one.name for one in DEVICE_TYPES if issubclass(one.settings, TagReaderKeys)} == TAG_READERS


def test_a_table_without_thresholds_has_those_of_the_design_each_in_its_place() -> None:
    row = PortalSettings(id="DOOR", station="DOCK-1", outside=("r/1",), inside=("r/2",))
    assert row.layout.rules == row.doorway.rules == Rules()
