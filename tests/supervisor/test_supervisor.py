"""What becomes of a worker's exception, and in which order workers stop."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from gateway import supervisor as module
from gateway.errors import PermanentDeviceError, StoreError, TransientDeviceError
from gateway.health import Health
from gateway.supervisor import Supervisor
from tests.store.rig import HandClock


@pytest.fixture
def health() -> Health:
    return Health(HandClock())


@pytest.fixture(autouse=True)
def _restart_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RESTART_FIRST_S", 0.001)


def _wait_for(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(2000):
        if condition():
            return
        pause.wait(0.005)
    raise AssertionError("it never came true")


def test_a_device_that_went_away_is_tried_again(health: Health) -> None:
    tries: list[int] = []
    back = threading.Event()

    def run(stop: threading.Event) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise TransientDeviceError("unplugged")
        back.set()
        stop.wait()

    supervisor = Supervisor(health)
    supervisor.start("scanner", run)
    assert back.wait(10)
    supervisor.stop()
    assert len(tries) == 3
    assert health.warnings() == []


def test_a_worker_that_came_back_and_says_so_no_longer_carries_its_old_warning(health: Health) -> None:
    failed = threading.Event()

    def run(stop: threading.Event) -> None:
        if not failed.is_set():
            failed.set()
            raise TransientDeviceError("unplugged")
        supervisor.is_well("scanner")
        well.set()
        stop.wait()

    well = threading.Event()
    supervisor = Supervisor(health)
    supervisor.start("scanner", run)
    assert well.wait(10)
    assert health.warnings() == []
    supervisor.stop()


def test_a_device_that_can_never_work_is_left_alone_with_a_warning(health: Health) -> None:
    tries: list[int] = []

    def run(stop: threading.Event) -> None:
        tries.append(1)
        raise PermanentDeviceError("no such parity", hint="change the configuration")

    supervisor = Supervisor(health)
    supervisor.start("scanner", run)
    _wait_for(lambda: bool(health.warnings()))
    supervisor.stop()
    assert len(tries) == 1
    assert health.warnings()[0].code == "WORKER:scanner"


def test_the_end_of_an_essential_worker_wakes_the_main_thread(health: Health) -> None:
    def run(stop: threading.Event) -> None:
        raise StoreError("the disk is gone")

    supervisor = Supervisor(health)
    supervisor.start("writer", run, is_essential=True)
    assert supervisor.wake.wait(10)
    assert not supervisor.alive()
    assert isinstance(supervisor.failure, StoreError)
    supervisor.stop()


def test_workers_stop_in_the_reverse_order_of_their_start(health: Health) -> None:
    order: list[str] = []
    supervisor = Supervisor(health)
    for name in ("writer", "sync", "scanner"):

        def run(stop: threading.Event, name: str = name) -> None:
            stop.wait()
            order.append(name)

        supervisor.start(name, run)
    supervisor.stop()
    assert order == ["scanner", "sync", "writer"]
