"""Mutants of the real code must be noticed by their hunters: here one of each kind, in `make faults` all."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.faults.hunt import HUNTERS, hunt
from tests.faults.mutant import Mutant
from tests.faults.mutants import MUTANTS
from tests.faults.strace_log import ROOT

# Take long; `make faults` hunts them, as it hunts all.
SLOW = frozenset({
    "filter_armed_early_on_the_floor", "sequence_reused_on_the_floor", "unapproved_in_any_history",
    "picture_put_away_before_commit", "ssi_acknowledged_before_commit", "any_keyboard_taken",
    "retained_press_accepted", "lost_signals_not_told", "failed_press_acknowledged", "token_not_compared",
    "press_acknowledged_before_commit", "taken_back_twice", "never_resumes", "news_taken_for_an_answer",
    "first_sample_taken_for_a_press", "no_checkpoint_before_green", "sealed_file_may_end_anywhere",
    "natural_key_not_recognised", "ssi_repeat_is_a_second_code", "witness_check_sum_ignored",
    "captured_before_the_job_ends", "cursor_not_noted", "refused_document_given_up",
})  # fmt: skip


def _one_of_each_kind() -> tuple[Mutant, ...]:
    """The first quick mutant of each fault method and of each directory of tests: each kind can fail."""
    chosen: dict[str, Mutant] = {}
    for mutant in MUTANTS:
        if mutant.name not in SLOW:
            chosen.setdefault(mutant.hunter.rpartition("/")[0] or mutant.hunter, mutant)
    return tuple(chosen.values())


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("mutant", _one_of_each_kind(), ids=lambda mutant: mutant.name)
def test_the_mutant_is_killed(mutant: Mutant) -> None:
    tally = hunt(mutant)
    print(tally)
    assert tally.broken > 0, f"{mutant.name} survived {mutant.hunter}: {mutant.breaks} ({tally})"


def test_every_mutant_has_a_hunter_and_a_name_of_its_own() -> None:
    hunters = {mutant.hunter for mutant in MUTANTS}
    assert {one for one in hunters if not (ROOT / one).exists()} <= set(HUNTERS)
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    assert {mutant.name for mutant in MUTANTS} >= SLOW


def test_every_edit_still_fits_the_code_it_changes() -> None:
    for mutant in MUTANTS:
        for edit in mutant.edits:
            source = (ROOT / (edit.module.replace(".", "/") + ".py")).read_text(encoding="utf-8")
            assert source.count(edit.old) >= 1, f"{mutant.name} no longer fits {edit.module}"


def test_a_mutant_that_does_not_fit_is_an_error_and_not_a_pass() -> None:
    code = (
        "from tests.faults import mutants as m;"
        " m.MUTANTS = (m.Mutant('x', '', '', (m.Edit('gateway.ids', 'absent', ''),)),);"
        " m.main(['x', 'gateway.ids'])"
    )
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode != 0
    assert "does not fit gateway.ids" in run.stderr
