"""Which codes of a stream count, told frame by frame."""

from __future__ import annotations

import pytest

from drivers.camera.agreement import AGREE_WITHIN_FRAMES, REPORTED_LIMIT, Agreement
from drivers.camera.code import Look, Sighting, agree, canonical

REARM_MS = 2000
HERE, THERE = ((0, 0), (99, 0), (99, 40), (0, 40)), ((500, 0), (599, 0), (599, 40), (500, 40))


def seen(text: str, symbology: str = "QR Code", corners: tuple[tuple[int, int], ...] = HERE, **keys: bool) -> Sighting:
    return Sighting(text, symbology, "", corners, text.encode(), keys.get("is_agreed", False))


EAN = seen("4006381333931", "EAN-13")
MISREAD = seen("4006381333948", "EAN-13")


class Film:
    """Frames a tenth of a second apart."""

    def __init__(self) -> None:
        self.agreement = Agreement(REARM_MS)
        self._now_ms = 0

    def frame(self, *sightings: Sighting) -> list[str]:
        self._now_ms += 100
        return [one.text for one in self.agreement.see(sightings, self._now_ms)]

    def dark(self, ms: int) -> None:
        for _ in range(ms // 100):
            assert self.frame() == []


@pytest.mark.parametrize("symbology", ["EAN-13", "ITF", "Code 39", "Code 93", "Codabar", "UPC-A"])
def test_a_weak_code_that_was_in_one_frame_only_is_not_reported(symbology: str) -> None:
    film = Film()
    assert film.frame(seen("12345678", symbology)) == []
    film.dark(1000)


@pytest.mark.parametrize("symbology", ["QR Code", "Data Matrix", "Code 128", "PDF417", "DataBar Expanded"])
def test_a_strong_code_is_reported_at_once(symbology: str) -> None:
    assert Film().frame(seen("12345678", symbology)) == ["12345678"]


def test_a_weak_code_is_reported_with_the_second_frame_that_has_it_and_then_no_more() -> None:
    film = Film()
    assert [film.frame(EAN), film.frame(EAN), film.frame(EAN), film.frame(EAN)] == [[], [EAN.text], [], []]


def test_two_frames_far_apart_do_not_agree() -> None:
    film = Film()
    assert film.frame(EAN) == []
    film.dark(AGREE_WITHIN_FRAMES * 100)
    assert film.frame(EAN) == []


def test_frames_that_contradict_each_other_agree_on_nothing_until_two_say_the_same() -> None:
    film = Film()
    assert [film.frame(EAN), film.frame(MISREAD), film.frame(EAN), film.frame(MISREAD)] == [[], [], [], []]
    assert [film.frame(EAN), film.frame(EAN)] == [[], [EAN.text]]


def test_weak_codes_side_by_side_do_not_contradict_each_other() -> None:
    film, other = Film(), seen("5901234123457", "EAN-13", THERE)
    assert film.frame(EAN, other) == []
    assert film.frame(EAN, other) == [EAN.text, other.text]


def test_the_same_code_by_another_name_agrees() -> None:
    film = Film()
    assert film.frame(seen("036000291452", "UPC-A")) == []
    assert film.frame(seen("0036000291452", "EAN-13")) == ["0036000291452"]


def test_half_a_code_counts_only_in_frames_in_which_both_decoders_read_it() -> None:
    film = Film()
    alone, agreed = seen("04965802", "UPC-E"), seen("04965802", "UPC-E", is_agreed=True)
    assert [film.frame(alone), film.frame(alone), film.frame(alone)] == [[], [], []]
    assert [film.frame(agreed), film.frame(agreed)] == [[], ["04965802"]]


def test_a_code_is_reported_again_after_it_was_out_of_sight_for_the_rearm_time() -> None:
    film, code = Film(), seen("A")
    assert film.frame(code) == ["A"]
    film.dark(REARM_MS - 200)
    assert film.frame(code) == []  # and it counts anew from here
    film.dark(REARM_MS - 200)
    assert film.frame(code) == []
    film.dark(REARM_MS)
    assert film.frame(code) == ["A"]


def test_a_code_that_could_not_be_stored_is_reported_again_while_it_is_still_there() -> None:
    film, code = Film(), seen("A")
    assert film.frame(code) == ["A"]
    film.agreement.forget(code.key)
    assert film.frame(code) == ["A"]


def test_a_code_twice_in_a_frame_is_one_read() -> None:
    assert Film().frame(seen("A"), seen("A", corners=THERE)) == ["A"]


@pytest.mark.promise("R8")
def test_a_picture_full_of_codes_does_not_grow_the_memory_without_end() -> None:
    film = Film()
    for n in range(8):
        film.frame(*(seen(f"{n} {m}", corners=()) for m in range(100)))
        film.frame(*(seen(f"{n} {m}", "Code 39", corners=()) for m in range(100)))
    assert film.frame(seen("0 0")) == ["0 0"]  # forgotten, oldest first
    assert len(film.agreement._seen_ms) <= REPORTED_LIMIT + 100


def look(decoder: str, geometry: str, sighting: Sighting) -> Look:
    return Look(decoder, geometry, sighting)


def test_looks_at_one_geometry_by_one_decoder_share_their_mistakes_and_count_once() -> None:
    [one] = agree([look("zxing", "as is", EAN), look("zxing", "as is", EAN)])
    assert not one.is_agreed
    [one] = agree([look("zxing", "as is", EAN), look("zxing", "double", EAN)])
    assert one.is_agreed
    [one] = agree([look("zxing", "as is", EAN), look("zbar", "as is", EAN)])
    assert one.is_agreed


def test_half_a_code_needs_both_decoders() -> None:
    half = seen("04965802", "UPC-E")
    [one] = agree([look("zxing", "as is", half), look("zxing", "double", half)])
    assert not one.is_agreed
    [one] = agree([look("zxing", "as is", half), look("zbar", "half", seen("0049000006582", "EAN-13"))])
    assert one.is_agreed


def test_a_part_of_an_itf_code_is_none() -> None:
    whole, part, other = seen("00012345678905", "ITF"), seen("0001234567", "ITF"), seen("1234", "ITF", THERE)
    looks = [look(name, "as is", one) for name in ("zxing", "zbar") for one in (part, whole, other)]
    assert [one.text for one in agree(looks)] == [whole.text, other.text]


def test_the_decoder_that_knows_the_aim_identifier_speaks_for_both() -> None:
    text = "00340123450000000018"
    dumb, knowing = seen(text, "Code 128"), Sighting(text, "Code 128", "]C1", HERE, text.encode(), False)
    [one] = agree([look("zbar", "as is", dumb), look("zxing", "double", knowing)])
    assert (one.aim, one.is_agreed) == ("]C1", True)


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("04252614", "0042100005264"),  # the example of GS1 General Specifications
        ("01234531", "0012300000451"),
        ("01234543", "0012340000053"),
        ("01234565", "0012345000065"),
        ("04965802", "0049000006582"),
    ],
)
def test_a_upc_e_is_the_ean_13_it_is_short_for(short: str, full: str) -> None:
    assert canonical("UPC-E", short) == full
