"""The camera as a device: real pictures, a real decoder process, and what happens when that process suffers."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drivers.camera.driver import Camera
from drivers.camera.settings import CameraSettings
from drivers.serial_scanner import SerialScanner
from drivers.serial_settings import SerialSettings
from gateway.model import Read
from tests.drivers.camera.scene import CODE_128, DATA_MATRIX, EAN_13, QR, Scene, label, write_picture, write_video
from tests.drivers.rig import CONTEXT, FAILED, GOOD, REFUSED, HoldingSink, Line, Running, wait_until

CARD = "K1.P1.K-000812-03.1.7Q"
SMALL = Scene(width=400, height=300)
BLANK = SMALL.of()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.drivers.rig.DEADLINE_S", 60.0)  # a process is started, and decoding takes all of a core
    monkeypatch.setattr("drivers.camera.pulse.HEARTBEAT_S", 0.02)
    monkeypatch.setattr("drivers.camera.stills.RETRY_MS", 50)
    monkeypatch.setattr("drivers.camera.driver.RESTART_FIRST_S", 0.01)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def camera(source: Path, **keys: Any) -> Camera:
    settings = {"id": "camera-1", "type": "camera", "station": "S1", "source": str(source)}
    return Camera(CameraSettings.model_validate({**settings, "settle_ms": 0, "answer_s": 60, **keys}), CONTEXT)


def texts(reads: list[Read]) -> list[str]:
    return [read.data.decode() for read in reads]


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir()) if directory.exists() else []


def test_a_picture_of_several_codes_is_read_once_with_its_symbologies_and_put_away(inbox: Path) -> None:
    gs1 = label("(01)04012345678901(10)AB-1(21)7", DATA_MATRIX, is_gs1=True)
    picture = Scene(tilt=0.05, turn=3, blur=0.7, noise=6).of(label(CARD), gs1)
    write_picture(inbox / "belt.png", picture)
    sink = HoldingSink(GOOD)
    with Running(camera(inbox), sink):
        wait_until(lambda: names(inbox) == ["done"], "the picture to be put away")
    assert {(read.data, read.aim) for read in sink.reads} == {
        (CARD.encode(), "]Q1"),
        (b"010401234567890110AB-1\x1d217", "]d2"),
    }
    assert names(inbox / "done") == ["belt.png"]


def test_a_picture_stays_until_the_answers_of_all_its_codes_are_there(inbox: Path) -> None:
    write_picture(inbox / "belt.png", Scene(width=1200).of(label("A" * 9), label("B" * 9)))
    sink = HoldingSink()
    with Running(camera(inbox), sink):
        sink.wait(2)
        sink.feedbacks[0](GOOD)
        assert names(inbox) == ["belt.png"]
        sink.feedbacks[1](REFUSED)
        wait_until(lambda: names(inbox) == ["refused"], "the picture to be put away")


def test_a_picture_whose_code_could_not_be_stored_is_read_again_as_the_same_read(inbox: Path) -> None:
    write_picture(inbox / "belt.png", Scene().of(label(CARD)))
    sink = HoldingSink(FAILED)
    with Running(camera(inbox), sink):
        sink.wait(2)
        sink.answer = GOOD
        wait_until(lambda: names(inbox) == ["done"], "the picture to be put away")
    assert len({read.id for read in sink.reads}) == 1


def test_another_picture_of_the_same_name_and_code_is_another_read(inbox: Path) -> None:
    sink = HoldingSink(GOOD)
    with Running(camera(inbox, after="delete"), sink):
        for n in (1, 2):
            write_picture(inbox / "belt.png", Scene(seed=n).of(label(CARD)))
            wait_until(lambda: names(inbox) == [], "the picture to be deleted")
    assert len({read.id for read in sink.reads}) == 2


@pytest.mark.promise("R3")
def test_a_picture_that_gives_nothing_is_kept_as_evidence(inbox: Path) -> None:
    write_picture(inbox / "1-blank.png", BLANK)
    (inbox / "2-rubbish.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    (inbox / "notes.txt").write_text("no picture either, and none of ours")
    sink = HoldingSink(REFUSED)
    with Running(camera(inbox), sink):
        wait_until(lambda: names(inbox) == ["notes.txt", "refused"], "both pictures to be put away")
    assert [(read.data, read.fault.code if read.fault else "") for read in sink.reads] == [
        (b"1-blank.png", "NO_CODE"),
        (b"2-rubbish.jpg", "PICTURE_UNREADABLE"),
    ]


def test_a_directory_that_is_away_is_waited_for(tmp_path: Path) -> None:
    sink = HoldingSink(GOOD)
    with Running(camera(tmp_path / "inbox"), sink) as running:
        wait_until(lambda: "does not exist" in running.health.text, "the complaint")
        (tmp_path / "inbox").mkdir()
        write_picture(tmp_path / "inbox" / "belt.png", Scene().of(label(CARD)))
        assert texts(sink.wait(1)) == [CARD]


@pytest.mark.promise("R8")
@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSEGV])
def test_a_decoder_killed_in_the_middle_costs_nothing_and_a_scanner_beside_it_does_not_notice(
    blow: signal.Signals, inbox: Path, tmp_path: Path
) -> None:
    line = Line(tmp_path)
    serial = SerialSettings.model_validate({"id": "scan-1", "type": "serial", "station": "S1", "port": str(line.path)})
    sink, other = HoldingSink(GOOD), HoldingSink(GOOD)
    device = camera(inbox)
    with Running(device, sink), Running(SerialScanner(serial, CONTEXT), other) as scanner:
        scanner.wait_up()
        write_picture(inbox / "1.png", Scene().of(label("FIRST-1")))
        assert texts(sink.wait(1)) == ["FIRST-1"]
        pid = device.decoder_pid
        os.kill(pid, signal.SIGSTOP)  # it is at work, and will not finish
        write_picture(inbox / "2.png", Scene().of(label("SECOND-2")))
        line.send(b"SERIAL-1\r")
        assert texts(other.wait(1)) == ["SERIAL-1"]
        os.kill(pid, blow)
        os.kill(pid, signal.SIGCONT)
        assert texts(sink.wait(2))[1:] == ["SECOND-2"]
        line.send(b"SERIAL-2\r")
        assert texts(other.wait(2))[1:] == ["SERIAL-2"]
        assert scanner.ups == 1
        assert device.decoder_pid not in (0, pid)
    line.close()


@pytest.mark.promise("R8")
@pytest.mark.slow
def test_a_decoder_that_hangs_is_killed_and_the_picture_read_by_the_next(inbox: Path) -> None:
    sink, device = HoldingSink(GOOD), camera(inbox, answer_s=3)
    with Running(device, sink):
        wait_until(lambda: device.decoder_pid != 0, "the decoder to start")
        pid = device.decoder_pid
        os.kill(pid, signal.SIGSTOP)
        write_picture(inbox / "1.png", Scene().of(label(CARD)))
        assert texts(sink.wait(1)) == [CARD]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_video_is_read_frame_by_frame_and_a_code_that_stays_is_one_read(tmp_path: Path) -> None:
    scene = replace(SMALL, noise=3)
    first, second = scene.of(label("FIRST-1")), scene.of(label("SECOND-2", CODE_128, 2))
    frames = [BLANK] * 2 + [first] * 12 + [BLANK] * 3 + [second] * 3 + [BLANK] * 6 + [first] * 3
    sink = HoldingSink(GOOD)
    with Running(camera(write_video(tmp_path / "belt.mkv", frames), rearm_ms=1000), sink) as running:
        wait_until(lambda: "read to its end" in running.health.text, "the end of the video")
    assert texts(sink.reads) == ["FIRST-1", "SECOND-2", "FIRST-1"]  # out of sight for the re-arm time
    assert running.health.counters["frames"] == len(frames)
    assert 0 < running.health.counters["thorough_frames"] < len(frames) / 2


def test_a_weak_code_counts_when_two_frames_agree_and_a_strong_one_at_once(tmp_path: Path) -> None:
    ean = label("4006381333931", EAN_13, 3)
    scene = replace(SMALL, noise=4)
    once, strong = scene.of(ean), scene.of(label("STRONG-1"))
    frames = [BLANK, once, BLANK, BLANK, BLANK, BLANK, strong, BLANK, once, replace(scene, seed=2).of(ean), BLANK]
    sink = HoldingSink(GOOD)
    with Running(camera(write_video(tmp_path / "belt.mkv", frames)), sink) as running:
        wait_until(lambda: "read to its end" in running.health.text, "the end of the video")
    assert texts(sink.reads) == ["STRONG-1", "4006381333931"]


def test_only_the_region_and_the_symbologies_asked_for_are_read(tmp_path: Path) -> None:
    frame = replace(SMALL, width=900).of(label("LEFT-1"), label("MIDDLE-1"), label("RIGHT-1", CODE_128, 2))
    video = write_video(tmp_path / "belt.mkv", [frame] * 2)
    sink = HoldingSink(GOOD)
    with Running(camera(video, region=(30, 0, 70, 100), symbologies=["QR Code"]), sink) as running:
        wait_until(lambda: "read to its end" in running.health.text, "the end of the video")
    assert texts(sink.reads) == ["MIDDLE-1"]


def test_a_video_goes_on_behind_the_frame_at_which_the_decoder_died(tmp_path: Path) -> None:
    frames = [SMALL.of(label(f"CODE-{n}", QR)) for n in range(16)]
    sink = HoldingSink(GOOD)
    device = camera(write_video(tmp_path / "belt.mkv", frames))
    with Running(device, sink) as running:
        sink.wait(5)
        os.kill(device.decoder_pid, signal.SIGKILL)
        wait_until(lambda: "read to its end" in running.health.text, "the end of the video")
    got = texts(sink.reads)
    assert len(got) >= len(frames) - 2
    assert got == sorted(set(got), key=lambda text: int(text[5:]))
    assert running.health.counters["decoder_deaths"] == 1
