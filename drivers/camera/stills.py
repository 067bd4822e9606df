"""A directory of pictures: each is read once, with its answer waited for before it is put away."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from drivers.camera.answer import sightings
from drivers.camera.code import Sighting, distinct
from drivers.camera.decoder import DecoderLostError, DecoderProcess
from drivers.camera.desk import Answers, Desk
from drivers.camera.folder import DONE, REFUSED, Folder, Picture
from drivers.camera.pulse import Pulse
from drivers.camera.settings import CameraSettings
from gateway.model import Read, Rejection, Status, Verdict

POLL_S = 0.2
DEATHS_LIMIT = 2  # a picture that killed the decoder so often is put away
ANSWER_LIMIT_S = 30.0
RETRY_MS = 2000  # until a picture whose codes could not be stored is read again


class Stills:
    """Outlives the decoder processes: remembers which picture killed one, and which to try again later."""

    def __init__(self, settings: CameraSettings, desk: Desk, pulse: Pulse) -> None:
        self._settings = settings
        self._desk = desk
        self._pulse = pulse
        self._clock = desk.clock
        self._folder = Folder(settings.path, settings.settle_ms)
        self._deaths: dict[str, int] = {}  # of the one picture that is being read
        self._later_ms: dict[str, int] = {}

    def watch(self, decoder: DecoderProcess, stop: threading.Event, works: Callable[[], None]) -> None:
        """Until `stop` is set. `works` is called after every picture. TransientDeviceError, DecoderLostError."""
        while not stop.is_set():
            now_ms = self._clock.mono_ms()
            pictures = self._folder.complete(now_ms)
            self._later_ms = {key: due_ms for key, due_ms in self._later_ms.items() if due_ms > now_ms}
            self._pulse.say(is_up=True, text=f"watching {self._settings.source}")
            for picture in pictures:
                if stop.is_set():
                    return
                if picture.key not in self._later_ms:
                    self._read(picture, decoder, stop)
                    works()
            stop.wait(POLL_S)

    def _read(self, picture: Picture, decoder: DecoderProcess, stop: threading.Event) -> None:
        try:
            reads = self._reads(picture, decoder)
        except DecoderLostError as error:
            if not self._is_last_death(picture):
                raise
            text = f"The picture cannot be worked on: {error.what}"
            self._settle(picture, [self._fault(picture, "PICTURE_DEADLY", text)], stop)
            raise
        self._settle(picture, reads, stop)

    def _settle(self, picture: Picture, reads: list[Read], stop: threading.Event) -> None:
        """Offer, and put the picture away once all is known."""
        verdicts = self._wait(Answers(self._desk, reads), stop) if reads else None
        if reads:
            self._desk.counters["pictures"] += 1
        if verdicts is None or any(verdict.status is Status.FAILED for verdict in verdicts):
            self._later_ms[picture.key] = self._clock.mono_ms() + RETRY_MS
            return
        is_good = all(verdict.is_good for verdict in verdicts)
        self._folder.put_away(picture, DONE if is_good else REFUSED, is_deleted=self._settings.after == "delete")

    def _reads(self, picture: Picture, decoder: DecoderProcess) -> list[Read]:
        """What to offer for a picture; nothing when the gateway ends."""
        request = {
            "do": "file", "path": os.fsencode(picture.path).hex(), "policy": "still", "names": self._settings.names,
        }  # fmt: skip
        answer = decoder.ask(request)
        if answer is None:
            return []
        if "error" in answer:
            return [self._fault(picture, "PICTURE_UNREADABLE", f"The picture cannot be read: {answer['error']}")]
        seen = sightings(answer)
        codes = [one for one in seen if one.is_agreed and self._settings.takes(one)]
        if not codes:
            return [self._fault(picture, "NO_CODE", "No code was found in the picture", _doubtful(seen))]
        return [self._desk.read(one, picture.key) for one in distinct(codes)]

    def _is_last_death(self, picture: Picture) -> bool:
        """Whether this picture has killed enough decoders."""
        count = self._deaths.get(picture.key, 0) + 1
        self._deaths = {picture.key: count}
        return count >= DEATHS_LIMIT

    def _fault(self, picture: Picture, code: str, text: str, got: str = "") -> Read:
        name = picture.path.name
        where = "it was deleted" if self._settings.after == "delete" else f"look at it in {REFUSED}/"
        rejection = Rejection(code, f"{text}; {where}", got or ascii(name), "a sharp picture of a code")
        return self._desk.fault(rejection, picture.key, os.fsencode(name))

    def _wait(self, answers: Answers, stop: threading.Event) -> list[Verdict] | None:
        end_ms = self._clock.mono_ms() + int(ANSWER_LIMIT_S * 1000)
        while not stop.is_set() and self._clock.mono_ms() < end_ms:
            verdicts = answers.wait(POLL_S)
            if verdicts is not None:
                return verdicts
            self._pulse.beat()
        return None


def _doubtful(seen: list[Sighting]) -> str:
    """What was read, but not surely enough to count."""
    return ", ".join(f"{one.symbology} {one.text[:60]!r}, not read alike twice" for one in seen[:4])
