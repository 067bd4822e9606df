"""The GS1 Syntax Engine's own cases: the part that lives here always, all of them when a directory is named."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from gateway.codes.parse import parse
from tests.codes.gs1_suite import Vector, agrees, all_vectors, golden_vectors, says

# What the engine says and we do not, each explained in gateway/codes/CONFORMANCE.md.
EXPLAINED = {
    "https://a/01/416000336108",
    "https://a/01/02345673",
    "(01)12312312312326(99)000001(8200)http://example.com(95)INT",
    "(01)12312312312326(22)ABC(10)DEF(99)000001(235)TPX9526064(95)INT",
}
AGREEMENT_PERCENT = 97


def disagreements(vectors: list[Vector]) -> list[Vector]:
    return [vector for vector in vectors if not agrees(vector)]


def test_only_explained_cases_differ_from_the_engine() -> None:
    vectors = golden_vectors()
    assert len(vectors) > 100
    assert {one.given for one in disagreements(vectors)} <= EXPLAINED
    assert {one.kind for one in vectors} == {
        "bracketed", "unbracketed", "linter", "assoc", "dluri", "dlgen", "scandata", "scangen",
    }  # fmt: skip


def test_a_refusal_names_what_was_got_and_what_was_expected() -> None:
    for vector in golden_vectors():
        for flaw in parse(vector.given.encode()).errors:
            assert flaw.code.isupper() and flaw.text.endswith(".")
            assert flaw.expected, (vector, flaw)


@pytest.mark.skipif("KANBAN_VECTORS" not in os.environ, reason="names the directory of the whole suites")
def test_the_whole_suite_agrees(capsys: pytest.CaptureFixture[str]) -> None:
    vectors = all_vectors(Path(os.environ["KANBAN_VECTORS"], "gs1_engine.json"))
    wrong = disagreements(vectors)
    with capsys.disabled():
        share = 100 * (len(vectors) - len(wrong)) / len(vectors)
        coupons = sum("(811" in one.given and not one.ok for one in vectors)
        print(f"\ngs1_engine: {len(vectors) - len(wrong)} of {len(vectors)} agree, {share:.1f} %", end="; ")
        print(f"{coupons} of them are coupons, which are refused whole")
        for one in wrong:
            print(f"  {one.kind} {one.given}: engine {'accepts' if one.ok else 'refuses'}")
            print(f"    {says(parse(one.given.encode()))}")
    assert 100 * len(wrong) <= (100 - AGREEMENT_PERCENT) * len(vectors)


@pytest.mark.skipif("KANBAN_VECTORS" not in os.environ, reason="names the directory of the whole suites")
def test_every_label_that_needs_no_template_is_read_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(Path(os.environ["KANBAN_VECTORS"], "mh10_di.json").read_text())
    enveloped = [row for row in rows if row["raw"].startswith("[)>")]
    for row in enveloped:
        label = parse(row["raw"].encode())
        told = {one.value for one in label.elements} | {format(label.keys.quantity.value, "f")}  # type: ignore[union-attr]
        told |= {day.isoformat() for day in (label.keys.produced, label.keys.expiry) if day}
        missing = {str(value) for value in row.get("fields", {}).values()} - told
        assert label.is_valid and not missing, (row, label)
    with capsys.disabled():
        print(f"\nmh10_di: all {len(enveloped)} of {len(rows)} records without a site template agree")
