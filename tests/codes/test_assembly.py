"""A label with one symbol for each value, scanned one after another."""

from __future__ import annotations

from decimal import Decimal

from gateway.codes.assembly import PART_LIMIT, TIMEOUT_MS, Assembly, Progress, Step, add
from gateway.codes.merge import merged
from gateway.codes.parse import parse
from gateway.parsed import Amount, Label, Syntax

NEEDED = ("item|supplier_item", "quantity", "supplier")
PAUSE_MS = 2000


def scanned(*codes: str, needed: tuple[str, ...] = NEEDED, pause_ms: int = PAUSE_MS) -> list[Step]:
    assembly = Assembly(needed)
    steps = []
    for number, code in enumerate(codes, 1):
        step = add(assembly, parse(code.encode()), number * pause_ms)
        assembly = step.assembly
        steps.append(step)
    return steps


def test_the_label_is_complete_with_the_last_thing_that_is_needed() -> None:
    first, second, third, fourth = scanned("PA-100", "Q40", "3QEA", "V4711")
    assert (first.progress, first.missing) == (Progress.ADDED, ("quantity", "supplier"))
    assert (second.missing, third.missing) == (("supplier",), ("supplier",))
    assert fourth.progress is Progress.COMPLETE and fourth.label is not None
    keys = fourth.label.keys
    assert (keys.item, keys.supplier, keys.quantity) == ("A-100", "4711", Amount(Decimal(40), "PCE"))
    assert fourth.label.syntax is Syntax.ASSEMBLED and fourth.label.raw == b"PA-100\nQ40\n3QEA\nV4711"
    assert fourth.assembly.parts == ()


def test_the_same_symbol_again_changes_nothing() -> None:
    steps = scanned("PA-100", "PA-100", "Q40")
    assert steps[1].progress is Progress.REPEATED and len(steps[2].assembly.parts) == 2


def test_another_item_begins_another_label_and_what_was_given_up_is_told() -> None:
    step = scanned("PA-100", "Q40", "PB-200")[-1]
    assert step.progress is Progress.RESTARTED and step.flaw is not None and step.flaw.code == "REPEATED"
    assert [part.text for part in step.given_up] == ["PA-100", "Q40"]
    assert step.missing == ("quantity", "supplier")


def test_parts_of_a_label_that_was_left_alone_are_never_mixed_with_the_next_one() -> None:
    first, second = scanned("PA-100", "Q40", pause_ms=TIMEOUT_MS + 1)
    assert second.progress is Progress.RESTARTED and second.flaw is not None and second.flaw.code == "ASSEMBLY_TIMEOUT"
    assert [part.text for part in second.assembly.parts] == ["Q40"]
    assert [part.text for part in second.given_up] == ["PA-100"]
    assert first.assembly.is_late(2 * TIMEOUT_MS + 3) and not first.assembly.is_late(2 * TIMEOUT_MS)


def test_what_is_damaged_or_no_label_is_refused_and_leaves_the_rest_as_it_is() -> None:
    steps = scanned("PA-100", "]E04006381333932", "just a text;", "Q40")
    assert [step.progress for step in steps[1:3]] == [Progress.REFUSED, Progress.REFUSED]
    assert [step.flaw.code for step in steps[1:3] if step.flaw] == ["CHECK_DIGIT", "NO_LABEL"]
    assert [part.text for part in steps[3].assembly.parts] == ["PA-100", "Q40"]


def test_no_label_has_any_number_of_codes() -> None:
    steps = scanned(*(f"{number}ZX" for number in range(10, 10 + PART_LIMIT)), "PA-1", needed=("quantity",))
    assert all(step.progress is Progress.REFUSED for step in steps[:PART_LIMIT])  # unknown identifiers mean nothing
    identifiers = ("P", "1P", "2P", "S", "1T", "V", "K", "4K", "1K", "11K", "4L", "15K", "13Q", "9D", "J", "8V", "16D")
    values = {"16D": "20240131"}
    steps = scanned(*(f"{one}{values.get(one, 'A1')}" for one in identifiers), needed=("quantity",))
    assert steps[-1].progress is Progress.RESTARTED
    assert steps[-1].flaw is not None and steps[-1].flaw.code == "TOO_MANY_PARTS"


def test_a_logistic_label_in_two_symbols_has_no_missing_partner_any_more() -> None:
    goods = parse(b"]C10209501101530003372410L-77")
    unit = parse(b"]C100340123450000000000")
    assert [flaw.code for flaw in goods.warnings] == ["SEPARATOR_DOUBT"] or goods.errors
    goods = parse(b"]C1020950110153000337240\x1d10L-77")
    assert "MISSING_PARTNER" in [flaw.code for flaw in goods.warnings]
    label = merged([unit, goods])
    assert label.warnings == () and label.errors == ()
    assert (label.keys.sscc, label.keys.content_gtin, label.keys.lot) == (
        "340123450000000000", "09501101530003", "L-77",
    )  # fmt: skip


def test_codes_that_contradict_each_other_make_no_label() -> None:
    def refusal(*codes: str) -> list[str]:
        label: Label = merged([parse(code.encode()) for code in codes])
        assert label.keys.as_json() == {}
        return [flaw.code for flaw in label.errors]

    assert refusal("]C10109501101530003", "]C1010950110153000310X\x1d", "]C10209501101530003") == ["FORBIDDEN_PAIR"]
    assert refusal("]C1010950110153000310LOT1", "1TLOT2") == ["CONFLICT"]
    assert refusal("Q40", "Q41") == ["REPEATED"]
