"""Buttons at the inputs of a Modbus TCP device: asked every `poll_ms`, on one connection at a time.

pymodbus is imported when a device is really used: it costs a tenth of a second at every start.
"""

from __future__ import annotations

import logging
import struct
import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from drivers.base import HEARTBEAT_S, Backoff, DeviceContext, DeviceHealth, Sink, wait_beating
from drivers.button_desk import ContactDesk
from drivers.button_modbus_settings import ModbusButtonSettings
from drivers.button_samples import Inputs
from gateway.clock import Clock
from gateway.errors import PermanentDeviceError, TransientDeviceError
from gateway.model import Verdict

RECONNECT_FIRST_S = 0.2
RECONNECT_LIMIT_S = 30.0
REFUSALS_LIMIT = 10  # questions in a row that the device is too busy for; then the connection is made anew

# Exception codes (Modbus V1.1b3, 7): the first three are mistakes in the question, asking again cannot help.
_NEVER = {
    1: ("illegal function", "the device does not offer this `source`"),
    2: ("illegal data address", "check `address` of the bindings; it counts from 0, many manuals from 1"),
    3: ("illegal data value", "ask for fewer addresses at once"),
}
_LATER = {4: "device failure", 5: "acknowledge", 6: "device busy", 8: "memory parity error",
          10: "gateway path unavailable", 11: "gateway target does not respond"}  # fmt: skip


class ModbusButtons:
    """All bound inputs of one device."""

    def __init__(self, settings: ModbusButtonSettings, context: DeviceContext) -> None:
        self.id = settings.id
        self._settings = settings
        self._clock: Clock = context.clock
        self._counters: Counter[str] = Counter()

    def run(self, stop: threading.Event, sink: Sink, health: Callable[[DeviceHealth], None]) -> None:
        backoff = Backoff(RECONNECT_FIRST_S, RECONNECT_LIMIT_S)
        desk = ContactDesk(self._settings, self._clock, sink, self._counters)
        while not stop.is_set():
            link = ModbusLink(self._settings)
            try:
                self._serve(link, desk, stop, health)
            except TransientDeviceError as error:
                if link.has_worked:
                    backoff.reset()
                self._counters["reconnects"] += 1
                down = DeviceHealth(False, str(error), dict(self._counters))
                wait_beating(stop, backoff.next_s(), partial(health, down))
            finally:
                link.close()

    def notify(self, verdict: Verdict) -> None:
        """Inputs cannot show anything."""

    def _serve(
        self, link: ModbusLink, desk: ContactDesk, stop: threading.Event, health: Callable[[DeviceHealth], None]
    ) -> None:
        """One connection, from its first answer to its end."""
        clock, poll_ms = self._clock, self._settings.poll_ms
        inputs: Inputs[str] = Inputs(self._settings.rule, self._settings.samples)
        beat_ms = refusals = 0
        try:
            link.connect()
            while not stop.is_set():
                asked_ms = clock.mono_ms()
                sample = link.ask()
                now_ms = clock.mono_ms()
                if isinstance(sample, str):
                    self._counters["refused_questions"] += 1
                    refusals += 1
                    if refusals >= REFUSALS_LIMIT:
                        raise TransientDeviceError(f"{link.place}: {sample}, {refusals} times in a row")
                else:
                    refusals = 0
                    desk.take(inputs.take(sample, now_ms))
                if now_ms >= beat_ms:
                    beat_ms = now_ms + int(HEARTBEAT_S * 1000)
                    health(desk.health(link.place, inputs.stuck()))
                stop.wait(max(0, asked_ms + poll_ms - now_ms) / 1000)
        finally:
            desk.take(inputs.end(clock.mono_ms()))


class ModbusLink:
    """One connection to the device. After any error it is of no use any more."""

    def __init__(self, settings: ModbusButtonSettings) -> None:
        from pymodbus.client import ModbusTcpClient

        logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)  # what went wrong is told once, by us
        self._settings = settings
        self.place = f"{settings.host}:{settings.port} unit {settings.unit}"
        self.has_worked = False
        self._client = ModbusTcpClient(
            settings.host, port=settings.port, timeout=settings.timeout_ms / 1000, retries=0, name="kanban-gateway"
        )

    def connect(self) -> None:
        """TransientDeviceError when nobody answers."""
        if not self._client.connect():
            hint = "check address, cable, and whether the device allows one more connection"
            raise TransientDeviceError(f"{self.place}: cannot connect", hint=hint)

    def ask(self) -> dict[str, bool] | str:
        """Which bound inputs are closed, or why the device cannot say just now.

        TransientDeviceError when the connection is of no use, PermanentDeviceError when the question is wrong.
        """
        from pymodbus.exceptions import ModbusException

        settings = self._settings
        read: Any = (
            self._client.read_discrete_inputs
            if settings.source == "discrete-inputs"
            else self._client.read_input_registers
        )
        try:
            answer = read(settings.first, count=settings.count, device_id=settings.unit)
        except (ModbusException, OSError, ValueError, IndexError, struct.error) as error:  # also from rubbish
            raise TransientDeviceError(f"{self.place}: no usable answer ({error})") from error
        if answer.isError():
            return self._refusal(int(getattr(answer, "exception_code", 0)))
        values = answer.bits if settings.source == "discrete-inputs" else answer.registers
        if len(values) < settings.count:
            raise TransientDeviceError(f"{self.place}: {len(values)} values instead of {settings.count}")
        self.has_worked = True
        return {one.name: self._is_closed(values[one.address - settings.first], one.bit) for one in settings.bindings}

    def close(self) -> None:
        self._client.close()

    def _is_closed(self, value: int, bit: int | None) -> bool:
        is_set = bool(value >> (bit or 0) & 1)
        return is_set is not self._settings.active_low

    def _refusal(self, code: int) -> str:
        settings = self._settings
        if code in _NEVER:
            what, hint = _NEVER[code]
            asked = f"{settings.source} {settings.first} to {settings.first + settings.count - 1}"
            raise PermanentDeviceError(f"{self.place}: {what} for {asked}", hint=hint)
        return _LATER.get(code, f"exception {code}")
