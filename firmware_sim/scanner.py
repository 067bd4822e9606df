"""A serial scanner on a pty that waits for ACK or NAK, as Zebra and Datalogic hand scanners do.

It sends a frame and waits: ACK is the green light, NAK makes it send again (three times in all, then red),
no answer within the host response time-out is an error and the scan is discarded; the person scans again.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from firmware_sim.pty_line import PtyLine
from firmware_sim.scanner_make import GENERIC, Answer, HostWords, Make

__all__ = ["Answer", "Profile", "Scanner"]

STX, ETX = b"\x02", b"\x03"
QUIET_S = 0.1


@dataclass(frozen=True, slots=True)
class Profile:
    """How a scanner is programmed; `sends_aim` puts the AIM symbology id in front of the data."""

    prefix: bytes = b""
    suffix: bytes = b"\r"
    framed: bool = False  # STX … ETX around prefix, data and suffix
    sends_aim: bool = True
    response_timeout_s: float = 2.0
    make: Make = GENERIC

    def frame(self, data: bytes, aim: str) -> bytes:
        """The bytes on the line for one scan."""
        body = self.prefix + (aim.encode() if self.sends_aim else b"") + data + self.suffix
        return STX + body + ETX if self.framed else body


class Scanner:
    """One scanner. `port` is the by-id link to configure; it survives unplugging, the tty behind it does not."""

    def __init__(self, directory: Path, name: str, profile: Profile | None = None, log: Path | None = None) -> None:
        """`log`: JSON lines of every answered scan, `{"at", "scanner", "text", "answer", "tries"}`."""
        self.name = name
        self.profile = profile or Profile()
        self.port = directory / "by-id" / f"usb-Simulated_{name}-if00"
        self.heard = bytearray()  # everything the host ever sent
        self.tones: list[str] = []  # and what of it the person heard or saw
        self.is_enabled = True
        self.sent = 0  # transmissions, repeated ones too
        self._words = HostWords(self.profile.make)
        self._log = log
        self._lock = threading.Lock()  # one trigger at a time
        self._line = PtyLine(self.port)

    @property
    def tty(self) -> str:
        """The device behind the link now."""
        return self._line.tty

    @property
    def is_plugged(self) -> bool:
        return self._line.is_plugged

    def plug(self) -> None:
        """Appear as a new tty behind the same by-id link."""
        self._line.plug()

    def unplug(self) -> None:
        """Vanish: the link goes, whoever has the tty open gets an error or end of file."""
        self._line.unplug()

    close = unplug

    def scan(self, text: str | bytes, aim: str = "]Q1") -> Answer:
        """Pull the trigger once over a code; blocks until the scanner shows green or red."""
        data = text.encode() if isinstance(text, str) else text
        if not self._lock.acquire(blocking=not self.profile.make.is_deaf_while_waiting):
            return Answer.DEAF
        try:
            self.attend()
            if not self.is_enabled:
                return Answer.DEAF
            answer, tries = self._transmit(self.profile.frame(data, aim))
            self._record(data, answer, tries)
        finally:
            self._lock.release()
        return answer

    def scan_until_answered(self, text: str | bytes, aim: str = "]Q1", *, pulls: int = 20) -> Answer:
        """Scan again while the host says nothing, such as one that has only just started; any other answer stands."""
        for _ in range(pulls):
            answer = self.scan(text, aim)
            if answer is not Answer.SILENCE:
                return answer
        return Answer.SILENCE

    def attend(self, timeout_s: float = 0.0) -> list[Answer]:
        """Take what the host sent, at most one wait: tones sound, commands are obeyed, answers are returned."""
        make = self.profile.make
        answers = []
        for word in self._words.feed(self._listen(timeout_s)):
            if word in make.tones:
                self.tones.append(make.tones[word])
            if word in make.disables or word in make.enables:
                self.is_enabled = word in make.enables
            if word in make.answers:
                answers.append(make.answers[word])
        return answers

    def scan_until_green(
        self, text: str, is_patient: Callable[[], bool] = lambda: True, *, pause_s: float = 0.25, aim: str = "]Q1"
    ) -> tuple[Answer, int]:
        """What a person does: scan again until green, or until patience ends; the last answer and how often it took."""
        tries = 0
        while True:
            tries += 1
            answer = self.scan(text, aim)
            if answer is Answer.ACK or not is_patient():
                if tries > 1:
                    self._wait_for_quiet()  # a late answer to an earlier try must not greet the next code
                return answer, tries
            time.sleep(pause_s)

    def send_raw(self, data: bytes) -> None:
        """Bytes as they are: half a frame, rubbish, a host's nightmare. Gives up when nobody takes them."""
        self._line.send(data, self.profile.response_timeout_s)

    def _transmit(self, frame: bytes) -> tuple[Answer, int]:
        answer, limit = Answer.SILENCE, self.profile.make.tries
        for tries in range(1, limit + 1):
            self.attend()  # what came before this frame is not about this frame
            self.sent += 1
            self.send_raw(frame)
            answer = self._await_answer()
            if answer is not Answer.NAK:
                return answer, tries
        return answer, limit

    def _await_answer(self) -> Answer:
        end = time.monotonic() + self.profile.response_timeout_s
        while (left := end - time.monotonic()) > 0:
            for answer in self.attend(left):
                return answer
        self._line.lose_unread()
        return Answer.SILENCE

    def _listen(self, timeout_s: float) -> bytes:
        """What the host sent within the time, b"" for nothing."""
        data = self._line.listen(timeout_s)
        self.heard += data
        return data

    def _wait_for_quiet(self) -> None:
        before = -1
        while before != len(self.heard):
            before = len(self.heard)
            self.attend(QUIET_S)

    def _record(self, data: bytes, answer: Answer, tries: int) -> None:
        if self._log is None:
            return
        entry = {
            "at": time.time(),
            "scanner": self.name,
            "text": data.decode("latin-1"),
            "answer": answer,
            "tries": tries,
        }
        with self._log.open("a") as log:
            log.write(json.dumps(entry) + "\n")
