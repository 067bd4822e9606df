"""Parameters: every mistake is found in one pass and says what was expected."""

from __future__ import annotations

import pytest

from gateway.reorder.kind import KINDS, parameters_of
from gateway.reorder.parameter import DAY_MS, format_span, read_span, spec_of


def test_all_mistakes_of_a_rule_are_found_at_once() -> None:
    parameters, mistakes = parameters_of(
        "fixed_lot", {"reorder_point": -1, "lot": 2.5, "stock": "everything", "colour": "red"}
    )
    assert parameters is None
    told = {one.member: one.expected for one in mistakes}
    assert sorted(told) == ["colour", "lot", "reorder_point", "stock"]
    assert "decimal in quotes such as '2.5'" in told["lot"]
    assert told["stock"] == "one of on_hand, free, position"


def test_a_member_that_is_missing_is_told_with_what_it_is_for() -> None:
    _, mistakes = parameters_of("below_safety", {})
    assert [one.member for one in mistakes] == ["safety_stock"]
    assert "order when there is less than this" in mistakes[0].expected


def test_an_unknown_kind_is_told_with_all_there_are() -> None:
    _, mistakes = parameters_of("magic", {})
    assert mistakes[0].expected == f"one of {', '.join(KINDS)}"


@pytest.mark.parametrize(("text", "span_ms"), [("3 d", 3 * DAY_MS), ("90 min", 5_400_000), ("1.5h", 5_400_000)])
def test_times_are_read(text: str, span_ms: int) -> None:
    assert read_span(text) == span_ms
    assert read_span(format_span(span_ms)) == span_ms


def test_every_parameter_of_every_kind_says_what_it_is() -> None:
    for kind in KINDS.values():
        for one in kind.parameters.__dataclass_fields__.values():
            assert spec_of(one).about, f"{kind.name}.{one.name}"
