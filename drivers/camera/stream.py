"""A device, a network stream or a video file: frame after frame, each code reported once."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from functools import partial

from drivers.camera.agreement import Agreement
from drivers.camera.answer import sightings
from drivers.camera.decoder import DecoderProcess
from drivers.camera.desk import Desk
from drivers.camera.pulse import Pulse
from drivers.camera.settings import CameraSettings
from drivers.camera.wire import Message
from gateway.errors import TransientDeviceError
from gateway.model import Status, Verdict

OPEN_LIMIT_S = 20.0  # a network camera takes its time
THOROUGH_EVERY_MS = 5000  # also when nothing moves: light changes slowly
RETRY_MS = 1000  # until a code that could not be stored is offered again


class SourceStalledError(TransientDeviceError):
    """The source hangs, and the decoder process with it: another process opens it anew."""


class Stream:
    """Outlives the decoder processes: remembers what was reported, and how far a video file was read."""

    def __init__(self, settings: CameraSettings, desk: Desk, pulse: Pulse) -> None:
        self._settings = settings
        self._desk = desk
        self._pulse = pulse
        self._clock = desk.clock
        self._agreement = Agreement(settings.rearm_ms)
        self._failed: queue.SimpleQueue[tuple[str, int]] = queue.SimpleQueue()
        self._retries: list[tuple[str, int]] = []
        self._thorough_ms = 0
        self._first = 0  # frame of a video file to begin with
        self._has_ended = False

    def watch(self, decoder: DecoderProcess, address: str, stop: threading.Event, works: Callable[[], None]) -> None:
        """Until `stop` is set. `works` is called after every frame. TransientDeviceError, DecoderLostError."""
        is_video = not self._settings.is_url and self._settings.path.is_file()
        if self._has_ended or not self._open(decoder, address, is_video):
            self._rest(stop)
            return
        self._pulse.say(is_up=True, text=f"watching {self._settings.source}")
        while not stop.is_set():
            started_ms = self._clock.mono_ms()
            answer = decoder.ask({"do": "frame", "thorough": self._wants_more(), "names": self._settings.names})
            if answer is None:
                return
            works()
            if not self._take(answer):
                self._rest(stop)
                return
            self._pulse.beat()
            if not is_video:
                spent_ms = self._clock.mono_ms() - started_ms
                stop.wait(max(0.0, 1 / self._settings.frames_per_s - spent_ms / 1000))

    def _open(self, decoder: DecoderProcess, address: str, is_video: bool) -> bool:
        settings = self._settings
        if not settings.is_url and not settings.path.exists():
            hint = "look after its plug; `ls /dev/v4l/by-id` lists the cameras that are there"
            raise TransientDeviceError(f"{settings.source} does not exist", hint=hint)
        request = {
            "do": "open", "source": address, "is_video": is_video, "first": self._first, "region": settings.region,
            "width": settings.width, "height": settings.height,
        }  # fmt: skip
        answer = decoder.ask(request, OPEN_LIMIT_S)
        if is_video:
            self._first += 1  # should the decoder die of the next frame, the one after it is read
        return answer is not None and not self._is_end(answer)

    def _take(self, answer: Message) -> bool:
        """What a frame brought; False when there are no more."""
        if self._is_end(answer):
            return False
        self._desk.counters["frames"] += 1
        if "error" in answer:
            self._desk.counters["damaged_frames"] += 1
            return True
        now_ms = self._clock.mono_ms()
        if answer["thorough"]:
            self._thorough_ms = now_ms
            self._desk.counters["thorough_frames"] += 1
        if answer["at_ms"] is not None:
            now_ms = answer["at_ms"]
            self._first = answer["frame"] + 2  # see `_open`
        self._forget_failed()
        for one in self._agreement.see(filter(self._settings.takes, sightings(answer)), now_ms):
            self._desk.offer(self._desk.read(one), partial(self._settle, one.key))
        return True

    def _is_end(self, answer: Message) -> bool:
        """TransientDeviceError when the source is gone."""
        kind = answer.get("kind")
        if kind == "stalled":
            raise SourceStalledError(f"{self._settings.source} {answer['error']}")
        if kind == "source":
            raise TransientDeviceError(f"{self._settings.source} {answer['error']}")
        return kind == "end"

    def _wants_more(self) -> bool:
        return self._agreement.is_waiting or self._clock.mono_ms() - self._thorough_ms >= THOROUGH_EVERY_MS

    def _settle(self, key: str, verdict: Verdict) -> None:
        """In whatever thread the verdict comes."""
        if verdict.status is Status.FAILED:
            self._failed.put((key, self._clock.mono_ms() + RETRY_MS))

    def _forget_failed(self) -> None:
        while not self._failed.empty():
            self._retries.append(self._failed.get())
        now_ms = self._clock.mono_ms()
        for key, _ in [one for one in self._retries if one[1] <= now_ms]:
            self._agreement.forget(key)
        self._retries = [one for one in self._retries if one[1] > now_ms]

    def _rest(self, stop: threading.Event) -> None:
        self._has_ended = True
        self._pulse.say(is_up=True, text=f"{self._settings.source} has been read to its end")
        while not stop.wait(0.2):
            self._pulse.beat()
