"""Mistakes that only show when two keys are looked at together.

Works on the parsed file, not on the settings, so that one wrong key does not hide the others:
whatever has the wrong type is passed over here, the model has told about it already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.crosscheck_portal import portal_mistakes
from gateway.mistake import Mistake, suggest
from gateway.setting_value import is_this_machine, split_address

Data = Mapping[str, Any]

SSCC_DIGITS = 17  # of a pallet number before its check digit


def cross_check(data: Data) -> list[Mistake]:
    """Every mistake between the keys of a parsed configuration file."""
    return [mistake for check in CHECKS for mistake in check(data)]


def _any_station_and_device(data: Data) -> Iterator[Mistake]:
    for table in ("station", "device"):
        if data.get(table) == [] or table not in data:
            yield Mistake((table,), f"missing, expected at least one [[{table}]]", is_missing=True)


def _unique_stations(data: Data) -> Iterator[Mistake]:
    return _unique(data, "station", "id")


def _unique_devices(data: Data) -> Iterator[Mistake]:
    return _unique(data, "device", "id")


def _unique_outputs(data: Data) -> Iterator[Mistake]:
    return _unique(data, "output", "id")


def _unique_templates(data: Data) -> Iterator[Mistake]:
    return _unique(data, "template", "id")


def _unique_ports(data: Data) -> Iterator[Mistake]:
    return _unique(data, "device", "port")  # a serial port is a text; the port of a broker is a number


def _known_stations(data: Data) -> Iterator[Mistake]:
    stations = list(dict.fromkeys(value for _, value in _texts(data, "station", "id")))
    for table in ("device", "output"):
        for number, name in _texts(data, table, "station"):
            if name not in stations:
                known = f"expected one of {', '.join(stations)}" if stations else "expected a [[station]] with this id"
                yield Mistake((table, number, "station"), f"no station {name!r}, {known}{suggest(name, stations)}")


def _epcis_address(data: Data) -> Iterator[Mistake]:
    table = _table(data, "epcis")
    url = table.get("base_url", "")
    if table.get("enabled") is True and not url:
        yield Mistake(("epcis", "base_url"), "missing, expected where the repository serves /capture", is_missing=True)
    if isinstance(url, str):
        yield from _encrypted_as_said(data, "epcis")


def _source_actions(data: Data) -> Iterator[Mistake]:
    for number, station in _tables(data, "station"):
        role, has_action = station.get("role"), "action" in station
        if role == "source" and not has_action:
            path = ("station", number, "action")
            yield Mistake(path, "missing, expected start, ship or release at a source", is_missing=True)
        if role in ("consume", "receive", "quality", "goods") and has_action:
            what = f"role {role} has no action, expected it only with role source"
            yield Mistake(("station", number, "action"), what)


def _asked_quantities(data: Data) -> Iterator[Mistake]:
    for number, station in _tables(data, "station"):
        if station.get("quantity") == "ask" and station.get("role") in ("consume", "source", "quality", "goods"):
            what = f"role {station['role']} is not asked for quantities, expected it only with role receive"
            yield Mistake(("station", number, "quantity"), what)


def _readable_badges(data: Data) -> Iterator[Mistake]:
    can_read = bool(_table(data, "badges").get("patterns")) or bool(_table(data, "commands").get("secret_credential"))
    for number, station in _tables(data, "station"):
        if station.get("badge") == "required" and not can_read:
            what = "no badge can be read here, expected [commands] secret_credential or [badges] patterns"
            yield Mistake(("station", number, "badge"), what)


def _goods_operations(data: Data) -> Iterator[Mistake]:
    for number, station in _tables(data, "station"):
        role, has_operation = station.get("role"), "operation" in station
        path = ("station", number, "operation")
        if role == "goods" and not has_operation:
            yield Mistake(path, "missing, expected what is done here, such as receive", is_missing=True)
        if role in ("consume", "receive", "quality", "source") and has_operation:
            yield Mistake(path, f"role {role} has no operation, expected it only with role goods")


def _label_printers(data: Data) -> Iterator[Mistake]:
    has_numbers = bool(_table(data, "goods").get("sscc_prefix"))
    for number, station in _tables(data, "station"):
        if not station.get("printer"):
            continue
        path = ("station", number, "printer")
        if station.get("role") in ("consume", "receive", "quality", "source"):
            what = f"role {station['role']} labels no pallets and boxes, expected it only with role goods"
            yield Mistake(path, what)
        elif not has_numbers:
            yield Mistake(path, "there is nothing to print, expected sscc_prefix in [goods]: numbers for the labels")


def _pallet_numbers(data: Data) -> Iterator[Mistake]:
    goods = _table(data, "goods")
    prefix, first, last = (goods.get(name) for name in ("sscc_prefix", "sscc_first", "sscc_last"))
    if not isinstance(prefix, str) or not prefix:
        return
    for key in ("sscc_first", "sscc_last"):
        if key not in goods:
            yield Mistake(("goods", key), "missing, expected it beside sscc_prefix", is_missing=True)
    if not isinstance(first, int) or not isinstance(last, int):
        return
    if last < first:
        yield Mistake(("goods", "sscc_last"), f"{last} is below sscc_first {first}, expected it at or above")
    room = 10 ** (SSCC_DIGITS - len(prefix)) - 1
    if last > room:
        yield Mistake(("goods", "sscc_last"), f"{last} does not fit behind the prefix, expected at most {room}")


def _reachable_broker(data: Data) -> Iterator[Mistake]:
    sync = _table(data, "sync")
    if sync.get("carrier") == "rest":
        return
    if sync.get("enabled", True) is True and sync.get("host", "") == "":
        what = "missing, expected the broker's name or address, or enabled = false to send nothing"
        yield Mistake(("sync", "host"), what, is_missing=True)
    if sync.get("password_credential") and not sync.get("username"):
        yield Mistake(("sync", "username"), "missing, expected the user whose password is given", is_missing=True)


def _reachable_server(data: Data) -> Iterator[Mistake]:
    sync = _table(data, "sync")
    url = sync.get("base_url", "")
    if sync.get("carrier") != "rest" or sync.get("enabled", True) is not True or not isinstance(url, str):
        return
    if not url:
        what = "missing, expected the address of the ERP's server, or enabled = false to send nothing"
        yield Mistake(("sync", "base_url"), what, is_missing=True)
    yield from _encrypted_as_said(data, "sync")


def _encrypted_as_said(data: Data, name: str) -> Iterator[Mistake]:
    """An address and whether TLS is on must say the same."""
    table = _table(data, name)
    url, is_tls = table.get("base_url", ""), _table(table, "tls").get("enabled", True)
    if url.startswith("http://") and is_tls is True:
        what = f"{url!r} is not encrypted, expected https:// or enabled = false in [{name}.tls]"
        yield Mistake((name, "base_url"), what)
    if url.startswith("https://") and is_tls is False:
        what = f"{url!r} is encrypted, expected enabled = true in [{name}.tls], or http://"
        yield Mistake((name, "base_url"), what)


def _certificate_with_key(data: Data) -> Iterator[Mistake]:
    for name in ("sync", "epcis"):
        tls = _table(_table(data, name), "tls")
        for given, other in (("cert_file", "key_credential"), ("key_credential", "cert_file")):
            if tls.get(given) and not tls.get(other):
                what = f"missing, expected beside {given}: a client certificate needs its key"
                yield Mistake((name, "tls", other), what, is_missing=True)


def _private_page(data: Data) -> Iterator[Mistake]:
    web = _table(data, "web")
    listen = web.get("listen")
    if not isinstance(listen, str) or web.get("public") is True:
        return
    try:
        host, _ = split_address(listen)
    except ValueError:
        return
    if not is_this_machine(host):
        what = f"{listen!r} lets the whole network read the page, expected 127.0.0.1 or public = true beside it"
        yield Mistake(("web", "listen"), what)


CALLED = ("http-button", "post-reader")  # types of devices that are called over HTTP


def _private_webhooks(data: Data) -> Iterator[Mistake]:
    for number, device in _tables(data, "device"):
        listen = device.get("listen")
        if device.get("type") not in CALLED or not isinstance(listen, str) or device.get("public") is True:
            continue
        try:
            host, _ = split_address(listen)
        except ValueError:
            continue
        if not is_this_machine(host):
            what = f"{listen!r} lets the whole network call, expected 127.0.0.1 or public = true beside it"
            yield Mistake(("device", number, "listen"), what)


def _batch_within_queue(data: Data) -> Iterator[Mistake]:
    store = _table(data, "store")
    batch, queue = store.get("batch_limit", 500), store.get("queue_limit", 20_000)
    if isinstance(batch, int) and isinstance(queue, int) and batch > queue:
        key = "batch_limit" if "batch_limit" in store else "queue_limit"
        yield Mistake(("store", key), f"batch_limit {batch} is above queue_limit {queue}, expected it at or below")


CHECKS = (
    _any_station_and_device,
    _unique_stations,
    _unique_devices,
    _unique_outputs,
    _unique_templates,
    _unique_ports,
    _known_stations,
    _source_actions,
    _asked_quantities,
    _readable_badges,
    _goods_operations,
    _pallet_numbers,
    _label_printers,
    _reachable_broker,
    _reachable_server,
    _epcis_address,
    _certificate_with_key,
    _private_page,
    _private_webhooks,
    _batch_within_queue,
    portal_mistakes,
)


def _unique(data: Data, table: str, key: str) -> Iterator[Mistake]:
    first: dict[str, int] = {}
    for number, value in _texts(data, table, key):
        if value in first:
            yield Mistake((table, number, key), f"{value!r} is taken by {table}[{first[value]}], expected another")
        first.setdefault(value, number)


def _texts(data: Data, table: str, key: str) -> Iterator[tuple[int, str]]:
    for number, row in _tables(data, table):
        if isinstance(row.get(key), str):
            yield number, row[key]


def _tables(data: Data, name: str) -> Iterator[tuple[int, Data]]:
    rows = data.get(name)
    for number, row in enumerate(rows if isinstance(rows, list) else ()):
        if isinstance(row, dict):
            yield number, row


def _table(data: Data, name: str) -> Data:
    value = data.get(name)
    return value if isinstance(value, dict) else {}
