"""The cascade on pictures made here: every symbology, bent, blurred, noisy; and that nothing is read from noise."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import zxingcpp

from drivers.camera.cascade import read_fast, read_still, read_stream, read_zbar
from drivers.camera.motion import MotionGate, is_blank
from drivers.camera.picture import load
from tests.drivers.camera.scene import (
    AZTEC,
    CODE_39,
    CODE_128,
    DATA_MATRIX,
    EAN_13,
    ITF,
    PDF417,
    QR,
    Grey,
    Scene,
    label,
)

GOLDEN = Path(__file__).parents[2] / "golden" / "camera"
ROUGH = Scene(tilt=0.06, turn=4, blur=0.8, noise=8, light=0.6)
CODES = (
    ("QR Code", QR, "K1.P1.K-000812-03.1.7Q", 4),
    ("Data Matrix", DATA_MATRIX, "K1.P1.K-000812-03.1.7Q", 5),
    ("Aztec", AZTEC, "K1.P1.K-000812-03.1.7Q", 5),
    ("PDF417", PDF417, "K1.P1.K-000812-03.1.7Q", 3),
    ("Code 128", CODE_128, "K-000812-03", 3),
    ("EAN-13", EAN_13, "4006381333931", 4),
    ("ITF", ITF, "00012345678905", 3),
    ("Code 39", CODE_39, "K-000812-03", 2),
)
of_each = pytest.mark.parametrize(("name", "form", "text", "scale"), CODES, ids=str)


def texts(picture: Grey) -> list[tuple[str, str]]:
    return [(one.symbology, one.text) for one in read_still(picture) if one.is_agreed]


@of_each
@pytest.mark.parametrize("seed", [1, 3])
def test_a_rough_picture_of_every_symbology_is_read(
    name: str, form: zxingcpp.BarcodeFormat, text: str, scale: int, seed: int
) -> None:
    scene = Scene(seed=seed, tilt=0.03 * seed, turn=2 * seed, blur=0.5 + seed / 10, noise=5 + seed, light=0.6)
    assert texts(scene.of(label(text, form, scale))) == [(name, text)]


@of_each
@pytest.mark.parametrize("turn", [45, 180])
def test_a_code_is_read_whichever_way_it_lies(
    name: str, form: zxingcpp.BarcodeFormat, text: str, scale: int, turn: float
) -> None:
    scene = Scene(width=640, height=640, turn=turn, noise=3)
    assert texts(scene.of(label(text, form, scale))) == [(name, text)]


@pytest.mark.parametrize("scene", [Scene(), Scene(turn=45, width=700, height=700), ROUGH])
def test_corners_lie_around_the_symbol_in_the_pixels_of_the_picture_as_it_came(scene: Scene) -> None:
    mark = label("K1.P1.K-000812-03.1.7Q", scale=5)
    [one] = read_still(scene.of(mark))
    xs, ys = [x for x, _ in one.corners], [y for _, y in one.corners]
    assert len(one.corners) == 4
    assert abs(np.mean(xs) - scene.width / 2) < 40 and abs(np.mean(ys) - scene.height / 2) < 40
    assert 0.6 * mark.shape[1] < max(xs) - min(xs) < 1.5 * mark.shape[1]


@pytest.mark.parametrize("seed", range(2))
def test_noise_stripes_and_blank_walls_are_no_codes(seed: int) -> None:
    random = np.random.default_rng(seed)
    stripes = np.repeat(random.integers(0, 2, (1, 320)) * 255, 240, axis=0).repeat(2, axis=1).astype(np.uint8)
    noise = random.integers(0, 256, (240, 320)).astype(np.uint8)
    assert [texts(stripes), texts(noise), texts(Scene(noise=10, seed=seed, width=320, height=240).of())] == [[], [], []]


def test_gs1_keeps_its_identifier_and_its_separators() -> None:
    picture = Scene(width=1400).of(
        label("(00)340123450000000018", CODE_128, 2, is_gs1=True),
        label("(01)04012345678901(10)AB-1(21)7", QR, 4, is_gs1=True),
    )
    seen = {(one.aim, one.data) for one in read_still(picture)}
    assert seen == {("]C1", b"00340123450000000018"), ("]Q3", b"010401234567890110AB-1\x1d217")}


def test_bytes_that_are_no_text_come_as_they_are() -> None:
    code = zxingcpp.create_barcode(bytes(range(128, 160)), DATA_MATRIX)
    picture = Scene().of(np.asarray(code.to_image(scale=5, add_quiet_zones=True), dtype=np.uint8))
    [one] = read_still(picture)
    assert one.data == bytes(range(128, 160))


def test_the_fast_look_and_the_thorough_one_say_the_same_of_an_easy_picture() -> None:
    picture = Scene(noise=3).of(label("K1.P1.K-000812-03.1.7Q"))
    assert [one.text for one in read_fast(picture)] == [one.text for one in read_stream(picture)]


def test_only_what_is_asked_for_is_read() -> None:
    picture = Scene(width=1200).of(label("QR-1"), label("C-128", CODE_128, 2))
    assert [one.text for one in read_still(picture, frozenset({"Code 128"}))] == ["C-128"]
    assert read_zbar(picture, frozenset({"Data Matrix"})) == ()


def test_the_gate_opens_when_a_label_comes_and_again_when_it_goes_but_not_for_noise() -> None:
    gate = MotionGate()
    mark = label("K1.P1.K-000812-03.1.7Q", scale=3)
    assert not gate.is_news(Scene(noise=6, seed=1).of())  # blank: nothing to read
    assert not gate.is_news(Scene(noise=6, seed=2).of())
    assert gate.is_news(Scene(noise=6, seed=3).of(mark))
    assert not gate.is_news(Scene(noise=6, seed=4).of(mark))
    assert not gate.is_news(Scene(noise=6, seed=5).of())


def test_a_covered_lens_is_blank_and_a_small_label_is_not() -> None:
    assert is_blank(np.zeros((480, 640), np.uint8))
    assert is_blank(Scene(noise=4, light=0.5).of())
    assert not is_blank(Scene(noise=4).of(label("SMALL", CODE_128, 1)))


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("*.jpg")), ids=lambda file: file.stem)
def test_a_recorded_picture_says_what_stands_beside_it(file: Path) -> None:
    expected = json.loads(file.with_suffix(".json").read_text())
    seen = [one.as_json() for one in read_still(load(file)[0]) if one.is_agreed]
    assert [{name: one[name] for name in ("text", "symbology", "aim")} for one in seen] == expected
