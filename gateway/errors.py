"""Every error the gateway raises on purpose, and the shape of its message.

An error says what was wrong, on which value, what was expected and what to do about it.
Bad *input* from a person or a device is not an exception: it is a `Rejection` value (model.py).
"""

from __future__ import annotations


class GatewayError(Exception):
    """Base of all errors; `hint` says what to do next."""

    def __init__(self, what: str, *, hint: str = "") -> None:
        super().__init__(f"{what}; {hint}" if hint else what)
        self.what = what
        self.hint = hint


class ConfigError(GatewayError):
    """One or more mistakes in a configuration file, all of them found in one pass."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class StoreError(GatewayError):
    """The disk or the database failed; nothing may be answered green until it is healthy."""


class StoreFullError(StoreError):
    """No space left for the journal."""


class StoreLockedError(StoreError):
    """Another gateway process holds this data directory."""


class StoreVersionError(StoreError):
    """The database was written by a newer version of the software."""


class StoreCorruptError(StoreError):
    """Stored content does not agree with its hash chain."""


class BusyError(GatewayError):
    """A bounded queue is full; the caller must answer red and may try again."""


class TransientDeviceError(GatewayError):
    """The device went away or is held by someone else; trying again later can help."""


class PermanentDeviceError(GatewayError):
    """The device can never work as configured; a person must act."""


class ContractError(GatewayError):
    """A message from the ERP side does not follow the wire contract."""
