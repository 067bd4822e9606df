"""Mistakes in `[[portal]]` tables that only show beside the devices and stations they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.mistake import Mistake, suggest

Data = Mapping[str, Any]

# Types of devices that see tags.
TAG_READERS = frozenset({"llrp-reader", "mqtt-reader", "stream-reader", "post-reader", "yrm100-reader"})
ANTENNAS = ("outside", "inside", "inner")
BEAMS = ("outside_beams", "inside_beams")
_PLACES = (("inward", "inside_location"), ("outward", "outside_location"))


def portal_mistakes(data: Data) -> Iterator[Mistake]:
    """All of them."""
    for check in (_unique, _stations, _readers, _reader_stations, _roles, _directions, _places, _times):
        yield from check(data)


def _unique(data: Data) -> Iterator[Mistake]:
    taken = {row["id"]: "device" for _, row in _rows(data, "device") if isinstance(row.get("id"), str)}
    for number, portal in _rows(data, "portal"):
        name = portal.get("id")
        if isinstance(name, str):
            if name in taken:
                yield Mistake(("portal", number, "id"), f"{name!r} is taken by a {taken[name]}, expected another")
            taken.setdefault(name, "portal")


def _stations(data: Data) -> Iterator[Mistake]:
    roles = {row["id"]: row.get("role") for _, row in _rows(data, "station") if isinstance(row.get("id"), str)}
    for number, portal in _rows(data, "portal"):
        name, path = portal.get("station"), ("portal", number, "station")
        if not isinstance(name, str):
            continue
        if name not in roles:
            yield Mistake(path, f"no station {name!r}, expected one of {', '.join(roles)}{suggest(name, list(roles))}")
        elif roles[name] != "goods":
            yield Mistake(path, f"station {name!r} has role {roles[name]}, expected one with role goods")


def _readers(data: Data) -> Iterator[Mistake]:
    devices = {row["id"]: row for _, row in _rows(data, "device") if isinstance(row.get("id"), str)}
    for number, portal in _rows(data, "portal"):
        for key, reader, port in _ports(portal, (*ANTENNAS, *BEAMS)):
            if what := _reader_mistake(key, reader, port, devices):
                yield Mistake(("portal", number, key), what)


def _reader_mistake(key: str, reader: str, port: int, devices: Mapping[str, Data]) -> str:
    readers = [name for name, row in devices.items() if row.get("type") in TAG_READERS]
    if reader not in devices:
        known = f"expected one of {', '.join(readers)}" if readers else "expected a [[device]] that is an RFID reader"
        return f"no device {reader!r}, {known}{suggest(reader, readers)}"
    if reader not in readers:
        return f"device {reader!r} is a {devices[reader].get('type')}, expected an RFID reader"
    own = devices[reader].get("antennas")
    if key in ANTENNAS and isinstance(own, list) and own and port not in own:
        return f"antenna {port} is none of {reader!r}, which reads with {', '.join(map(str, own))} only"
    return ""


def _reader_stations(data: Data) -> Iterator[Mistake]:
    """A reader's lamps show what is answered at its station, which must be that of its portal."""
    goods = {row.get("id") for _, row in _rows(data, "station") if row.get("role") == "goods"}
    stations: dict[str, set[str]] = {}
    for _, portal in _rows(data, "portal"):
        if portal.get("station") not in goods:
            continue
        for _, reader, _ in _ports(portal, (*ANTENNAS, *BEAMS)):
            stations.setdefault(reader, set()).add(str(portal.get("station")))
    for number, device in _rows(data, "device"):
        wanted = stations.get(str(device.get("id")))
        if wanted and device.get("type") in TAG_READERS and device.get("station") not in wanted:
            what = f"{device.get('station')!r}, expected {' or '.join(sorted(wanted))}, as its portal has it"
            yield Mistake(("device", number, "station"), what)


def _roles(data: Data) -> Iterator[Mistake]:
    """One antenna looks one way, one input is one light curtain."""
    for keys, what in ((ANTENNAS, "antenna"), (BEAMS, "input")):
        first: dict[tuple[str, int], str] = {}
        for number, portal in _rows(data, "portal"):
            for key, reader, port in _ports(portal, keys):
                place = f"{key} of portal[{number}]"
                if (reader, port) in first:
                    told = f"{what} {reader}/{port} stands in {first[reader, port]} already, expected it in one place"
                    yield Mistake(("portal", number, key), told)
                first.setdefault((reader, port), place)


def _directions(data: Data) -> Iterator[Mistake]:
    for number, portal in _rows(data, "portal"):
        if not any(portal.get(key) for key in ANTENNAS):
            yield Mistake(
                ("portal", number, "outside"), "missing, expected the antennas of the portal", is_missing=True
            )
            continue
        by_antennas = portal.get("outside") and portal.get("inside")
        if not by_antennas and not (portal.get("outside_beams") and portal.get("inside_beams")):
            side = "inside" if portal.get("outside") else "outside"
            what = "missing: one side alone tells no direction, expected antennas or light curtains on both"
            yield Mistake(("portal", number, side), what, is_missing=True)


def _places(data: Data) -> Iterator[Mistake]:
    for number, portal in _rows(data, "portal"):
        for key, place in _PLACES:
            if portal.get(key) == "move" and not portal.get(place):
                what = f'missing, expected where {key} = "move" leads'
                yield Mistake(("portal", number, place), what, is_missing=True)
        if portal.get("inward") == "none" and portal.get("outward", "none") == "none":
            what = "'none' both ways books nothing ever, expected receive or move, or an outward that books"
            yield Mistake(("portal", number, "inward"), what)
        places = [portal.get(place) for _, place in _PLACES]
        if places[0] and places[0] == places[1]:
            what = f"{places[1]!r} is inside_location too, expected another"
            yield Mistake(("portal", number, "outside_location"), what)


def _times(data: Data) -> Iterator[Mistake]:
    for number, portal in _rows(data, "portal"):
        stable, limit = portal.get("stable_set_ms", 1500), portal.get("max_ms", 30_000)
        if isinstance(stable, int) and isinstance(limit, int) and stable >= limit:
            key = "stable_set_ms" if "stable_set_ms" in portal else "max_ms"
            yield Mistake(("portal", number, key), f"stable_set_ms {stable} is not below max_ms {limit}, expected less")
        least, gate = portal.get("min_rssi_dbm", -62), portal.get("gate_dbm", -60)
        if isinstance(least, int) and isinstance(gate, int) and least > gate:
            key = "min_rssi_dbm" if "min_rssi_dbm" in portal else "gate_dbm"
            what = f"min_rssi_dbm {least} is above gate_dbm {gate}: what opens a passage would not count in it"
            yield Mistake(("portal", number, key), what)


def _ports(portal: Data, keys: tuple[str, ...]) -> Iterator[tuple[str, str, int]]:
    """(key, reader, number) of each port that is written as one."""
    for key in keys:
        rows = portal.get(key)
        for text in rows if isinstance(rows, list) else ():
            reader, slash, number = text.rpartition("/") if isinstance(text, str) else ("", "", "")
            if slash and number.isascii() and number.isdigit():
                yield key, reader, int(number)


def _rows(data: Data, name: str) -> Iterator[tuple[int, Data]]:
    rows = data.get(name)
    for number, row in enumerate(rows if isinstance(rows, list) else ()):
        if isinstance(row, dict):
            yield number, row
