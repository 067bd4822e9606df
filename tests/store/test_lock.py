"""One gateway per data directory."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gateway.errors import StoreError, StoreLockedError
from gateway.master import PARSERS
from gateway.store.store import Store
from tests.store.rig import HandClock, Rig


def _bytes(data_dir: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in data_dir.iterdir()}


def test_a_second_gateway_on_the_same_directory_is_refused_and_touches_nothing(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.scan("K-1")
    before = _bytes(tmp_path)
    with pytest.raises(StoreLockedError, match=f"in use by process {os.getpid()}; stop the other gateway"):
        Rig(tmp_path)
    assert _bytes(tmp_path) == before
    assert rig.scan("K-1")[0].verdict.code == "CARD_FILLED"
    rig.close()


def test_the_directory_is_free_again_after_closing(tmp_path: Path) -> None:
    Rig(tmp_path).close()
    Rig(tmp_path).close()


def test_a_start_that_fails_gives_the_directory_back(tmp_path: Path) -> None:
    Rig(tmp_path).close()
    for _ in range(2):
        with pytest.raises(StoreError, match="belongs to gateway 'G1' of site 'P1'"):
            Store(tmp_path, HandClock(), PARSERS, site="P1", gateway="G2")
    Rig(tmp_path).close()


@pytest.mark.parametrize(("site", "gateway"), [("P2", "G1"), ("P1", "G2")])
def test_the_store_of_another_gateway_is_refused_and_stays_as_it_is(tmp_path: Path, site: str, gateway: str) -> None:
    rig = Rig(tmp_path)
    rig.scan("K-1")
    rig.close()
    with pytest.raises(StoreError, match="use an empty data_dir"):
        Store(tmp_path, HandClock(), PARSERS, site=site, gateway=gateway)
    rig = Rig(tmp_path)
    assert rig.rows("SELECT count(*) FROM journal") == [(2,)]
    rig.close()


def test_nobody_else_may_read_the_store(tmp_path: Path) -> None:
    rig = Rig(tmp_path / "data")
    rig.scan("K-1")
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
    exposed = [path.name for path in rig.data_dir.glob("journal.db*") if path.stat().st_mode & 0o077]
    assert exposed == []
    rig.close()
