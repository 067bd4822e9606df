"""A box dies with events that the ERP never got: sealed, carried by another box, booked once whoever else comes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.end_to_end.floor import QUANTITY, TOKEN, Floor
from tests.gateway_process import GatewayProcess

FULL = 1_000_000
WORDS = "correct horse battery"


def secret(box: GatewayProcess, words: str = WORDS) -> None:
    file = box.config.parent / "credentials" / "travel"
    file.parent.mkdir(mode=0o700, exist_ok=True)
    file.write_text(words)
    file.chmod(0o600)


def another_box(floor: Floor, name: str, gateway: str) -> GatewayProcess:
    """A gateway of the same site at the same ERP, whose scanners nobody has connected yet."""
    directory = floor.directory / name
    directory.mkdir()
    text = floor.gateway.config.read_text().replace('id = "G1"', f'id = "{gateway}"')
    box = GatewayProcess(directory / "gateway.toml")
    box.config.write_text(re.sub(r'^port = "(.*)"$', rf'port = "/dev/{name}-\1"', text, flags=re.MULTILINE))
    secret(box)
    token = directory / "credentials" / "erp-token"
    token.write_text(TOKEN)
    token.chmod(0o600)
    return box


def taken(floor: Floor) -> int:
    """Pieces the ERP has taken off the line."""
    return FULL - int(floor.erp_rows("SELECT qty FROM stock WHERE location='LINE1'")[0][0])


def waiting(box: GatewayProcess) -> int:
    database = box.config.parent / "data" / "journal.db"
    return int(Floor._read(database, "SELECT count(*) FROM outbox")[0][0])


def use(floor: Floor, *cards: str) -> None:
    for card in cards:
        floor.consume.scan_until_green(floor.code(card))


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.promise("R2")
@pytest.mark.parametrize("carrier", ["mqtt", "rest"])
def test_what_a_dead_box_had_is_booked_once_by_whoever_brings_it(tmp_path: Path, carrier: str) -> None:
    with Floor(tmp_path, carrier=carrier) as floor:
        use(floor, "K-0001")
        floor.settle()
        floor.proxy.is_refusing = True
        floor.proxy.reset_all()
        use(floor, "K-0002", "K-0003")
        floor.receive.scan_until_green(floor.code("E-0004"))
        secret(floor.gateway)
        sealed = tmp_path / "travel.sealed"
        told = floor.gateway.call("export", "--unsynced", "--sealed", str(sealed), "--passphrase-credential", "travel")
        assert told.returncode == 0, told.stderr
        assert sealed.stat().st_mode & 0o777 == 0o600
        assert b"K-0002" not in sealed.read_bytes()
        floor.gateway.kill()
        floor.proxy.is_refusing = False

        second = another_box(floor, "second", "G2")
        assert second.call("import", str(sealed), "--passphrase-credential", "travel").returncode == 0
        assert "were here already" in second.call("import", str(sealed), "--passphrase-credential", "travel").stdout
        with second:
            floor.wait_until(lambda: waiting(second) == 0, "the second box has delivered")
            assert taken(floor) == 2 * QUANTITY  # three used up, one received
            cards = {card["card"]: card["state"] for card in second.ask("status")["cards"]}
            assert (cards["K-0002"], cards["E-0004"]) == ("EMPTY", "FULL")
            assert second.ask("verify")["ok"]

            third = another_box(floor, "third", "G3")
            third.call("import", str(sealed), "--passphrase-credential", "travel")
            with third:
                floor.wait_until(lambda: waiting(third) == 0, "the third box has delivered the same again")
            assert taken(floor) == 2 * QUANTITY

        floor.gateway.start()  # the dead come back
        floor.settle()
        assert taken(floor) == 2 * QUANTITY
        # until the ERP has told it what others had delivered for it, it counts its own once more
        floor.wait_until(lambda: floor.gateway_stock() == FULL - 2 * QUANTITY, "its stock is put right")
        orders = {card: count for card, count in floor.orders().items() if card.startswith("K")}
        assert orders == {"K-0001": 1, "K-0002": 1, "K-0003": 1}
        events = [json.loads(line) for line in second.call("export").stdout.splitlines()]
        origins = [event["event"]["origin"] for event in events if "origin" in event["event"]]
        assert {origin["gw"] for origin in origins} == {"G1"}
