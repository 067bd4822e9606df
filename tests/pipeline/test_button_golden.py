"""Messages that real buttons send, through the configuration to what they mean."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.credentials import CredentialStore
from gateway.interpret import sources
from gateway.model import Press, Read
from gateway.settings import Settings

GOLDEN = Path(__file__).parent.parent / "golden" / "mqtt-button"


@pytest.mark.parametrize("case", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_recorded_messages_mean_what_was_recorded(case: Path, tmp_path: Path) -> None:
    wanted = json.loads(case.read_text())
    device = {"id": "buttons-1", "type": "mqtt-button", "station": "S1", "host": "127.0.0.1", **wanted["device"]}
    settings = Settings.model_validate(
        {
            "gateway": {"id": "GW-1", "site": "P1", "data_dir": str(tmp_path)},
            "sync": {"host": "127.0.0.1"},
            "station": [{"id": "S1", "role": "consume", "location": "LINE1"}],
            "device": [device],
        }
    )
    source = sources(settings, CredentialStore(tmp_path))["buttons-1"]
    assert source.is_button
    for message in wanted["cases"]:
        assert _meaning(source.interpret, message) == {
            key: message[key] for key in ("ignored", "fault", "action", "card") if key in message
        }, message["payload"][:200]


def _meaning(interpret: object, message: dict[str, str]) -> dict[str, object]:
    assert callable(interpret)
    read = Read(
        "r", "buttons-1", "S1", message["payload"].encode(), "", 0, 0, "boot", "ntp",
        press=Press(1, "d", False), topic=message["topic"],
    )  # fmt: skip
    scans = interpret(read)
    if not scans:
        return {"ignored": True}
    (scan,) = scans
    if scan.fault is not None:
        return {"fault": scan.fault.code}
    return {"action": scan.action.value, "card": scan.card}
