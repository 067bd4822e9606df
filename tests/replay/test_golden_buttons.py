"""Recordings of every make of button, through its preset to the decision: presses, rubbish, the past, repeats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.capture import read_captures
from gateway.replay import Replay, choose_device
from gateway.settings import load_settings
from tests.replay.plant import load_plant, sample

GOLDEN = sorted((Path(__file__).parents[1] / "golden" / "buttons").glob("*.jsonl"))


def test_there_is_a_recording_of_every_preset() -> None:
    assert [file.stem for file in GOLDEN] == [
        "chirpstack-v4", "esphome", "shelly-gen2", "tasmota", "ttn-v3", "zigbee2mqtt",
    ]  # fmt: skip


@pytest.mark.promise("R2")
@pytest.mark.promise("R10")
@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.stem)
def test_recorded_messages_mean_and_do_what_was_written_beside_them(file: Path, tmp_path: Path) -> None:
    settings = sample(f"mqtt-button-{file.stem}", tmp_path)
    load_plant(settings)
    lines = file.read_bytes().splitlines()
    with Replay(settings, choose_device(settings, ""), dry=False) as player:
        assert player.has_store
        found = [told.as_json() for told in player.play(read_captures(lines, file.name))]
    assert len(found) == len(lines)
    for line, told in zip(map(json.loads, lines), found, strict=True):
        assert _heart(line["expect"], told) == line["expect"], f"{file.name}:{told['line']}: {line['note']}"


def _heart(expected: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """What was found, as far as the recording speaks of it."""
    heart: dict[str, Any] = {
        "means": [{name: value for name, value in one.items() if name != "text"} for one in told["means"]],
        "verdicts": [one["code"] for one in told["verdicts"]],
    }
    return heart | ({"alarms": sorted(told["alarms"])} if "alarms" in expected else {})


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.stem)
def test_a_dry_run_says_what_each_message_means_and_decides_nothing(file: Path, tmp_path: Path) -> None:
    settings = sample(f"mqtt-button-{file.stem}", tmp_path)
    with Replay(settings, choose_device(settings, "buttons-1"), dry=True) as player:
        found = [told.as_json() for told in player.play(read_captures(file.read_bytes().splitlines(), file.name))]
    assert all(told["verdicts"] == [] and told["means"] for told in found)
    assert not settings.gateway.data_dir.exists()


@pytest.mark.parametrize(
    ("preset", "topic", "message"),
    [
        (
            "chirpstack-v4", "application/a/device/d/event/up",
            {"deduplicationId": "u1", "deviceInfo": {"devEui": "0101010101010101"}, "data": "AA==",
             "object": {"event": "pressed"}},
        ),
        (
            "ttn-v3", "v3/a/devices/d/up",
            {"end_device_ids": {"dev_eui": "0004A30B001C0530"},
             "uplink_message": {"frm_payload": "AA==", "decoded_payload": {"event": "pressed"}}},
        ),
    ],
)  # fmt: skip
def test_what_a_codec_made_of_the_bytes_can_say_what_was_pressed(
    preset: str, topic: str, message: dict[str, Any], tmp_path: Path
) -> None:
    sample(f"mqtt-button-{preset}", tmp_path)
    file = tmp_path / f"mqtt-button-{preset}.toml"
    head, mapping = file.read_text().split("#[device.mapping]")
    file.write_text(f"{head}[device.mapping]{mapping.replace('#', '')}")  # the sample's commented lines
    settings = load_settings(file)
    words = ["pressed", "held", "alive", "something"]
    lines = [
        json.dumps({"topic": topic, "payload": json.dumps(message).replace("pressed", word)}).encode() for word in words
    ]
    with Replay(settings, choose_device(settings, ""), dry=True) as player:
        found = [told.means[0] for told in player.play(read_captures(lines, "x"))]
    assert [one.get("action", one.get("fault", "no press")) for one in found] == [
        "scan", "undo", "no press", "UNKNOWN_PRESS",
    ]  # fmt: skip
