"""Mutants of reorder decisions: needs asked for twice or never, modes, who decides, numbers that were never so."""

from __future__ import annotations

from tests.faults.mutant import Edit, Mutant

_EPISODE, _PLACES = "tests/reorder/test_episode.py", "tests/reorder/test_rules_at_places.py"
_USAGE = "tests/store/test_ages_and_usage.py"
_TROUBLE, _SCHEDULE = "tests/reorder/test_trouble.py", "tests/reorder/test_schedule.py"

NEED_MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "shortage_asked_for_at_every_movement", "one shortage becomes an order with every bin", _EPISODE,
        (Edit("gateway.reorder.judgement", "        if episode.is_open:\n            return self._open",
              "        if False:\n            return self._open"),),
    ),
    Mutant(
        "goods_on_the_shelf_asked_for_again", "an order is over before its snapshot, and is made once more", _EPISODE,
        (Edit("gateway.reorder.judgement", "        if _is_awaited(episode, situation):", "        if False:"),),
    ),
    Mutant(
        "goods_awaited_for_ever", "a snapshot that never comes stops a rule", _EPISODE,
        (Edit("gateway.reorder.judgement", "if passed is None or passed >= AWAIT_MS:", "if passed is None:"),),
    ),
    Mutant(
        "received_need_stays_open", "what was received and is short again is never asked for", _EPISODE,
        (Edit("gateway.reorder.answer", "    if left > 0:\n        return []\n", "    if True:\n        return []\n"),),
    ),
    Mutant(
        "signal_and_order_both_count", "an order counts twice once the master data have it", _EPISODE,
        (Edit("gateway.reorder.answer", '"need": need.key, "closes": [need.key]}', '"need": need.key}'),),
    ),
    Mutant(
        "need_never_withdrawn", "stock that came back leaves an order nobody needs", _EPISODE,
        (Edit("gateway.reorder.judgement", "if finding.fault is not None or finding.fires:", "if True:"),),
    ),
    Mutant(
        "refusals_not_counted", "a refused order is sent again for ever", _EPISODE,
        (Edit("gateway.reorder.need", "episode.refusals + 1 if why == REFUSED else 0", "0"),),
    ),
    Mutant(
        "episode_not_counted", "the second shortage has the key of the first", _EPISODE,
        (Edit("gateway.reorder.need", "episode.n if aside else episode.n + 1", "episode.n"),),
    ),
    Mutant(
        "signals_not_netted", "a rule orders what another rule or a loop has asked for", _PLACES,
        (Edit("gateway.reorder.netting", "    if not coming:", "    if True:"),),
    ),
    Mutant(
        "shadow_reaches_the_erp", "a rule that is tried out orders", _PLACES,
        (Edit("gateway.reorder.request", "    if aside:", "    if False:"),),
    ),
    Mutant(
        "everybody_decides", "the gateway that does not decide orders as well", _PLACES,
        (Edit("gateway.reorder.judgement", "        if not self._decides(episode, view):", "        if False:"),),
    ),
    Mutant(
        "limit_of_a_rule_ignored", "a slip of the finger orders a million", _PLACES,
        (Edit("gateway.reorder.judgement", "if 0 < bound.rule.max_quantity < finding.quantity:", "if False:"),),
    ),
    Mutant(
        "distance_too_far", "a movement that crosses the threshold is passed over", _EPISODE,
        (Edit("gateway.reorder.distance", "        return one.left.value - one.right.value + 1\n",
              "        return one.left.value - one.right.value + 1_000_001\n"),),
    ),
    Mutant(
        "override_not_taken", "the exception for an item does not hold", _PLACES,
        (Edit("gateway.reorder.binding", "            members |= override.members", "            members |= {}"),),
    ),
    Mutant(
        "failing_rule_costs_the_scan", "a rule that raises turns scans red", _TROUBLE,
        (Edit("gateway.store.commit", '            self._warn("REORDER_FAILED", text)\n            return ()',
              "            raise"),),
    ),
    Mutant(
        "stale_number_kept", "a gateway that was away asks under numbers that are over", _TROUBLE,
        (Edit("gateway.reorder.answer", "max(need.n, now[\"cycle\"]) - now[\"open\"]", "need.n"),),
    ),
    Mutant(
        "missed_runs_made_up_for_one_by_one", "a week without power is a burst of a week's runs", _SCHEDULE,
        (Edit("gateway.reorder.schedule", "return last[0] < slot_ms and", "return True or"),),
    ),
    Mutant(
        "schedule_by_the_wall_clock", "a clock that is put forward sets off every rule", _SCHEDULE,
        (Edit("gateway.reorder.schedule", "    passed = elapsed_ms(last, now) if last is not None else None\n",
              "    passed = now.wall_ms - last[0] if last is not None else None\n"),),
    ),
    Mutant(
        "age_lost_with_every_move", "goods become new when they are put elsewhere", _USAGE,
        (Edit("gateway.store.projections", "taken.get((item, lot), at_ms)", "at_ms"),),
    ),
    Mutant(
        "count_taken_for_use", "what a count corrects is taken for demand", _USAGE,
        (Edit("gateway.reorder.consumption", '"stock_adjusted", "stock_counted", ', '"stock_adjusted", '),),
    ),
)  # fmt: skip
