"""Master data and configuration of the plant that is measured: a hundred loops, thousands of cards and buttons."""

from __future__ import annotations

import json
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson

from gateway.model import MasterData

SITE, GATEWAY = "P1", "G1"
LOOPS = 100
DATASETS = ("items", "locations", "loops", "cards")
TOPIC = "buttons"

_CONFIG = """\
[gateway]
id = "{gateway}"
site = "{site}"
data_dir = "data"

[repeat]
window_ms = 0

[sync]
enabled = {is_synced}
host = "127.0.0.1"
port = {port}
tls.enabled = false

[web]
listen = "127.0.0.1:0"

[[station]]
id = "S1"
role = "consume"
location = "LINE"
"""

_SCANNER = """
[[device]]
id = "scan-1"
type = "serial"
station = "S1"
port = "{port}"
suffixes = ["\\r"]
[device.feedback]
ack = "\\u0006"
nak = "\\u0015"
"""

_BUTTONS = """
[[device]]
id = "buttons-1"
type = "mqtt-button"
station = "S1"
host = "127.0.0.1"
port = {port}
topics = ["{topic}/+"]
min_interval_s = 0
bindings = [
{bindings}
]
[device.mapping]
button = ["topic[1]"]
event = "$.action"
actions = {{ empty = "empty", full = "full" }}
"""


def card(number: int) -> str:
    """The n-th card."""
    return f"K-{number:06d}"


def plant(cards: int) -> dict[str, Any]:
    """Cards that may be turned again at once: no lock window."""
    loops = [
        {
            "id": f"LP-{n:03d}", "item": f"SCREW-{n:03d}", "quantity": "40", "uom": "PCE", "cards": -(-cards // LOOPS),
            "consumer": "LINE", "source": "STORE", "lock_window_s": 0, "on_empty": "issue", "on_full": "receipt",
        }
        for n in range(LOOPS)
    ]  # fmt: skip
    return {
        "items": [{"id": loop["item"], "name": f"Screw {n}", "uom": "PCE"} for n, loop in enumerate(loops)],
        "locations": [{"id": "LINE", "name": "Line"}, {"id": "STORE", "name": "Store"}],
        "loops": loops,
        "cards": [{"id": card(n), "loop": f"LP-{n % LOOPS:03d}"} for n in range(cards)],
        "stock": [{"item": loop["item"], "location": "LINE", "qty": "1000000"} for loop in loops],
    }


def master_data(cards: int) -> list[MasterData]:
    """The same for a store that has not met its ERP yet; when it does, there is nothing new in it."""
    rows = plant(cards)
    return [MasterData(name, 1, etag(rows[name]), tuple(rows[name])) for name in DATASETS]


def etag(rows: list[Any]) -> str:
    """As the simulated ERP names a version of its data."""
    return blake2b(orjson.dumps(rows, option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest()


def write_plant(directory: Path, cards: int) -> Path:
    """For the simulated ERP."""
    path = directory / "plant.json"
    path.write_text(json.dumps(plant(cards)))
    return path


def write_config(
    directory: Path, *, broker: int = 1883, buttons: int = 0, scanner: str = "", is_synced: bool = True
) -> Path:
    """`gateway.toml` for a gateway with so many buttons (at the same broker) and a scanner at a port, if any."""
    text = _CONFIG.format(gateway=GATEWAY, site=SITE, port=broker, is_synced=str(is_synced).lower())
    if scanner:
        text += _SCANNER.format(port=scanner)
    if buttons:
        bindings = "\n".join(f'{{ button = "{n}", card = "{card(n)}" }},' for n in range(buttons))
        text += _BUTTONS.format(port=broker, topic=TOPIC, bindings=bindings)
    path = directory / "gateway.toml"
    path.write_text(text)
    return path
