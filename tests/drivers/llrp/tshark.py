"""What Wireshark's dissector says of LLRP messages: they are written as TCP segments of a capture, each its own."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

_RAW_IP = 101
_FILE_HEAD = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 1 << 18, _RAW_IP)
_CLIENT, _READER, _LLRP_PORT = 40_000, 5084, 5084


needs_tshark = pytest.mark.skipif(
    not shutil.which("tshark"), reason="tshark is not installed: `make setup` does it where Debian packages can be had"
)


def dissect(messages: Sequence[bytes], directory: Path) -> list[dict[str, Any]]:
    """One dissection for each message, in order."""
    capture = directory / "llrp.pcap"
    capture.write_bytes(_FILE_HEAD + b"".join(_records(messages)))
    command = ["tshark", "-r", str(capture), "-d", f"tcp.port=={_LLRP_PORT},llrp", "-T", "json", "-J", "llrp _ws"]
    done = subprocess.run(command, capture_output=True, check=True, timeout=120)
    return [packet["_source"]["layers"] for packet in json.loads(done.stdout)]


def complaints(packet: dict[str, Any]) -> list[str]:
    """What the dissector found wrong with one message."""
    if "llrp" not in packet:
        return ["not taken for LLRP"]
    return _texts(packet)


def _texts(tree: Any) -> list[str]:
    if isinstance(tree, list):
        return [text for one in tree for text in _texts(one)]
    if not isinstance(tree, dict):
        return []
    found = [str(value) for key, value in tree.items() if key in ("_ws.expert.message", "_ws.malformed.reason")]
    found += ["malformed" for key in tree if key == "_ws.malformed"]
    return found + [text for value in tree.values() for text in _texts(value)]


def _records(messages: Sequence[bytes]) -> list[bytes]:
    records, at = [], 1
    for n, data in enumerate(messages):
        tcp = struct.pack(">HHIIBBHHH", _CLIENT, _READER, at, 1, 5 << 4, 0x18, 65_535, 0, 0) + data
        head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), n, 0, 64, 6, 0, b"\x7f\0\0\1", b"\x7f\0\0\1")
        packet = head + tcp
        records.append(struct.pack("<IIII", 1_700_000_000 + n, 0, len(packet), len(packet)) + packet)
        at += len(data)
    return records
