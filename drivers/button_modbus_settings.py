"""Configuration of buttons on a Modbus TCP device: the keys of a `[[device]]` table with `type = "modbus-button"`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from drivers.button_contact_settings import ContactBinding, ContactSettings, check_unique

SPAN_LIMIT = {"discrete-inputs": 2000, "input-registers": 125}  # what one request may ask for (Modbus V1.1b3 6.2, 6.4)


class InputBinding(ContactBinding):
    """An input and what it stands for."""

    address: Annotated[int, Field(ge=0, le=65_535)]
    """Address of the input or register, counted from 0."""
    bit: Annotated[int, Field(ge=0, le=15)] | None = None
    """Bit of the register, 0 is the lowest; for input registers only."""

    @property
    def name(self) -> str:
        return f"input {self.address}" if self.bit is None else f"register {self.address} bit {self.bit}"


class ModbusButtonSettings(ContactSettings):
    """Buttons at the inputs of a Modbus TCP device, asked again and again."""

    type: Literal["modbus-button"]
    host: Annotated[str, StringConstraints(min_length=1, max_length=253)]
    """Name or address of the device."""
    port: Annotated[int, Field(ge=1, le=65_535)] = 502
    """Its port."""
    unit: Annotated[int, Field(ge=0, le=255)] = 1
    """Unit identifier; matters behind a gateway to serial devices."""
    source: Literal["discrete-inputs", "input-registers"] = "discrete-inputs"
    """Where the inputs are found."""
    poll_ms: Annotated[int, Field(ge=50, le=200)] = 100
    """Time between two questions."""
    samples: Annotated[int, Field(ge=1, le=10)] = 2
    """A level counts when it was seen so many times in a row."""
    timeout_ms: Annotated[int, Field(ge=100, le=5000)] = 1000
    """Silence after which the connection is given up."""
    bindings: Annotated[tuple[InputBinding, ...], Field(min_length=1, max_length=1000)]
    """Which input stands for which card."""

    @property
    def first(self) -> int:
        """The lowest address."""
        return min(binding.address for binding in self.bindings)

    @property
    def count(self) -> int:
        """How many addresses one question covers."""
        return max(binding.address for binding in self.bindings) - self.first + 1

    @model_validator(mode="after")
    def _check_bindings(self) -> Self:
        has_bits = self.source == "input-registers"
        for binding in self.bindings:
            if (binding.bit is not None) != has_bits:
                wanted = "needs a `bit`" if has_bits else "takes no `bit`, a discrete input is one"
                raise ValueError(f"address {binding.address} {wanted}")
        check_unique(self.bindings)
        limit = SPAN_LIMIT[self.source]
        if self.count > limit:
            last = self.first + self.count - 1
            raise ValueError(
                f"addresses {self.first} to {last} do not fit into one question of {limit}; use two devices"
            )
        return self
