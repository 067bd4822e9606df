"""Rows of master data by their other names, through the real store."""

from __future__ import annotations

from pathlib import Path

from gateway.decide import Decider
from gateway.model import MasterData
from gateway.store.writer import Request
from tests.store.rig import Rig


def test_a_row_is_found_by_its_words_until_newer_master_data_takes_them_away(tmp_path: Path) -> None:
    rig = Rig(tmp_path, decide=Decider({}))
    rows = ({"id": "A", "uom": "PCE", "aliases": ["OLD", "BOTH"]}, {"id": "B", "uom": "PCE", "aliases": ["BOTH"]})
    rig.writer.step([Request(MasterData("items", 1, "e", rows))])
    view = rig.store.view
    assert (view.find("items", "OLD"), view.find("items", "BOTH"), view.find("items", "A")) == (("A",), ("A", "B"), ())
    assert view.find("units", "PC") == ()
    rig.writer.step([Request(MasterData("items", 2, "f", rows[1:]))])
    assert (view.find("items", "OLD"), view.find("items", "BOTH")) == ((), ("B",))
    rig.close()
