"""What is printed reads back with our own camera: every label as SVG, PDF and ZPL."""

from __future__ import annotations

import pytest

from gateway.codes.badge import format_badge
from gateway.codes.bin import format_bin
from gateway.codes.card import CardCode, format_card, parse_card
from gateway.codes.command import format_command, parse_command
from gateway.labels import layout, pdf, svg, zpl
from gateway.labels.drawing import Drawing, Kind
from gateway.labels.face import BinFace, CardFace, PalletFace, SignedFace
from gateway.labels.page import A4, pages
from gateway.model import Action
from tests.labels.raster import pdf_pages, pdf_text, read, svg_page, zpl_label

SECRET = b"a secret of the plant"
CODE = format_card(CardCode("P1", "K-000812-03", 2))


def face(code: str = CODE, number: int = 3, name: str = 'Screw <M4> & "nut"') -> CardFace:
    return CardFace(
        code, "K-000812-03", 2, "LP-812", "SCREW-A", name, "40 PCE", "LINE3", "SUPERMARKET", number, 5
    )  # fmt: skip


PALLET = PalletFace.build(
    "34012345000000001", content="0401234567890", count=480, lot="AB-1", lines=("To LINE3", "PO 4500017")
)
BADGE = format_badge("P1", "4471", SECRET)
COMMAND = format_command("P1", "UNDO", SECRET)
LABELS: dict[str, tuple[Drawing, set[tuple[str, str]]]] = {
    "card": (layout.card(face()), {("]Q1", CODE), ("]C0", CODE)}),
    "card with Data Matrix": (layout.card(face(), Kind.DATA_MATRIX), {("]d1", CODE), ("]C0", CODE)}),
    "bin": (
        layout.place(BinFace(format_bin("P1", "A-01-03"), "A-01-03", "Rack 1")),
        {("]Q1", format_bin("P1", "A-01-03"))},
    ),
    "badge": (layout.signed(SignedFace(BADGE, "Ana Bělá", "4471")), {("]Q1", BADGE)}),
    "command": (layout.signed(SignedFace(COMMAND, "UNDO", "")), {("]Q1", COMMAND)}),
    "pallet": (
        layout.pallet(PALLET),
        {
            ("]d2", "00340123450000000017"),
            ("]C1", "00340123450000000017"),
            ("]C1", "02040123456789013748" + "0\x1d10AB-1"),
        },
    ),
}
each_label = pytest.mark.parametrize(("drawing", "codes"), LABELS.values(), ids=LABELS)


@each_label
def test_a_label_as_pdf_reads_back(drawing: Drawing, codes: set[tuple[str, str]]) -> None:
    [page] = pdf_pages(pdf.render(pages([drawing], None), "test"))
    assert read(page) == codes


@each_label
def test_a_label_as_svg_reads_back(drawing: Drawing, codes: set[tuple[str, str]]) -> None:
    [page] = pages([drawing], None)
    assert read(svg_page(svg.render(page))) == codes


@each_label
@pytest.mark.parametrize("dpi", [203, 300])
def test_a_label_as_zpl_reads_back(drawing: Drawing, codes: set[tuple[str, str]], dpi: int) -> None:
    assert read(zpl_label(zpl.render(drawing, dpi))) == codes


def test_what_reads_back_is_understood() -> None:
    assert parse_card(CODE, site="P1") == CardCode("P1", "K-000812-03", 2)
    assert parse_command(COMMAND, site="P1", secret=SECRET) is Action.UNDO


def test_a_sheet_holds_eight_cards_and_the_ninth_goes_to_the_next_page() -> None:
    codes = [format_card(CardCode("P1", f"K-{n}", 1)) for n in range(9)]
    sheet = pages([layout.card(face(code, n)) for n, code in enumerate(codes, 1)], A4)
    assert [len(page.labels) for page in sheet] == [8, 1]
    data = pdf.render(sheet, "cards")
    assert data == pdf.render(sheet, "cards")
    for page, drawn in zip(sheet, pdf_pages(data), strict=True):
        assert abs(drawn.shape[0] - 297 * 8) <= 1 and abs(drawn.shape[1] - 210 * 8) <= 1
        for left, top, label in page.labels:
            part = drawn[int(top * 8) : int((top + label.height) * 8), int(left * 8) : int((left + label.width) * 8)]
            [code] = {text for _, text in read(part)}
            assert code in codes
            codes.remove(code)
    assert codes == []


def test_a_pdf_says_in_words_what_stands_on_the_card_whatever_the_language() -> None:
    for name in ('Screw <M4> & "nut"', "Śruba sześciokątna", "六角螺栓", "Болт"):
        data = pdf.render(pages([layout.card(face(name=name))], None), "cards")
        said = pdf_text(data)
        assert "SCREW-A" in said and "3 of 5" in said and "40 PCE" in said and "print 2" in said
        if name.isascii() or name == "六角螺栓":
            assert name in said


def test_a_code_too_long_for_bars_that_can_be_scanned_leaves_them_out_and_keeps_the_square_one() -> None:
    long = format_card(CardCode("P1", "K-" + "X1" * 17, 1))
    [page] = pages([layout.card(face(long))], None)
    assert read(svg_page(svg.render(page))) == {("]Q1", long)}
