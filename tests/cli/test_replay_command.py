"""`kanban-gateway replay`: a line for each message, on a copy of the store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.store.verify import verify
from tests.replay.plant import load_plant, sample

PRESS = '{"topic":"zigbee2mqtt/bin-12","payload":"{\\"action\\":\\"single\\"}","at_ms":%d}\n'
SERIAL = """
[[device]]
id = "scan-1"
type = "serial"
station = "S1"
port = "/dev/ttyUSB0"
suffixes = ["\\r"]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    settings = sample("mqtt-button-zigbee2mqtt", tmp_path)
    load_plant(settings)
    return tmp_path / "mqtt-button-zigbee2mqtt.toml"


def run(config: Path, *arguments: str, text: str = "") -> Result:
    return CliRunner().invoke(main, ["replay", "--config", str(config), *arguments], input=text)


def test_a_message_is_told_with_its_meaning_and_its_answer(config: Path) -> None:
    result = run(config, "-", text=PRESS % 0 + '{"topic":"zigbee2mqtt/bin-12","payload":"{}","retain":true}\n')
    assert result.exit_code == 0
    first, second = result.output.splitlines()
    assert first.startswith("<stdin>:1: scan K-000812-03 -> ok CARD_EMPTIED: Card K-000812-03 is empty")
    assert second == "<stdin>:2: skipped: retained"


def test_with_json_each_line_is_an_object(config: Path) -> None:
    (line,) = map(json.loads, run(config, "--json", "-", text=PRESS % 0).output.splitlines())
    assert (line["file"], line["line"]) == ("<stdin>", 1)
    assert line["means"] == [{"action": "scan", "card": "K-000812-03"}]
    assert [one["code"] for one in line["verdicts"]] == ["CARD_EMPTIED"]


def test_the_store_itself_is_only_read(config: Path) -> None:
    database = config.parent / "data" / "journal.db"
    before = database.read_bytes()
    for _ in range(2):
        assert "CARD_EMPTIED" in run(config, "-", text=PRESS % 0).output
    assert database.read_bytes() == before
    assert verify(config.parent / "data").is_ok


def test_a_dry_run_needs_no_store_and_answers_nothing(tmp_path: Path) -> None:
    sample("mqtt-button-zigbee2mqtt", tmp_path)
    result = run(tmp_path / "mqtt-button-zigbee2mqtt.toml", "--dry-run", "-", text=PRESS % 0)
    assert result.output == "<stdin>:1: scan K-000812-03\n"
    assert not (tmp_path / "data").exists()


def test_without_a_store_it_says_why_no_card_is_known(tmp_path: Path) -> None:
    sample("mqtt-button-zigbee2mqtt", tmp_path)
    result = run(tmp_path / "mqtt-button-zigbee2mqtt.toml", "-", text=PRESS % 0)
    assert "there is no store in" in result.output
    assert "refused UNKNOWN_CARD" in result.output
    assert not (tmp_path / "data").exists()


def test_the_time_of_the_recording_decides_what_is_a_repeat(config: Path) -> None:
    lines = run(config, "-", text=PRESS % 0 + PRESS % 59_999 + PRESS % 86_400_000).output.splitlines()
    assert "already READ_REPEATED" in lines[1]
    assert "READ_REPEATED" not in lines[2]


def test_bytes_of_a_serial_line_are_framed_as_its_device_says(config: Path) -> None:
    config.write_text(config.read_text() + SERIAL)
    parts = ['{"hex":"4241","at_ms":0}', '{"hex":"440d582d","at_ms":20}', '{"text":"ALONE","aim":"]C1","at_ms":500}']
    result = run(config, "--device", "scan-1", "--json", "-", text="\n".join(parts))
    assert result.exit_code == 0
    means = [json.loads(line)["means"] for line in result.output.splitlines()]
    assert [[one.get("card", one.get("fault")) for one in row] for row in means] == [[], ["BAD"], ["X-", "ALONE"]]


def test_bytes_that_no_suffix_ended_are_told_at_the_end(config: Path) -> None:
    config.write_text(config.read_text() + SERIAL)
    result = run(config, "--device", "scan-1", "--dry-run", "-", text='{"hex":"4142"}')
    assert result.output.splitlines() == ["<stdin>:1: nothing complete yet", "<stdin>:end: scan AB"]


@pytest.mark.parametrize(
    ("device", "text", "code", "says"),
    [
        ("", PRESS % 0, 2, "has several devices, expected --device with one of buttons-1, scan-1"),
        ("buttons-9", PRESS % 0, 2, "no device 'buttons-9' in the configuration"),
        ("buttons-1", '{"text":"K1"}', 1, "line 1 has no topic; buttons-1 is an MQTT device"),
        ("scan-1", PRESS % 0, 1, "line 1 has a topic; scan-1 is a scanner"),
        ("buttons-1", "{", 1, "<stdin>:1: no JSON in UTF-8"),
    ],
)
def test_a_wrong_device_or_recording_is_told(config: Path, device: str, text: str, code: int, says: str) -> None:
    config.write_text(config.read_text() + SERIAL)
    result = run(config, *(("--device", device) if device else ()), "-", text=text)
    assert result.exit_code == code
    assert says in result.output
