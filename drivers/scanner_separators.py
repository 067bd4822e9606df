"""What every barcode scanner's `[[device]]` table has: what became of the separators inside its codes."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from drivers.base import DeviceSettings

# unknown, kept, dropped, or the text that arrives in its place
Arrival = Annotated[str, Field(min_length=1, max_length=8)]


class SeparatorSettings(BaseModel):
    """How GS, RS and EOT of labels arrive; `kanban-gateway probe` finds out and prints these lines."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    gs: Arrival = "unknown"
    """The group separator between elements: kept, dropped, unknown, or what arrives instead, such as "@"."""
    rs: Arrival = "unknown"
    """The record separator of ISO 15434 labels, likewise."""
    eot: Arrival = "unknown"
    """The end of ISO 15434 labels, likewise."""


class LabelScannerSettings(DeviceSettings):
    """A device that reads labels."""

    separators: SeparatorSettings = SeparatorSettings()
    """What the scanner makes of control characters in labels; found out by `kanban-gateway probe`."""
    aim_required: bool = False
    """True: the scanner is set up to send AIM identifiers, so that a label without one is damaged."""
