"""What can be set at a camera, and what is refused with a reason."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from drivers.camera.code import Sighting
from drivers.camera.settings import CameraSettings


def settings(**keys: Any) -> CameraSettings:
    usual = {"id": "camera-1", "type": "camera", "station": "S1", "source": "/dev/video0"}
    return CameraSettings.model_validate({**usual, **keys})


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"source": "video0"}, "begin it with '/'"),
        ({"source": "/srv/belt.png"}, "name the directory"),
        ({"source": "ftp://host/belt"}, "expected rtsp"),
        ({"source": "rtsp://a:b@host/1"}, "use username and password_credential"),
        ({"region": (50, 0, 60, 100)}, "outside of the frame"),
        ({"region": (0, 0, 0, 100)}, "outside of the frame"),
        ({"symbologies": ["QR"]}, "expected one of EAN-13"),
        ({"itf_lengths": [1]}, "greater than or equal to 2"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(keys: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as error:
        settings(**keys)
    assert said in str(error.value)


def test_an_account_reaches_the_stream_and_stands_in_no_setting() -> None:
    one = settings(source="rtsp://host:554/belt?x=1", username="view er", password_credential="camera-password")
    assert one.address("p@ss/word") == "rtsp://view%20er:p%40ss%2Fword@host:554/belt?x=1"
    assert "p@ss" not in repr(one)


def test_only_itf_codes_of_the_lengths_asked_for_are_taken() -> None:
    def code(text: str, symbology: str) -> Sighting:
        return Sighting(text, symbology, "", (), text.encode(), True)

    one = settings(itf_lengths=[14])
    assert [one.takes(code("1" * n, "ITF")) for n in (6, 14, 16)] == [False, True, False]
    assert one.takes(code("123456", "Code 39")) and settings().takes(code("123456", "ITF"))


def test_a_camera_without_a_light_says_that_nobody_sees_its_answers() -> None:
    assert "give its station a light" in settings().notes()[0]
    assert settings().notes(has_light=True) == ()
