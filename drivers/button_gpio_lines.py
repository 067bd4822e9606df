"""Lines of a GPIO chip as the kernel gives them to one owner: the only file of this driver that knows gpiod."""

from __future__ import annotations

import errno
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from drivers.button_gpio_settings import GpioButtonSettings
from drivers.button_signals import EdgeSignal
from gateway.errors import PermanentDeviceError, TransientDeviceError

EVENTS_KEPT = 64  # per line, by the kernel until we read them; beyond that the oldest are lost and counted
CONSUMER = "kanban-gateway"

_HINTS = {
    errno.ENOENT: "is the chip there? gpiodetect lists all of them",
    errno.ENODEV: "this is no GPIO chip, or it has gone; gpiodetect lists all of them",
    errno.EACCES: "the gateway's user must be in the group of the device, usually gpio",
    errno.EBUSY: "another program holds one of the lines; gpioinfo names it",
}


class GpioLines:
    """A request for all bound lines. `debounce_ms` is what is left to do for software, 0 when the chip does it."""

    def __init__(self, request: Any, debounce_ms: int) -> None:
        self._request = request
        self.debounce_ms = debounce_ms

    def fileno(self) -> int:
        return int(self._request.fd)

    def levels(self) -> dict[int, bool]:
        """Which lines are active now."""
        from gpiod.line import Value

        try:
            lines = list(self._request.offsets)
            values = self._request.get_values(lines)
        except OSError as error:
            raise TransientDeviceError(f"the lines cannot be read: {error.strerror}") from error
        return {line: value is Value.ACTIVE for line, value in zip(lines, values, strict=True)}

    def read(self) -> list[EdgeSignal]:
        """The events that wait; call it when the descriptor is readable."""
        try:
            return list(self._request.read_edge_events())
        except OSError as error:
            raise TransientDeviceError(f"the chip is gone: {error.strerror}") from error

    def close(self) -> None:
        self._request.release()


def open_lines(settings: GpioButtonSettings, request_lines: Callable[..., Any] | None = None) -> GpioLines:
    """Request the bound lines of the configured chip; `request_lines` is gpiod's own unless a test brings another.

    TransientDeviceError: absent, not ours, or taken. PermanentDeviceError: the chip does not have such lines.
    """
    import gpiod

    request_lines = request_lines or gpiod.request_lines
    path = _find(settings.chip)
    try:
        return GpioLines(_request(request_lines, path, settings, settings.debounce_ms), 0)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise _trouble(settings, error) from error
    try:  # not every chip can debounce, and the error does not say that this was it
        return GpioLines(_request(request_lines, path, settings, 0), settings.debounce_ms)
    except OSError as error:
        raise _trouble(settings, error) from error


def _request(request_lines: Callable[..., Any], path: str, settings: GpioButtonSettings, debounce_ms: int) -> Any:
    from gpiod import LineSettings
    from gpiod.line import Bias, Direction, Edge

    wanted = LineSettings(
        direction=Direction.INPUT,
        edge_detection=Edge.BOTH,
        bias=Bias[settings.bias.upper().replace("-", "_")],
        active_low=settings.active_low,
        debounce_period=timedelta(milliseconds=debounce_ms),
    )
    lines = tuple(binding.line for binding in settings.bindings)
    return request_lines(path, {lines: wanted}, consumer=CONSUMER, event_buffer_size=EVENTS_KEPT * len(lines))


def _find(chip: str) -> str:
    """The path of a chip given by path or label."""
    import gpiod

    if chip.startswith("/"):
        return chip
    labels = []
    for path in sorted(str(one) for one in Path("/dev").glob("gpiochip*")):
        try:
            with gpiod.Chip(path) as opened:
                label = opened.get_info().label
        except OSError:
            continue  # not ours to read; it is told below that none fits
        if label == chip:
            return path
        labels.append(label)
    found = f"found {', '.join(labels)}" if labels else "found none"
    raise TransientDeviceError(f"no GPIO chip with the label {chip!r}, {found}", hint=_HINTS[errno.ENOENT])


def _trouble(settings: GpioButtonSettings, error: OSError) -> TransientDeviceError | PermanentDeviceError:
    what = f"{settings.chip}: {error.strerror or error}"
    if error.errno in (errno.EINVAL, errno.ENOTSUP, errno.ENOTTY):
        lines = ", ".join(str(binding.line) for binding in settings.bindings)
        hint = f"does this chip have the lines {lines}, and can it do bias {settings.bias!r}? see gpioinfo"
        return PermanentDeviceError(what, hint=hint)
    return TransientDeviceError(what, hint=_HINTS.get(error.errno or 0, ""))
