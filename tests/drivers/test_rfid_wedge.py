"""A handheld RFID wedge on a serial line: it types the digits of a tag, and a bin's card turns empty."""

from __future__ import annotations

from pathlib import Path

from gateway.model import MasterData
from tests.drivers.rig import Line, wait_until
from tests.drivers.shop import Shop


def test_a_tag_that_a_wedge_types_empties_the_card_of_its_bin(tmp_path: Path) -> None:
    line = Line(tmp_path)
    device = f'[[device]]\nid = "wedge"\ntype = "serial"\nstation = "S1"\nport = "{line.path}"\n'
    try:
        with Shop(tmp_path, device) as shop:
            cards = ({"id": "K-3", "loop": "LP-1", "code": "urn:epc:id:grai:9521141.12345.5678"},)
            shop.submit(MasterData("cards", 2, "e2", cards))
            line.send(b"3376451FD40C0E400000162E\r\n")
            wait_until(lambda: bool(shop.events("card_emptied")), "the card is emptied")
            assert [event["card"] for event in shop.events("card_emptied")] == ["K-3"]
    finally:
        line.close()
