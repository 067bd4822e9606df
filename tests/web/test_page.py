"""The local page over a real socket."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import requests

from gateway.health import Health
from gateway.store.reader import StoreReader
from gateway.web.page import create_app
from gateway.web.server import PageServer
from tests.store.rig import HandClock, Rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    rig.scan("K-1", "K-2")
    yield rig
    rig.close()


@pytest.fixture
def url(rig: Rig) -> Iterator[str]:
    health = Health(rig.clock)
    health.warn("DEVICE:scan-1", "scan-1: unplugged")
    server: list[PageServer] = []
    hosts = lambda: frozenset({f"127.0.0.1:{server[0].port}"})  # noqa: E731
    loops = lambda: [{"loop": "LP-1", "colour": "red"}]  # noqa: E731
    app = create_app(partial(StoreReader, rig.data_dir), health, lambda: {"is_connected": True}, hosts, loops)
    server.append(PageServer(app, "127.0.0.1", 0))
    stop = threading.Event()
    thread = threading.Thread(target=server[0].run, args=(stop,))
    thread.start()
    yield f"http://127.0.0.1:{server[0].port}"
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def test_the_state_shows_cards_streams_last_events_and_warnings(url: str) -> None:
    state = requests.get(f"{url}/api/v1/state", timeout=10).json()
    assert {(card["card"], card["state"]) for card in state["cards"]} == {("K-1", "EMPTY"), ("K-2", "EMPTY")}
    assert state["streams"]["sig"]["unsettled"] == 2
    assert state["last"][0]["t"] == "card_emptied"
    assert state["warnings"][0]["code"] == "DEVICE:scan-1"
    assert state["sync"] == {"is_connected": True}
    assert state["loops"] == [{"loop": "LP-1", "colour": "red"}]


def test_the_page_loads_nothing_from_elsewhere(url: str) -> None:
    page = requests.get(url, timeout=10)
    assert page.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert "http" not in page.text
    for name in ("page.js", "page.css"):
        assert requests.get(f"{url}/static/{name}", timeout=10).ok


@pytest.mark.promise("R10")
@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/", {"Host": "evil.example"}, 421),
        ("POST", "/api/v1/state", {}, 405),
        ("DELETE", "/", {}, 405),
        ("GET", "/static/../page.py", {}, 404),
        ("GET", "/static/%2e%2e/page.py", {}, 404),
        ("GET", "/nothing", {}, 404),
    ],
)
def test_other_hosts_methods_and_paths_are_refused(
    url: str, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    assert requests.request(method, url + path, headers=headers, timeout=10).status_code == status


def test_a_store_that_cannot_be_read_is_told_and_does_not_break_the_page(tmp_path: Path) -> None:
    health = Health(HandClock())
    app = create_app(partial(StoreReader, tmp_path / "nothing-here"), health, dict, frozenset)
    answer = app.test_client().get("/api/v1/state")
    assert answer.status_code == 200
    assert "cannot read the store" in answer.get_json()["error"]
