"""Learning a scanner's set-up from scans of the probe sheet; and the sheet itself, read back."""

from __future__ import annotations

import os
import re
import select
import threading
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
import zxingcpp
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.codes.keyboard import LAYOUTS, as_sent, typed
from gateway.codes.parse import parse
from gateway.codes.probe import GS1_PROBE, ISO_PROBE, Learned, learn
from gateway.codes.profile import Profile
from gateway.label import Symbol, symbol_png
from gateway.probe_sheet import sheet_svg

GS1 = "010950110153000310PROBE-/&:\x1d21LABEL"


def arriving(gs: str, rs: str, eot: str, *, prefix: str = "", aim: bool = False, suffix: str = "\r") -> str:
    """Both symbols as a scanner with this set-up sends them."""
    both = ((("]d2" if aim else "") + GS1), (("]d1" if aim else "") + ISO_PROBE))
    changed = [text.replace("\x1d", gs).replace("\x1e", rs).replace("\x04", eot) for text in both]
    return "".join(prefix + text + suffix for text in changed)


def told(learned: Learned) -> tuple[str, str, str]:
    return learned.gs, learned.rs, learned.eot


@pytest.mark.parametrize(
    ("gs", "rs", "eot", "expected"),
    [
        ("\x1d", "\x1e", "\x04", ("kept", "kept", "kept")),
        ("", "", "", ("dropped", "dropped", "dropped")),
        ("@", "@", "", ("@", "@", "dropped")),
        ("|", "~", "$", ("|", "~", "$")),
        ("^]", "^^", "^D", ("^]", "^^", "^D")),
        ("029", "030", "004", ("029", "030", "004")),
        ("\uf70b", "\uf70c", "", ("\uf70b", "\uf70c", "dropped")),
        ("\u241d", "\u241e", "\u2404", ("\u241d", "\u241e", "\u2404")),
        ("]", "^", "", ("]", "^", "dropped")),
    ],
)
def test_what_became_of_the_separators(gs: str, rs: str, eot: str, expected: tuple[str, str, str]) -> None:
    learned = learn(arriving(gs, rs, eot).encode())
    assert (learned.scans, told(learned), learned.suffix, learned.has_aim) == (2, expected, "\r", False)
    label = parse(f"010950110153000310AB-1{gs}2177".encode(), "]C1", profile=Profile("x", *told(learned)))
    assert label.is_valid is (gs not in ("", "029"))  # nobody can say where these were
    assert not label.is_valid or label.keys.serial == "77"


def test_prefix_suffix_and_symbology_identifier() -> None:
    learned = learn(arriving("\x1d", "\x1e", "\x04", prefix="\x02", aim=True, suffix="\r\n").encode())
    assert (learned.prefix, learned.suffix, learned.has_aim) == ("\x02", "\r\n", True)
    assert learned.notes == ()
    body = tomllib.loads("[[device]]\n" + learned.toml())["device"]
    assert body[0]["suffixes"] == ["\r\n"] and body[0]["separators"] == {"gs": "kept", "rs": "kept", "eot": "kept"}


def test_a_separator_that_arrives_now_so_now_so_is_taken_for_dropped() -> None:
    learned = learn((GS1 + "\r" + GS1.replace("\x1d", "@") + "\r").encode())
    assert learned.gs == "dropped" and any("two ways" in note for note in learned.notes)


@pytest.mark.parametrize("layout", [name for name in LAYOUTS if name != "us"])
def test_a_keyboard_of_another_layout_is_recognised(layout: str) -> None:
    learned = learn(typed(arriving("#", "#", ""), layout).encode())
    assert learned.scans >= 1  # where [ is a dead key, the ISO symbol cannot be recognised
    assert learned.layout == layout and repr(layout) in learned.notes[0]


def test_a_belgian_keyboard_shows_what_people_report_of_it() -> None:
    assert typed("0013748911", "be") == "àà&\"è'!ç&&"
    assert as_sent("àà&\"è'!ç&&", "be") == "0013748911"


def test_nothing_is_learned_from_other_codes() -> None:
    learned = learn(b"4006381333931\r")
    assert learned.scans == 0 and "sheet" in learned.notes[0]


@pytest.mark.parametrize(
    ("text", "symbol", "aim", "data"),
    [
        (GS1_PROBE, Symbol.GS1_DATA_MATRIX, "]d2", GS1),
        (GS1_PROBE, Symbol.GS1_128, "]C1", GS1),
        (ISO_PROBE, Symbol.DATA_MATRIX, "]d1", ISO_PROBE),
    ],
)
def test_the_symbols_of_the_sheet_hold_their_separators(text: str, symbol: Symbol, aim: str, data: str) -> None:
    image = cv2.imdecode(np.frombuffer(symbol_png(text, symbol, scale=3), np.uint8), cv2.IMREAD_GRAYSCALE)
    (found,) = zxingcpp.read_barcodes(image, text_mode=zxingcpp.TextMode.Plain)
    assert (found.symbology_identifier, found.text) == (aim, data)
    assert learn((found.symbology_identifier + found.text + "\r").encode()).gs == "kept"


def test_the_sheet_is_one_drawing_with_three_symbols() -> None:
    root = ElementTree.fromstring(sheet_svg())
    assert len(root.findall("{http://www.w3.org/2000/svg}svg")) == 3
    assert "http" not in re.sub(r'xmlns="[^"]*"', "", sheet_svg())


def run(*arguments: str, given: bytes = b"") -> Result:
    return CliRunner().invoke(main, ["probe", *arguments], input=given)


def test_the_command_writes_the_sheet_and_learns_from_a_recording(tmp_path: Path) -> None:
    assert run("--sheet", str(tmp_path / "sheet.svg")).exit_code == 0
    assert (tmp_path / "sheet.svg").read_text() == sheet_svg() == run().stdout
    result = run("--learn", "-", given=arriving("|", "|", "").encode())
    assert result.exit_code == 0 and 'gs = "|"' in result.stdout and "note:" in result.stderr
    nothing = run("--learn", "-", given=b"rubbish")
    assert nothing.exit_code == 1 and "nothing was learned" in nothing.stderr


def test_the_command_learns_from_a_real_line_and_asks_what_the_person_saw(tmp_path: Path) -> None:
    master, slave = os.openpty()
    config = tmp_path / "gateway.toml"
    config.write_text(
        f'[gateway]\nid = "g"\nsite = "P1"\ndata_dir = "d"\n[sync]\nenabled = false\n[[station]]\nid = "S1"\n'
        f'role = "consume"\nlocation = "L"\n[[device]]\nid = "scan-1"\ntype = "serial"\nstation = "S1"\n'
        f'port = "{os.ttyname(slave)}"\nprofile = "datalogic"\n'
    )
    done = threading.Event()

    def scanner() -> None:
        """Scans again and again, as the command discards what came before it listened."""
        while not done.wait(1):
            os.write(master, arriving("\x1d", "\x1e", "\x04").encode())
            if select.select([master], [], [], 0)[0]:
                return

    thread = threading.Thread(target=scanner)
    thread.start()
    try:
        result = run("--device", "scan-1", "--config", str(config), "--seconds", "20", given=b"y\nn\n")
        thread.join()
        assert result.exit_code == 0, result.output
        assert 'gs = "kept"' in result.stdout and 'shown_by = "none"' in result.stdout
        assert os.read(master, 100).startswith(b"\x06\x01F")
        missing = run("--device", "other", "--config", str(config))
        assert missing.exit_code == 1 and "expected one of scan-1" in missing.stderr
        assert run("--device", "scan-1").exit_code == 2
    finally:
        os.close(master)
        os.close(slave)
