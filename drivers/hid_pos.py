"""A barcode scanner in the mode USB HID POS, through the kernel's hidraw."""

from __future__ import annotations

from collections.abc import Mapping
from fcntl import ioctl
from functools import partial

from drivers.base import DeviceContext
from drivers.framing import FRAME_LIMIT_BYTES, Frame, FrameFault
from drivers.hid_file import HidFile
from drivers.hid_pos_report import REPORT_BYTES, ReportAssembler, parse_report
from drivers.hid_pos_settings import HidPosSettings
from drivers.plug import Plugs
from drivers.plug_name import Kind
from drivers.scanner_device import ScannerDevice
from gateway.errors import TransientDeviceError
from gateway.model import Rejection, Verdict

_SET_FEATURE = 0xC0004806  # HIDIOCSFEATURE(0) of linux/hidraw.h: _IOC(read and write, 'H', 6, length)


def set_feature(fd: int, report: bytes) -> None:
    """Send a feature report, its id first; OSError when the device does not take it."""
    ioctl(fd, _SET_FEATURE | len(report) << 16, report)


class HidPosScanner(ScannerDevice):
    """One configured scanner; outlives any number of unpluggings."""

    def __init__(self, settings: HidPosSettings, context: DeviceContext) -> None:
        opened = partial(open_scanner, settings, context.plugs)
        super().__init__(settings, context, opened, partial(ReportTalk, settings), open_watch=context.plugs.watch)


def open_scanner(settings: HidPosSettings, plugs: Plugs) -> HidFile:
    """Open and switch on; TransientDeviceError when it is not there or does not take the report."""
    file = HidFile(settings.port, Kind.HID_POS, plugs, REPORT_BYTES)
    if settings.feature:
        try:
            set_feature(file.fileno(), settings.feature)
        except OSError as error:
            file.close()
            raise TransientDeviceError(
                f"{settings.port}: does not take the report that switches it on ({error.strerror})",
                hint='is it in the mode USB HID POS? otherwise set switch_on = ""',
            ) from error
    return file


class ReportTalk:
    """What the reports of one connection mean."""

    is_ordered = False
    patience_ms = 0
    holds_news = False

    def __init__(self, settings: HidPosSettings) -> None:
        self._is_honeywell = settings.make == "honeywell"
        self._good = settings.feedback.good.encode("latin-1")
        self._bad = settings.feedback.bad.encode("latin-1")
        self._assembler = ReportAssembler()
        self._strange = 0

    @property
    def deadline_ms(self) -> int | None:
        return self._assembler.deadline_ms

    @property
    def alarms(self) -> Mapping[str, str]:
        if not self._strange:
            return {}
        return {"reports": f"{self._strange} were none of a scanner in the mode USB HID POS: check its mode"}

    def begin(self, now_ms: int) -> None:
        """Whatever switches it on was sent when it was opened."""

    def feed(self, chunk: bytes, now_ms: int) -> list[Frame]:
        """One report, as the kernel gives them."""
        part = parse_report(chunk, is_honeywell=self._is_honeywell)
        if part is None:
            self._strange += 1
            return []
        return self._assembler.add(part, now_ms)

    def expire(self, now_ms: int) -> list[Frame]:
        deadline_ms = self.deadline_ms
        return self._assembler.break_off() if deadline_ms is not None and now_ms >= deadline_ms else []

    def abort(self) -> list[Frame]:
        return self._assembler.break_off()

    def reply(self) -> bytes:
        return b""

    def answer(self, verdict: Verdict, now_ms: int) -> bytes:
        return self._good if verdict.is_good else self._bad

    def news(self, verdict: Verdict) -> bytes:
        return self._good if verdict.is_good else self._bad

    def rejection(self, frame: Frame) -> Rejection:
        got = f"{frame.length} bytes"
        if frame.fault is FrameFault.TOO_LONG:
            text = "The code is too long to be one of ours; scan the right one"
            return Rejection(FrameFault.TOO_LONG.value, text, got, f"at most {FRAME_LIMIT_BYTES} bytes")
        text = "The code broke off on its way; scan again"
        return Rejection(FrameFault.BROKEN_OFF.value, text, got, "all reports of the code")
