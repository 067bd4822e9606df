"""Where scanners, calls and lights stand, and at which gateway."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from firmware_sim.goods import DOCK, SHELF
from firmware_sim.plant import CELL, SUPERMARKET, Plant

DOCK_SCANNER, SHELF_SCANNER = "dock", "shelf"
COUNT_STATION = "SHELF-COUNT"
DOOR, DOOR_STATION = "DOOR", "DOCK-DOOR"  # a portal with RFID antennas, and the station it books for


@dataclass(frozen=True, slots=True)
class ScannerPlace:
    """A scanner and the station it belongs to."""

    gateway: str
    device: str
    station: str
    role: str
    location: str
    action: str = ""  # of a source: start, ship or release; of a goods station: its operation
    badge: str = "optional"  # or required
    profile: str = ""  # of the scanner, as the gateway calls it; "": ACK and NAK, and nothing else


def scanner_places(plant: Plant, gateway: str = "") -> list[ScannerPlace]:
    """For each line one where bins are emptied, one where they arrive and one at the supermarket; where
    gateways share a cell, each has two there; one at the dock and one at the shelf. Those of one gateway, or of all."""
    return [place for place in _all_places(plant) if gateway in ("", place.gateway)]


def use_station(line: str) -> str:
    """Where bins of a line are emptied; its buttons and its light belong there too."""
    return f"{line}-USE"


def rack_station(line: str) -> str:
    """Where the wired buttons of a line are: they have a light for themselves, so that it speaks of nothing else."""
    return f"{line}-RACK"


def cell_scanner(gateway: str, what: str) -> str:
    """Device at the shared cell; `what` is "use" or "in"."""
    return f"cell-{what}-{gateway}"


def _all_places(plant: Plant) -> Iterable[ScannerPlace]:
    for line in plant.lines:
        gateway = plant.gateway_of(line)
        yield ScannerPlace(gateway, f"use-{line}", use_station(line), "consume", line)
        yield ScannerPlace(gateway, f"in-{line}", f"{line}-IN", "receive", line, badge="required")
        yield ScannerPlace(gateway, f"ship-{line}", f"SUPER-{line}", "source", SUPERMARKET, "ship", "required")
    for gateway in plant.gateways if plant.shared else ():
        yield ScannerPlace(gateway, cell_scanner(gateway, "use"), f"{CELL}-USE", "consume", CELL)
        yield ScannerPlace(gateway, cell_scanner(gateway, "in"), f"{CELL}-IN", "receive", CELL)
    yield ScannerPlace(plant.gateways[-1], DOCK_SCANNER, "DOCK-IN", "goods", DOCK, "receive")
    yield ScannerPlace(
        plant.gateways[0], SHELF_SCANNER, COUNT_STATION, "goods", SHELF, "count", profile="zebra"
    )  # tells a question from a refusal that it should send again
