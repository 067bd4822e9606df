"""Mutants of what is to be trusted before rules go live: back-test, sizing, certification."""

from __future__ import annotations

from tests.faults.mutant import Edit, Mutant

_SIMULATION, _CARDS, _TRIAL = (
    "tests/backtest/test_simulation.py", "tests/backtest/test_cards.py", "tests/trial/test_comparison.py",
)  # fmt: skip

TRUST_MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "old_receipts_come_again", "new rules live on what the old ones ordered", _SIMULATION,
        (Edit("gateway.backtest.recorder", "DROPPED if is_dropped else int(Flow.RECEIPT)", "int(Flow.RECEIPT)"),),
    ),
    Mutant(
        "undone_demand_counted", "what was undone is demand all the same", _SIMULATION,
        (Edit("gateway.backtest.demand", '    return event["t"] in TAKEN_BACK or', "    return False and"),),
    ),
    Mutant(
        "stock_outs_hide_demand", "nobody sees that more may have been wanted", _SIMULATION,
        (Edit("gateway.backtest.outcome", "if level <= 0 and since is None:", "if level < -(10**18):"),),
    ),
    Mutant(
        "one_rule_set_judged_twice", "the new rules are never looked at", _SIMULATION,
        (Edit("gateway.backtest.result", "simulated(old), simulated(new)", "simulated(old), simulated(old)"),),
    ),
    Mutant(
        "judged_too_late", "a stock falls through its limit before anybody looks", _SIMULATION,
        (Edit("gateway.backtest.slack", "return Slack(distance, FOR_EVER)", "return Slack(2 * distance, FOR_EVER)"),),
    ),
    Mutant(
        "luck_of_the_clock", "the same seed gives another answer", _SIMULATION,
        (Edit("gateway.backtest.lead", 'f"{seed}\\0', 'f"{object()}\\0'),),
    ),
    Mutant(
        "bin_in_use_counted_as_full", "a loop is proposed one card too few", _CARDS,
        (Edit("gateway.backtest.cards", "found.append(number + 1 - arrived)", "found.append(number - arrived)"),),
    ),
    Mutant(
        "proof_by_count_only", "an event with another content is the same", "tests/kanban/test_proof.py",
        (Edit("gateway.kanban.proof", 'one["count"], one["h"]) for one', 'one["count"]) for one'),),
    ),
    Mutant(
        "order_answers_for_ever", "one order of the ERP answers every need", _TRIAL,
        (Edit("gateway.trial.comparison", "        left -= need.quantity\n", "        left -= 0\n"),),
    ),
    Mutant(
        "training_is_a_need", "what was only practised is compared with the ERP", _TRIAL,
        (Edit("gateway.trial.witness", 'kind == "scan_refused" or kind.startswith("training_")',
              'kind == "scan_refused"'),),
    ),
    Mutant(
        "supermarket_on_trial_for_its_loops", "what a rule had ordered is held against a loop of the same item", _TRIAL,
        (Edit("gateway.trial.witness", "if self._subject.loop and is_rule_key(need)",
              "if not need and is_rule_key(need)"),),
    ),
    Mutant(
        "a_day_out_of_a_minute", "what was used in a minute is multiplied up to a day", _SIMULATION,
        (Edit("gateway.backtest.meter", "return max(span_ms, DAY_MS)", "return max(span_ms, 1)"),),
    ),
    Mutant(
        "lost_need_unseen", "the audit of the demonstration sees doubled needs only", "tests/floor/test_needs.py",
        (Edit("firmware_sim.needs", "if booked[key] != 1", "if booked[key] > 1"),),
    ),
)  # fmt: skip
