"""`kanban-gateway labels`: cards of a loop to a file and to a printer, and which of them are outdated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from firmware_sim.label_printer import LabelPrinter
from gateway.cli import main
from gateway.clock import SystemClock
from gateway.codes.badge import parse_badge
from gateway.codes.command import parse_command
from gateway.decide import Decider
from gateway.model import Action, MasterData
from gateway.settings import load_settings
from gateway.store.writer import Request, Writer
from gateway.wiring import open_store
from tests.cli.test_store_commands import _CONFIG
from tests.kanban.floor import LOOP
from tests.labels.raster import pdf_pages, read, svg_page, zpl_label

CARDS = tuple({"id": f"C{n}", "loop": "LP-1"} for n in (1, 2, 3))
PLACES = ({"id": "A-01", "name": "Rack"}, {"id": "yard 7", "name": "Yard", "code": "YARD/7"})


def learn(path: Path, version: int, **datasets: tuple[dict[str, Any], ...]) -> None:
    settings, clock = load_settings(path), SystemClock("boot")
    store = open_store(settings, clock)
    writer = Writer(store, Decider({}), clock)
    for dataset, rows in datasets.items():
        writer.step([Request(MasterData(dataset, version, f"e{version}", rows))])
    store.close()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "gateway.toml"
    path.write_text(_CONFIG)
    learn(path, 1, loops=(LOOP,), cards=CARDS, locations=PLACES)
    return path


def run(config: Path, *arguments: object) -> Result:
    return CliRunner().invoke(main, ["labels", *map(str, arguments), "--config", str(config)])


def outdated(config: Path) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = json.loads(run(config, "outdated", "--json").output)
    return found


def test_the_cards_of_a_loop_are_printed_on_one_sheet_and_read_back(config: Path, tmp_path: Path) -> None:
    result = run(config, "cards", "--loop", "LP-1", "--pdf", tmp_path / "cards.pdf")
    assert result.exit_code == 0, result.output
    [page] = pdf_pages((tmp_path / "cards.pdf").read_bytes())
    height, width = page.shape
    cuts = [page[: height // 4, : width // 2], page[: height // 4, width // 2 :], page[height // 4 : height // 2]]
    assert [{text[:9] for _, text in read(cut)} for cut in cuts] == [{"K1.P1.C1."}, {"K1.P1.C2."}, {"K1.P1.C3."}]


def test_a_single_card_is_an_svg_or_zpl_of_its_own(config: Path, tmp_path: Path) -> None:
    assert run(config, "cards", "--card", "C2", "--svg", tmp_path / "card.svg").exit_code == 0
    seen = read(svg_page((tmp_path / "card.svg").read_text()))
    assert {text[:11] for _, text in seen} == {"K1.P1.C2.1."} and {aim for aim, _ in seen} == {"]Q1", "]C0"}
    label = run(config, "cards", "--card", "C2", "--zpl", "-", "--data-matrix").stdout
    assert {aim for aim, _ in read(zpl_label(label))} == {"]d1", "]C0"}


def test_several_svg_pages_are_several_files(config: Path, tmp_path: Path) -> None:
    assert run(config, "cards", "--loop", "LP-1", "--svg", tmp_path / "card.svg", "--single").exit_code == 0
    assert sorted(path.name for path in tmp_path.glob("*.svg")) == ["card-1.svg", "card-2.svg", "card-3.svg"]


def test_cards_are_printed_on_a_label_printer_and_its_errors_are_shown(config: Path) -> None:
    machine = LabelPrinter()
    try:
        where = f"127.0.0.1:{machine.port}"
        assert run(config, "cards", "--loop", "LP-1", "--printer", where).exit_code == 0
        assert [{text[:9] for _, text in read(zpl_label(label))} for label in machine.wait(3)] == [
            {"K1.P1.C1."}, {"K1.P1.C2."}, {"K1.P1.C3."},
        ]  # fmt: skip
        machine.state.has_paper = False
        result = run(config, "cards", "--loop", "LP-1", "--printer", where)
        assert result.exit_code == 1 and "no paper" in result.output
    finally:
        machine.close()


def test_cards_whose_loop_changed_since_they_were_printed_are_outdated_until_they_are_printed_again(
    config: Path, tmp_path: Path
) -> None:
    paper = ("--pdf", tmp_path / "cards.pdf")
    run(config, "cards", "--card", "C1", "--card", "C2", *paper)
    assert run(config, "outdated").output == "no printed card is outdated\n"
    learn(config, 2, loops=({**LOOP, "quantity": "60"},))
    assert outdated(config) == {
        name: {"quantity": [f"{LOOP['quantity']} {LOOP['uom']}", f"60 {LOOP['uom']}"]} for name in ("C1", "C2")
    }
    assert run(config, "outdated").exit_code == 1
    run(config, "cards", "--card", "C1", *paper)
    assert list(outdated(config)) == ["C2"]
    CliRunner().invoke(main, ["card", "reprint", "C1", "--config", str(config)])
    assert outdated(config)["C1"] == {"print": ["1", "2"]}
    CliRunner().invoke(main, ["card", "lost", "C2", "--config", str(config)])
    assert outdated(config)["C2"] == {"life": ["in use", "LOST"]}
    assert "left out, as they are used no more: C2" in run(config, "cards", "--loop", "LP-1", *paper).output


def test_what_was_printed_stands_in_the_journal_and_survives_a_rebuild(config: Path, tmp_path: Path) -> None:
    run(config, "cards", "--card", "C1", "--pdf", tmp_path / "cards.pdf")
    line = CliRunner().invoke(main, ["events", "--kind", "cards_printed", "--config", str(config)]).output
    assert json.loads(line)["cards"] == ["C1"]
    assert CliRunner().invoke(main, ["rebuild", "--config", str(config)]).exit_code == 0
    learn(config, 2, loops=({**LOOP, "quantity": "60"},))
    assert list(outdated(config)) == ["C1"]


def test_a_card_that_could_not_be_written_is_not_noted_as_printed(config: Path, tmp_path: Path) -> None:
    result = run(config, "cards", "--card", "C1", "--pdf", tmp_path / "away" / "cards.pdf")
    assert result.exit_code == 1 and "cannot be written" in result.output
    assert run(config, "outdated", "--json").output == "{}\n"
    assert CliRunner().invoke(main, ["events", "--kind", "cards_printed", "--config", str(config)]).output == ""


def test_labels_of_places_carry_the_site_s_own_code_where_it_has_one(config: Path, tmp_path: Path) -> None:
    for name, code in (("A-01", "K1L.P1.A-01."), ("yard 7", "YARD/7")):
        assert run(config, "bins", name, "--svg", tmp_path / "bin.svg").exit_code == 0
        [(_, text)] = read(svg_page((tmp_path / "bin.svg").read_text()))
        assert text.startswith(code)
    assert run(config, "bins", "--pdf", tmp_path / "bins.pdf").exit_code == 0


def test_badges_and_command_cards_are_signed_and_understood(config: Path, tmp_path: Path) -> None:
    config.write_text(f'{config.read_text()}\n[commands]\nsecret_credential = "signs"\n')
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "signs").write_text("a secret of the plant")
    (tmp_path / "credentials" / "signs").chmod(0o600)
    learn(config, 1, people=({"id": "ana", "name": "Ana", "badge": "4471"},))
    assert run(config, "badges", "ana", "--svg", tmp_path / "badge.svg").exit_code == 0
    [(_, badge)] = read(svg_page((tmp_path / "badge.svg").read_text()))
    assert parse_badge(badge, site="P1", secret=b"a secret of the plant") == "4471"
    label = run(config, "commands", "undo", "--zpl", "-").stdout
    [(_, command)] = read(zpl_label(label))
    assert parse_command(command, site="P1", secret=b"a secret of the plant") is Action.UNDO


def test_a_pallet_label_is_printed_with_the_check_digit_of_its_sscc(tmp_path: Path) -> None:
    arguments = ["labels", "pallet", "34012345000000001", "--line", "To LINE3", "--svg", str(tmp_path / "p.svg")]
    result = CliRunner().invoke(main, [*arguments, "--copies", "1"])
    assert (result.exit_code, result.output) == (0, "340123450000000017\n")
    assert read(svg_page((tmp_path / "p.svg").read_text())) == {
        ("]C1", "00340123450000000017"), ("]d2", "00340123450000000017"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("cards", "--loop", "LP-1"), 2, "give one of --pdf"),
        (("cards", "--loop", "LP-1", "--zpl", "-", "--pdf", "x.pdf"), 2, "give one of --pdf"),
        (("cards", "--zpl", "-"), 2, "give --loop or --card"),
        (("cards", "--loop", "LP-9", "--zpl", "-"), 1, "'LP-9' has no cards here"),
        (("cards", "--card", "C9", "--zpl", "-"), 1, "'C9' is not in the master data"),
        (("bins", "NOPE", "--zpl", "-"), 1, "place NOPE is not in the master data"),
        (("commands", "--zpl", "-"), 1, "secret_credential"),
        (("cards", "--card", "C1", "--printer", "a:b:c"), 2, "expected HOST or HOST:PORT"),
    ],
)
def test_what_is_wrong_is_said(config: Path, arguments: tuple[str, ...], status: int, said: str) -> None:
    result = run(config, *arguments)
    assert (result.exit_code, said in result.output) == (status, True), result.output


def test_a_wrong_sscc_is_refused() -> None:
    result = CliRunner().invoke(main, ["labels", "pallet", "340123450000000019", "--zpl", "-"])
    assert result.exit_code == 1 and "check digit should be 7" in result.output
