"""Every mutant of the real code must be noticed by its method; a surviving one fails the build."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.faults.goods_mutants import GOODS_MUTANTS
from tests.faults.hunt import HUNTERS, hunt
from tests.faults.mutant import Mutant
from tests.faults.mutants import MUTANTS
from tests.faults.strace_log import ROOT

# Half a minute and more each; `make faults` hunts them, and each has a quicker one of its kind here.
HUNTED_IN_THE_CAMPAIGN = frozenset({
    "filter_armed_early_on_the_floor", "sequence_reused_on_the_floor", "unapproved_in_any_history",
    "session_of_a_blocked_person", "refused_badge_keeps_the_session",
    "required_badge_not_required", "approved_by_oneself", "approval_for_whatever_comes", "anybody_accepts",
    "walk_accepts_what_is_inspected", "too_much_is_not_asked", "signature_of_a_badge_told", "question_never_times_out",
}) | {mutant.name for mutant in GOODS_MUTANTS[4:]}  # fmt: skip
HUNTED_HERE = tuple(mutant for mutant in MUTANTS if mutant.name not in HUNTED_IN_THE_CAMPAIGN)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("mutant", HUNTED_HERE, ids=lambda mutant: mutant.name)
def test_the_mutant_is_killed(mutant: Mutant) -> None:
    tally = hunt(mutant)
    print(tally)
    assert tally.broken > 0, f"{mutant.name} survived {mutant.hunter}: {mutant.breaks} ({tally})"


def test_every_mutant_has_a_hunter_and_a_name_of_its_own() -> None:
    hunters = {mutant.hunter for mutant in MUTANTS}
    assert {one for one in hunters if not (ROOT / one).exists()} <= set(HUNTERS)
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    assert {mutant.name for mutant in MUTANTS} >= HUNTED_IN_THE_CAMPAIGN


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
