"""What presses of contacts mean, from the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.codes.contact import interpret_contact
from gateway.credentials import CredentialStore
from gateway.interpret import sources
from gateway.model import Action, Read, Scan
from gateway.settings import Settings

GPIO = {
    "type": "gpio-button", "chip": "box",
    "bindings": [
        {"line": 3, "card": "K-1"}, {"line": 4, "card": "K-2", "action": "full"}, {"line": 5, "action": "undo"},
    ],
}  # fmt: skip


def said(tmp_path: Path, data: bytes, **members: Any) -> Scan | None:
    settings = Settings.model_validate(
        {
            "gateway": {"id": "GW-1", "site": "P1", "data_dir": str(tmp_path)},
            "sync": {"host": "127.0.0.1"},
            "station": [{"id": "S1", "role": "consume", "location": "LINE1"}],
            "device": [{"id": "box", "station": "S1", **GPIO, **members}],
        }
    )
    source = sources(settings, CredentialStore(tmp_path))["box"]
    assert (source.is_button, source.window_ms) == (True, 60_000)
    scan = source.interpret(Read("r", "box", "S1", data, "", 0, 0, "boot", "ntp"))
    assert not isinstance(scan, tuple)
    return scan


@pytest.mark.parametrize(
    ("data", "action", "card"),
    [
        (b'{"contact": "line 3", "press": "short", "held_ms": 90}', Action.SCAN, "K-1"),
        (b'{"contact": "line 4", "press": "short", "held_ms": 90}', Action.FULL, "K-2"),
        (b'{"contact": "line 4", "press": "long", "held_ms": 3090}', Action.UNDO, "K-2"),
        (b'{"contact": "line 5", "press": "short", "held_ms": 90}', Action.UNDO, ""),
    ],
)
def test_a_contact_means_what_it_is_bound_to(tmp_path: Path, data: bytes, action: Action, card: str) -> None:
    scan = said(tmp_path, data)
    assert scan is not None
    assert (scan.action, scan.card, scan.fault) == (action, card, None)


def test_a_long_press_may_mean_something_else(tmp_path: Path) -> None:
    scan = said(tmp_path, b'{"contact": "line 3", "press": "long", "held_ms": 3090}', long_press="empty")
    assert scan is not None
    assert (scan.action, scan.card) == (Action.EMPTY, "K-1")


def test_a_contact_that_is_not_bound_is_refused() -> None:
    read = Read("r", "box", "S1", b'{"contact": "line 9", "press": "short"}', "", 0, 0, "boot", "ntp")
    scan = interpret_contact(read, meanings={})
    assert scan.fault is not None
    assert scan.fault.code == "UNKNOWN_BUTTON"
