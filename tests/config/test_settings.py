"""Reading gateway.toml: what comes out, and that nothing in it can do worse than be reported."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from drivers.serial_settings import SerialSettings
from gateway.errors import ConfigError
from gateway.settings import MISTAKE_LIMIT, load_settings
from gateway.toml_source import SIZE_LIMIT_BYTES
from tests.config.bad_case import GOOD

TEN_MISTAKES = """\
[gateway]
id = "L3 07"
sit = "P1"
data_dir = "data"
[store]
queue_limit = "many"
[sync]
host = "mqtt://broker"
password = "x"
[[station]]
id = "S1"
role = "consum"
location = "LINE1"
[[device]]
id = "scan-1"
type = "serial"
station = "S9"
port = "COM3"
bauds = 9600
gap_ms = 5
"""


def load(tmp_path: Path, text: str | bytes) -> list[str]:
    """The mistakes in a file with this text, without the directory in front."""
    file = tmp_path / "gateway.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        load_settings(file)
    except ConfigError as error:
        return [mistake.removeprefix(f"{tmp_path}/") for mistake in error.mistakes]
    return []


def test_a_good_file_becomes_frozen_settings(tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_text(GOOD)
    settings = load_settings(tmp_path / "gateway.toml")
    assert [station.role for station in settings.stations] == ["consume", "source"]
    device = settings.devices[0]
    assert isinstance(device, SerialSettings)
    assert device.suffixes == ("\r", "\n")
    assert (settings.web.host, settings.web.port) == ("127.0.0.1", 8080)
    assert (settings.sync.port, settings.sync.tls.enabled, settings.sync.protocol) == (8883, True, "5")
    with pytest.raises(ValidationError, match="frozen"):
        settings.gateway.id = "other"  # type: ignore[misc]


def test_relative_paths_are_meant_from_the_file_not_from_where_one_stands(tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_text(GOOD.replace("enabled = true", 'ca_file = "ca.pem"'))
    settings = load_settings(tmp_path / "gateway.toml")
    assert settings.gateway.data_dir == tmp_path / "data"
    assert settings.sync.tls.ca_file == tmp_path / "ca.pem"
    assert settings.config_dir == tmp_path


def test_ten_mistakes_are_reported_in_one_go_in_the_order_of_the_file(tmp_path: Path) -> None:
    places = [mistake.split(": ")[:2] for mistake in load(tmp_path, TEN_MISTAKES)]
    assert places == [
        ["gateway.toml:1", "gateway.site"],
        ["gateway.toml:2", "gateway.id"],
        ["gateway.toml:3", "gateway.sit"],
        ["gateway.toml:6", "store.queue_limit"],
        ["gateway.toml:8", "sync.host"],
        ["gateway.toml:9", "sync.password"],
        ["gateway.toml:12", "station[0].role"],
        ["gateway.toml:17", "device[0].station"],
        ["gateway.toml:18", "device[0].port"],
        ["gateway.toml:19", "device[0].bauds"],
        ["gateway.toml:20", "device[0].gap_ms"],
    ]


def test_a_line_that_is_no_toml_hides_neither_the_next_one_nor_wrong_values(tmp_path: Path) -> None:
    text = GOOD.replace('site = "P1"', "site = P1").replace('username = "gw"', 'username = "gw').replace("3000", "-3")
    assert [mistake.split(" ")[0] for mistake in load(tmp_path, text)] == [
        "gateway.toml:4:",
        "gateway.toml:11:",
        "gateway.toml:24:",
    ]


def test_an_empty_file_is_told_everything_it_needs(tmp_path: Path) -> None:
    mistakes = "\n".join(load(tmp_path, ""))
    assert all(f":1: {table}" in mistakes for table in ("gateway", "station", "device", "sync.host"))


def test_a_file_that_is_not_there_is_a_mistake_not_a_crash(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gateway.toml:1: cannot be read \(No such file or directory\)"):
        load_settings(tmp_path / "gateway.toml")


def test_windows_line_ends_and_a_byte_order_mark_are_accepted(tmp_path: Path) -> None:
    assert load(tmp_path, b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()) == []


def test_windows_line_ends_do_not_move_the_line_numbers(tmp_path: Path) -> None:
    assert load(tmp_path, GOOD.replace("3000", "-3").replace("\n", "\r\n"))[0].startswith("gateway.toml:11:")


def test_a_file_in_another_encoding_is_told_by_its_line(tmp_path: Path) -> None:
    [mistake] = load(tmp_path, GOOD.encode().replace(b'"LINE1"', b'"L\xc4NGE"'))
    assert mistake == "gateway.toml:35: byte 0xc4 is not UTF-8, expected the file saved as UTF-8"


def test_a_file_of_a_megabyte_is_not_even_parsed(tmp_path: Path) -> None:
    [mistake] = load(tmp_path, "#" * (SIZE_LIMIT_BYTES + 1))
    assert "is larger than 1048576 bytes" in mistake


HOSTILE = ["x = " + "[" * 100_000, "x = " + "{a=" * 50_000, "x = " + "1" * 5000, "\x00", "=" * 99]


@pytest.mark.parametrize("text", HOSTILE, ids=["arrays", "tables", "digits", "nul", "equals"])
def test_hostile_text_costs_a_message_and_nothing_else(text: str, tmp_path: Path) -> None:
    assert load(tmp_path, text) != []


def test_a_thousand_mistakes_are_counted_not_listed(tmp_path: Path) -> None:
    mistakes = load(tmp_path, GOOD + "\n".join(f"unknown_{number} = 1" for number in range(1000)))
    assert len(mistakes) == MISTAKE_LIMIT + 1
    assert mistakes[-1] == "gateway.toml: and 900 more mistakes"


def test_a_page_for_the_network_is_possible_when_it_is_said_twice(tmp_path: Path) -> None:
    assert load(tmp_path, GOOD.replace('"127.0.0.1:8080"', '"0.0.0.0:8080"\npublic = true')) == []


def test_without_an_erp_no_broker_is_needed(tmp_path: Path) -> None:
    assert load(tmp_path, GOOD.replace('host = "broker"', "enabled = false")) == []


@given(st.integers(0, len(GOOD)), st.integers(0, 12), st.text(max_size=12) | st.sampled_from("[]{}\"'=#\n.,"))
def test_a_damaged_file_raises_nothing_but_a_configuration_error_within_it(
    tmp_path_factory: pytest.TempPathFactory, at: int, cut: int, new: str
) -> None:
    text = GOOD[:at] + new + GOOD[at + cut :]
    try:
        raw = text.encode()
    except UnicodeEncodeError:  # half a surrogate pair cannot stand in a file
        return
    directory = tmp_path_factory.mktemp("damaged")
    for mistake in load(directory, raw):
        line = int(mistake.split(":")[1])
        assert 1 <= line <= text.count("\n") + text.count("\r") + 1
