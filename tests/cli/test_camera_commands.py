"""`scan-image` and `bench-camera`, as a person calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from drivers.camera.score import parse_truth
from gateway.cli import main
from tests.drivers.camera.scene import DATA_MATRIX, EAN_13, Scene, label, write_picture


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


def test_scan_image_prints_one_object_a_file_and_goes_on_behind_a_bad_one(tmp_path: Path) -> None:
    good = write_picture(tmp_path / "good.png", Scene(noise=4, blur=0.6).of(label("K1.P1.K-000812-03.1.7Q")))
    blank = write_picture(tmp_path / "blank.png", Scene().of())
    (tmp_path / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n rubbish")
    run = call("scan-image", "--json", good, tmp_path / "bad.png", blank, tmp_path / "away.png", good)
    rows = [json.loads(line) for line in run.output.splitlines()]
    assert run.exit_code == 1
    assert [sorted(row) for row in rows] == [
        ["codes", "file", "ms"], ["error", "file", "ms"], ["codes", "file", "ms"], ["error", "file", "ms"],
        ["codes", "file", "ms"],
    ]  # fmt: skip
    [code] = rows[0]["codes"]
    assert (code["text"], code["symbology"], code["aim"]) == ("K1.P1.K-000812-03.1.7Q", "QR Code", "]Q1")
    assert len(code["corners"]) == 4 and rows[0]["file"] == str(good) and rows[2]["codes"] == []


def test_scan_image_tells_a_person_what_is_in_a_picture(tmp_path: Path) -> None:
    picture = write_picture(tmp_path / "a.png", Scene().of(label("010401234567890110AB-1", DATA_MATRIX)))
    run = call("scan-image", picture, write_picture(tmp_path / "b.png", Scene().of()))
    assert run.exit_code == 0
    assert run.output.splitlines() == [
        f"{picture}: Data Matrix ]d1 '010401234567890110AB-1'", f"{tmp_path / 'b.png'}: no code found",
    ]  # fmt: skip


def test_bench_camera_counts_correct_and_wrong_for_the_cascade_and_each_decoder_alone(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png", Scene().of(label("010401234567890110AB-1", DATA_MATRIX)))
    write_picture(tmp_path / "b.png", Scene().of(label("4006381333931", EAN_13, 3)))
    write_picture(tmp_path / "c.png", Scene().of())
    rows = [
        {"file": "a.png", "symbology": "DataMatrix", "text": "010401234567890110AB-1"},
        {"file": "b.png", "symbology": "EAN13", "text": "4006381333948"},  # not what stands there
        {"file": "c.png", "symbology": "NONE", "text": None},
    ]
    (tmp_path / "truth.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    run = call("bench-camera", tmp_path, "--misses")
    lines = {line[:22].strip(): line[22:] for line in run.output.splitlines()}
    counts = {name: [cell.split()[:3:2] for cell in line.split("|")[1:]] for name, line in lines.items()}
    assert counts["two-dimensional codes"] == [["1", "0"], ["1", "0"], ["0", "0"]]
    assert counts["linear codes"] == [["0", "1"], ["0", "1"], ["0", "1"]]
    assert counts["nothing"] == [["1", "0"], ["1", "0"], ["1", "0"]]
    assert "b.png: expected EAN-13 '4006381333948', got 4006381333931" in run.output


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 1: expected an object"),
        ("[]", "line 1: expected an object"),
        ('{"file":"a.png","symbology":"Kode","text":"1"}', "line 1: symbology is 'Kode'"),
        ('{"file":"a.png","symbology":"QR","text":null}', "line 1: expected a file name, and a text"),
    ],
)
def test_a_mistake_in_a_truth_file_is_said_with_its_line(line: str, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("(", "\\(")):
        parse_truth(line)


def test_bench_camera_says_what_is_missing(tmp_path: Path) -> None:
    assert "No such file" in call("bench-camera", tmp_path).output
    (tmp_path / "truth.jsonl").write_text('{"file":"away.png","symbology":"QR","text":"1"}\n')
    run = call("bench-camera", tmp_path)
    assert run.exit_code == 1 and "away.png: cannot be read" in run.output
