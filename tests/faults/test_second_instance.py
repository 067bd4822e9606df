"""A second gateway on the same data directory, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.store.verify import verify
from tests.faults.strace_log import ROOT
from tests.store.rig import Rig

_SECOND = """
import sys
from pathlib import Path
from gateway.errors import StoreLockedError
from tests.store.rig import Rig
try:
    Rig(Path(sys.argv[1]))
except StoreLockedError as error:
    print(error)
    raise SystemExit(7)
"""
_HELD = """
import os, sys
from pathlib import Path
from tests.store.rig import Rig
rig = Rig(Path(sys.argv[1]))
rig.scan("K-1")
print("open", flush=True)
sys.stdin.read()
"""


def _start(code: str, data_dir: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, str(data_dir)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.mark.promise("R8")
def test_a_second_instance_is_refused_names_the_first_and_leaves_the_store_alone(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.scan("K-1", "K-2")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with _start(_SECOND, tmp_path) as second:
        told, _ = second.communicate(timeout=60)
    assert second.returncode == 7
    assert "in use by process" in told
    assert "the store was not touched" in told
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert rig.scan("K-1")[0].verdict.code == "CARD_FILLED"
    rig.close()
    assert verify(tmp_path).findings == []


def test_the_lock_of_a_killed_gateway_is_free_at_once(tmp_path: Path) -> None:
    with _start(_HELD, tmp_path) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "open\n"
        first.kill()
        first.wait(timeout=60)
    rig = Rig(tmp_path)
    assert rig.store.notes == []
    assert rig.scan("K-1")[0].verdict.code == "CARD_FILLED"
    rig.close()
    assert verify(tmp_path).findings == []
