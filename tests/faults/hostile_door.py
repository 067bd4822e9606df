"""The ways in that strangers have, each with something sound to begin from, and what it may answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from random import Random

from drivers.camera.wire import BrokenMessageError, Inbox, pack
from drivers.framing import Framer, FrameRule
from drivers.hid_keyboard_input import EventType, KeyEvent, format_event, parse_events
from drivers.hid_keyboard_layout import LAYOUTS
from drivers.hid_keyboard_state import Keyboard
from drivers.hid_pos_report import ReportAssembler, parse_report
from drivers.llrp.frame import Deframer, LostFrameError
from drivers.llrp.session import Session, SessionError
from drivers.rfid_json import PayloadError, read_impinj, read_zebra
from drivers.serial_ssi_packet import Packet, PacketFramer, checksum, encode
from gateway.codes.button_json import ButtonMapping
from gateway.codes.epc.epc import decode, parse_uri
from gateway.codes.interpret import interpret_code
from gateway.codes.parse import parse
from gateway.codes.probe import GS1_PROBE, ISO_PROBE, learn
from gateway.codes.profile import PROFILES
from gateway.codes.template import Template
from gateway.errors import ContractError
from gateway.model import Read
from gateway.toml_source import parse_toml
from sync.envelope import parse_ack, parse_card_states, parse_command, parse_erp_state, parse_master, parse_stock
from sync.rest.document import parse_page, parse_streams
from tests.codes.logistics import message, written
from tests.drivers.llrp.exchange import NOW_MS, WISHES, reader_side
from tests.faults.strace_log import ROOT

EPOCH = "01K9ZQ5B7M8N9P0Q1R2S3T4V5W"


@dataclass(frozen=True, slots=True)
class Door:
    """One way in. `take` raises `refusals` for what it refuses, and nothing else."""

    name: str
    share: int  # of all mutations, against the other doors
    seeds: tuple[bytes, ...]
    take: Callable[[bytes, Random], None]
    refusals: tuple[type[Exception], ...] = ()


@cache
def doors() -> tuple[Door, ...]:
    """All ways in; made once, as some of their seeds are files."""
    return (
        Door("labels", 30, _labels(), _label),
        Door("scanned codes", 14, (*_OWN_CODES, *_labels()[:20]), _code),
        Door("probe recordings", 3, (GS1_PROBE.encode() + b"\r" + ISO_PROBE.encode(),), _probe),
        Door("serial frames", 8, (b"]C100340123450000000018\r\n", b"\x02CODE\x03\x02OTHER\x03", b"A\rB\nC"), _frames),
        Door("SSI packets", 8, _ssi(), _packets),
        Door("HID POS reports", 6, _reports(), _report),
        Door("keys", 6, _keys(), _keyboard),
        Door(
            "camera messages", 2, (pack({"codes": [], "ms": 3}), pack({"error": "x"})), _camera, (BrokenMessageError,)
        ),
        Door("button messages", 8, _presses(), _button),
        Door("EPC", 6, _epcs(), _epc),
        Door("LLRP sessions", 6, _sessions(), _llrp, (LostFrameError, SessionError)),
        Door("messages of JSON readers", 4, _seen(), _json_reader, (PayloadError,)),
        Door("ERP documents", 10, _documents(), _document, (ContractError,)),
        Door("configuration", 1, ((ROOT / "config/quickstart.toml").read_bytes(),), _toml),
    )


_PROFILES = tuple(PROFILES.values())
_AIMS = ("", "]C1", "]d2", "]d1", "]E0", "]E4", "]I1", "]Q3", "]Q1", "]e0", "]zz", "]")
_TEMPLATES = (Template.build("t", r"(?P<supplier_item>[^;]*);(?P<quantity>[^;]*);(?P<expiry>.*)", dates="DD.MM.YY"),)


def _label(data: bytes, random: Random) -> None:
    label = parse(data, random.choice(_AIMS), profile=random.choice(_PROFILES), templates=_TEMPLATES)
    _must(label.raw == data[: len(label.raw)] and len(label.raw) >= min(len(data), 256), "the bytes are not kept")
    _must("INTERNAL" not in [flaw.code for flaw in label.errors], "the parser failed")
    _must(not label.errors or label.keys.as_json() == {}, "a label with errors has keys")
    json.dumps(label.as_json())


_SECRET = b"a secret"
_PATTERNS, _BADGES = (re.compile("KB-(?P<card>[0-9]{6})"),), (re.compile("B(?P<badge>[0-9]{5})"),)
_OWN_CODES = (
    b"K1.P1.K-000812-03.2.7Q", b"K1L.P1.A-01.AB", b"K1C.P1.UNDO.ABCDEFGHIJ", b"K1B.P1.P007.ABCDEFGHIJ", b"K1Q.40.XY",
    b"K1R.2.5.XY", b"KB-000812", b"B00121", b"K2.P1.X.1.AB",
)  # fmt: skip


def _code(data: bytes, random: Random) -> None:
    read = Read("019f0000-0000-7000-8000-000000000001", "s", "S1", data, random.choice(_AIMS), 1, 1, "b", "ntp")
    scan = interpret_code(read, site="P1", patterns=_PATTERNS, badges=_BADGES, secret=_SECRET, templates=_TEMPLATES)
    _must(scan.card == "" or scan.fault is None, "a fault names a card")


def _probe(data: bytes, random: Random) -> None:
    learn(data).toml()


_RULES = (
    FrameRule(), FrameRule((b"\x03",), b"\x02"), FrameRule((b"\r\n", b"\x04")), FrameRule((), gap_ms=50),
    FrameRule((b"\r",), limit_bytes=64, is_suffix_required=True),
)  # fmt: skip


def _frames(data: bytes, random: Random) -> None:
    framer, half = Framer(random.choice(_RULES)), random.randrange(len(data) + 1)
    frames = [*framer.feed(data[:half], 0), *framer.feed(data[half:], 10), *framer.expire(1000), *framer.abort()]
    _must(sum(len(frame.data) for frame in frames) <= len(data), "frames hold more than came")


def _packets(data: bytes, random: Random) -> None:
    framer, half = PacketFramer(), random.randrange(len(data) + 1)
    framer.feed(data[:half], 0)
    framer.feed(data[half:], 10)
    framer.expire(1000)


def _report(data: bytes, random: Random) -> None:
    assembler = ReportAssembler()
    for at in range(0, min(len(data), 640), 64):
        part = parse_report(data[at : at + 64], is_honeywell=random.random() < 0.5)
        if part is not None:
            assembler.add(part, at)
    assembler.break_off()


_LAYOUTS = tuple(LAYOUTS.values())


def _keyboard(data: bytes, random: Random) -> None:
    keyboard = Keyboard(random.choice(_LAYOUTS))
    for event in parse_events(data[:2400]):
        stroke = keyboard.change(event.code, is_pressed=bool(event.value))
        stroke.text.encode()


def _camera(data: bytes, random: Random) -> None:
    Inbox().feed(data)


_BUTTONS = ButtonMapping.build(
    {"shelf-1": "K-1"}, button=("topic[1]", "$.src"), event="$.action", actions={"single": "scan", "long": "undo"},
    ignored=("release",), quantity="$.count", remainder="$.left",
)  # fmt: skip


def _button(data: bytes, random: Random) -> None:
    topic = random.choice(("zigbee2mqtt/shelf-1", "x", "/" * 40))
    _BUTTONS.presses(Read("019f0000-0000-7000-8000-000000000001", "b", "S1", data, "", 1, 1, "b", "ntp", topic=topic))


def _epc(data: bytes, random: Random) -> None:
    text = data.decode("utf-8", "surrogateescape")
    for found in (decode(text), parse_uri(text)):
        found.identity, found.link, found.name  # noqa: B018 - all that is made of one


def _llrp(data: bytes, random: Random) -> None:
    session = Session(WISHES, NOW_MS)
    for frame in Deframer().feed(data):
        session.take(frame, NOW_MS)
    _must(all(read.first_ms <= read.last_ms <= NOW_MS for read in session.take_reads()), "read in the future")


def _json_reader(data: bytes, random: Random) -> None:
    random.choice((read_impinj, read_zebra))(data)


def _document(data: bytes, random: Random) -> None:
    random.choice(_DOCUMENT_PARSERS)(data)


_DOCUMENT_PARSERS: tuple[Callable[[bytes], object], ...] = (
    lambda data: parse_ack("sig", data), lambda data: parse_master("items", data),
    lambda data: parse_card_states("L3-07", data), lambda data: parse_stock("L3-07", data), parse_command,
    parse_erp_state, parse_streams, lambda data: parse_page("L3-07", data),
)  # fmt: skip


def _toml(data: bytes, random: Random) -> None:
    parse_toml(data.decode("utf-8", "replace"))


def _must(is_so: bool, what: str) -> None:
    if not is_so:
        raise AssertionError(what)


# -- what is mutated ---------------------------------------------------------------------------


def _labels() -> tuple[bytes, ...]:
    random = Random(7)
    made = [prefix + written(message(random)) for prefix in ("", "]C1", "^", "]d2") for _ in range(15)]
    golden = json.loads((ROOT / "tests/golden/codes/supplier_labels.json").read_text())
    links = ["https://id.gs1.org/01/09501101530003/10/AB-1?17=301231", "(01)09501101530003(10)AB-1(17)301231"]
    return tuple(one.encode() for one in [*made, *(row["in"] for row in golden), *links, GS1_PROBE, ISO_PROBE])


def _sessions() -> tuple[bytes, ...]:
    sides = [reader_side(model) for model in ("R420", "FX9600")]
    return (*(b"".join(side) for side in sides), *sides[0][:2], b"".join(sides[0][-6:]))


def _seen() -> tuple[bytes, ...]:
    return tuple((ROOT / f"tests/golden/rfid/{name}.json").read_bytes() for name in ("impinj-r700", "zebra-iotc"))


def _ssi() -> tuple[bytes, ...]:
    body = bytes([10, 0xF3, 0, 0, 0x03]) + b"CODE1"
    return (body + checksum(body), encode(Packet(0xD0)), (body + checksum(body)) * 3)


def _reports() -> tuple[bytes, ...]:
    rows = [b"\x02\x05]C1CODE1", b"\x02\x38]d1" + b"[)>\x1e06\x1dP" + b"A" * 46]
    padded = [row.ljust(63, b"\0") for row in rows]
    return (padded[0] + b"\0", padded[1] + b"\x01" + padded[0] + b"\0")


def _keys() -> tuple[bytes, ...]:
    codes = (42, 30, 2, 100, 16, 29, 27, 56, 82, 79, 28, 183)
    return tuple(
        b"".join(format_event(KeyEvent(EventType.KEY, code, value)) for code in codes for value in order)
        for order in ((1, 0), (1,), (0, 1))
    )


def _presses() -> tuple[bytes, ...]:
    rows = [
        {"action": "single", "count": 3, "left": "2.5"},
        {"action": "long", "src": "shelf-1"},
        {"action": "release"},
    ]
    return tuple(json.dumps(row).encode() for row in rows)


def _epcs() -> tuple[bytes, ...]:
    rows = json.loads((ROOT / "tests/golden/epc/tds23_e3.json").read_text())
    return tuple(cell.encode() for row in rows for cell in row[1:3])


def _documents() -> tuple[bytes, ...]:
    told = {
        "n": 1,
        "s": 11,
        "id": "0199f0aa-0000-7000-8000-0000000000aa",
        "c": "rejected",
        "code": "X",
        "of": "posting",
    }
    as_of = {"L3-07": {"ep": EPOCH, "sig": 7}}
    rows = (
        {"v": 1, "ep": EPOCH, "st": "sig", "cum": 12, "h": "00112233445566778899aabbccddeeff", "dsp": [told],
         "ts": "2026-11-22T03:57:56Z"},
        {"v": 1, "dataset": "items", "version": 3, "etag": "e3", "rows": [{"id": "A", "name": "Screw", "uom": "PCE"}]},
        {"v": 1, "dataset": "cardstate", "version": 1, "as_of": as_of,
         "rows": [{"card": "K-1", "state": "FULL", "cycle": 4}]},
        {"v": 1, "dataset": "stock", "version": 1, "as_of": as_of,
         "rows": [{"item": "A", "location": "L", "status": "available", "lot": "", "qty": "-2.5"}]},
        {"v": 1, "id": "0199F0AA-0000-7000-8000-0000000000AA", "name": "order_confirmed",
         "deadline": "2026-11-22T06:00:00+08:00", "body": {"key": "card/P1/K-1/4/empty", "doc": "PO-1"}},
        {"v": 1, "online": True, "ts": "2026-11-22T03:57:56Z"},
    )  # fmt: skip
    return tuple(json.dumps(row).encode() for row in rows)
