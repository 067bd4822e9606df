"""Plugging in is heard at once where udev tells of it, and found by looking where it does not."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest

from drivers.plug_watch import DeafWatch, PlugWatch, open_watch
from drivers.scanner_device import Reopening
from drivers.serial_scanner import SerialScanner
from drivers.serial_settings import SerialSettings
from tests.drivers.plugged import FakeKernel
from tests.drivers.rig import CONTEXT, GOOD, HoldingSink, Running
from tests.faults.strace_log import ROOT

SCANNER = "05e0:1701"
HOUR_S = 3600.0
OWN_MACHINE = ["unshare", "--user", "--map-root-user", "--mount", "--net"]
CHILD_TIMEOUT_S = 60.0


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[FakeKernel]:
    kernel = FakeKernel(tmp_path)
    yield kernel
    kernel.close()


@lru_cache
def has_namespaces() -> bool:
    return subprocess.run([*OWN_MACHINE, "true"], capture_output=True, check=False).returncode == 0


def test_a_scanner_is_opened_as_soon_as_udev_tells_of_it(tmp_path: Path) -> None:
    if not has_namespaces():
        pytest.skip("no namespaces of our own on this machine")
    child = f'mount -t tmpfs none /run && exec "{sys.executable}" -m tests.drivers.udev_child "{tmp_path}"'
    words = [*OWN_MACHINE, "sh", "-c", child]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=CHILD_TIMEOUT_S, check=False)
    assert (done.stdout.split(), done.returncode) == (["CODE-1", "CODE-2"], 0), done.stderr


def test_a_driver_looks_anew_as_soon_as_its_watch_has_heard_something(kernel: FakeKernel) -> None:
    watch = HandWatch()
    device = scanner(kernel, lambda: watch)
    device._reopening = Reopening(HOUR_S, HOUR_S)
    with Running(device, HoldingSink(GOOD)) as running:
        running.wait_down()
        kernel.plug("ttyUSB0", "1-1", SCANNER)
        watch.told.set()
        running.wait_up()
    assert watch.is_closed


def test_without_udev_a_scanner_is_found_by_looking(kernel: FakeKernel) -> None:
    with Running(scanner(kernel, DeafWatch), HoldingSink(GOOD)) as running:
        running.wait_down()
        kernel.plug("ttyUSB0", "1-1", SCANNER)
        running.wait_up()


@pytest.mark.parametrize("error", [ImportError("No library named udev"), OSError(errno.EAFNOSUPPORT, "no netlink")])
def test_a_machine_without_libudev_or_netlink_sockets_hears_nothing_and_works(error: Exception) -> None:
    def broken() -> PlugWatch:
        raise error

    watch = open_watch(broken)
    stop = threading.Event()
    stop.set()
    assert (watch.heard(), watch.wait(stop, 60)) == (False, False)


def test_news_that_udev_could_not_deliver_are_news_and_a_broken_udev_is_silence() -> None:
    watch = open_watch()
    if isinstance(watch, DeafWatch):
        pytest.skip("no libudev on this machine")
    monitor = BrokenMonitor(errno.ENOBUFS)
    watch._monitor = monitor  # type: ignore[attr-defined]
    assert watch.heard()
    assert watch.heard()
    monitor.error = errno.EBADF
    assert watch.heard()
    assert not watch.heard()
    assert not watch.wait(threading.Event(), 0.01)
    watch.close()


def scanner(kernel: FakeKernel, open_watch: Callable[[], PlugWatch]) -> SerialScanner:
    row = {"type": "serial", "id": "scan", "station": "S1", "port": f"id:{SCANNER}"}
    context = replace(CONTEXT, plugs=replace(kernel.plugs, watch=open_watch))
    return SerialScanner(SerialSettings.model_validate(row), context)


class HandWatch:
    """Hears what a test tells it."""

    def __init__(self) -> None:
        self.told = threading.Event()
        self.is_closed = False

    def heard(self) -> bool:
        was_told = self.told.is_set()
        self.told.clear()
        return was_told

    def wait(self, stop: threading.Event, delay_s: float) -> bool:
        while not stop.is_set():
            if self.told.wait(0.01):
                return self.heard()
        return False

    def close(self) -> None:
        self.is_closed = True


class BrokenMonitor:
    """Fails as the kernel makes a netlink socket fail."""

    def __init__(self, error: int) -> None:
        self.error = error

    def poll(self, timeout: float) -> None:
        raise OSError(self.error, os.strerror(self.error))
