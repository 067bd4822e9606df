"""A Modbus TCP device with inputs that can be pressed: a real pymodbus server in a thread of its own.

The same 64 contacts are discrete inputs 0 to 63 and the bits of the input registers 0 to 3.
"""

from __future__ import annotations

import asyncio
import threading

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from firmware_sim.port import LOOPBACK, free_port, wait_until

INPUTS = 64
UNIT = 1
WAIT_S = 10.0


class ModbusError(RuntimeError):
    """The device could not start, or nobody asks it."""


class ModbusInputs:
    """Usable as a context manager; `stop` and `start` again on the same port is a device that restarts."""

    def __init__(self) -> None:
        self.port = free_port()
        self.answers = 0  # questions answered so far
        self.exception: ExcCodes | None = None  # answer every question with it
        self._levels = [False] * INPUTS
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: ModbusTcpServer | None = None

    def start(self) -> ModbusInputs:
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="modbus", daemon=True)
        self._thread.start()
        if not wait_until(lambda: self._server is not None and self._server.transport is not None, WAIT_S):
            raise ModbusError(f"the Modbus device does not listen on port {self.port}")
        return self

    def stop(self) -> None:
        if self._thread is None or self._loop is None or self._server is None:
            return
        asyncio.run_coroutine_threadsafe(self._server.shutdown(), self._loop).result(WAIT_S)
        self._thread.join(WAIT_S)
        self._thread = self._loop = self._server = None

    def set(self, address: int, is_closed: bool) -> None:
        """Close or open a contact, and leave it so."""
        self._levels[address] = is_closed

    def press(self, address: int, questions: int = 4) -> None:
        """Close a contact for so many questions, then open it until it was asked as often again."""
        self.set(address, True)
        self.wait_asked(questions)
        self.set(address, False)
        self.wait_asked(questions)

    def wait_asked(self, questions: int) -> None:
        """Until it was asked so many times more; ModbusError when it is not."""
        wanted = self.answers + questions
        if not wait_until(lambda: self.answers >= wanted, WAIT_S, 0.002):
            raise ModbusError(f"nobody asks the Modbus device on port {self.port}")

    def __enter__(self) -> ModbusInputs:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def _serve(self) -> None:
        def bits() -> list[SimData]:
            return [SimData(0, values=[False] * INPUTS, datatype=DataType.BITS)]

        def registers() -> list[SimData]:
            return [SimData(0, values=[0] * (INPUTS // 16), datatype=DataType.REGISTERS)]

        device = SimDevice(UNIT, (bits(), bits(), registers(), registers()), action=self._answer)
        self._loop = asyncio.get_running_loop()
        self._server = ModbusTcpServer(device, address=(LOOPBACK, self.port))
        await self._server.serve_forever()

    async def _answer(
        self, _function: int, _start: int, _address: int, _count: int, memory: list[int], _values: object
    ) -> ExcCodes | None:
        """Called for each question: the contacts as they are now become the device's memory."""
        for register in range(INPUTS // 16):
            levels = self._levels[register * 16 : register * 16 + 16]
            memory[register] = sum(is_closed << bit for bit, is_closed in enumerate(levels))
        self.answers += 1
        return self.exception
