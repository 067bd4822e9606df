"""Processes of the floor end with the one who started them, even when that one is killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from firmware_sim.child import Child
from firmware_sim.port import wait_until

PARENT = """
import sys, time
from pathlib import Path
from firmware_sim.child import Child
print(Child(["sleep", "600"], Path(sys.argv[1])).pid, flush=True)
time.sleep(600)
"""


def exists(pid: int) -> bool:
    """Whether the process is there and not merely waiting to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_child_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True, cwd=root
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert exists(child)
    parent.kill()
    parent.communicate()
    assert wait_until(lambda: not exists(child), 60)


def test_a_child_tells_how_it_ended(tmp_path: Path) -> None:
    assert Child(["sh", "-c", "exit 3"], tmp_path / "log").stop() in (3, -15)
    stopped = Child(["sleep", "600"], tmp_path / "log")
    assert stopped.is_running
    assert stopped.stop() == -15
    assert Child(["sleep", "600"], tmp_path / "log").kill() == -9


def test_what_a_child_says_is_heard_or_kept(tmp_path: Path) -> None:
    heard = Child(["sh", "-c", "echo ready; echo trouble >&2"], tmp_path / "log", is_heard=True)
    assert heard.read_line() == b"ready\n"
    assert heard.read_line() == b""
    heard.stop()
    assert (tmp_path / "log").read_text() == "trouble\n"
    assert not exists(heard.pid)
