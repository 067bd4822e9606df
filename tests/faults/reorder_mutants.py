"""Mutants of the reorder rules: edges, netting, rounding, averages, bills of material, calendars."""

from __future__ import annotations

from tests.faults.mutant import Edit, Mutant

_TESTS = "tests/reorder/"
_VECTOR, _RATE, _ORDERS = f"{_TESTS}test_vector.py", f"{_TESTS}test_rate.py", f"{_TESTS}test_work_order.py"
_LEVELLING = "tests/kanban/test_levelling.py"

REORDER_MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "threshold_not_strict", "stock at its safety stock is ordered again", _VECTOR,
        (Edit("gateway.reorder.below_safety", "compare(stock, rule.below(Operator.BELOW), safety)",
              "compare(stock, rule.below(Operator.AT_MOST), safety)"),),
    ),
    Mutant(
        "three_days_not_short", "a cover of exactly three days is no shortage", _VECTOR,
        (Edit("gateway.reorder.days_of_cover", "compare(cover.up, Operator.AT_MOST,",
              "compare(cover.up, Operator.BELOW,"),),
    ),
    Mutant(
        "fifteen_days_rushed", "a stock that lasts exactly 15 days is rushed", _VECTOR,
        (Edit("gateway.reorder.demand_surge", "compare(cover.down, Operator.BELOW,",
              "compare(cover.down, Operator.AT_MOST,"),),
    ),
    Mutant(
        "lot_dead_at_180_days", "a lot of exactly 180 days is dead", _VECTOR,
        (Edit("gateway.reorder.dead_lot", 'Number(f"age {lot.lot}", age, Unit.COUNT, origin), Operator.ABOVE,',
              'Number(f"age {lot.lot}", age, Unit.COUNT, origin), Operator.AT_LEAST,'),),
    ),
    Mutant(
        "running_month_counts", "the month that is not over is compared with whole ones", _VECTOR,
        (Edit("gateway.reorder.rate", "for month in range(first, this))", "for month in range(first, this + 1))"),),
    ),
    Mutant(
        "in_transit_not_netted", "what is on its way is bought again", _VECTOR,
        (Edit("gateway.reorder.net_requirement", "held.value + netted - safety.value", "held.value - safety.value"),),
    ),
    Mutant(
        "open_signals_not_netted", "what was asked for is asked for again", f"{_TESTS}test_level.py",
        (Edit("gateway.reorder.measure", "held.value + coming.value + asked.value - promised.value",
              "held.value + coming.value - promised.value"),),
    ),
    Mutant(
        "claims_in_the_order_of_names", "the order that is due last takes the sub-assemblies", _ORDERS,
        (Edit("gateway.reorder.explosion", "key=lambda one: (one.due_ms is None, one.due_ms or 0, one.id)",
              "key=lambda one: one.id"),),
    ),
    Mutant(
        "sub_assembly_claimed_twice", "each order finds the same sub-assembly in stock", _ORDERS,
        (Edit("gateway.reorder.explosion", "walk.on_hand[item] = held - taken", "walk.on_hand[item] = held"),),
    ),
    Mutant(
        "phantom_taken_from_stock", "what is never stocked is found in stock", _ORDERS,
        (Edit("gateway.reorder.explosion", "not is_head and not bom.is_phantom", "not is_head"),),
    ),
    Mutant(
        "scrap_forgotten", "what is lost on the way is not ordered", _ORDERS,
        (Edit("gateway.reorder.explosion", "quantity * (MICRO + line.scrap)", "quantity * MICRO"),),
    ),
    Mutant(
        "circle_not_noticed", "a bill that contains itself is said to be too deep, if it ends at all", _ORDERS,
        (Edit("gateway.reorder.explosion", "    if item in path:", "    if False:"),),
    ),
    Mutant(
        "bought_before_transferred", "what lies at another location is bought", _ORDERS,
        (Edit("gateway.reorder.proposal", "if is_transferred else ()", "if False else ()"),),
    ),
    Mutant(
        "order_rounded_down", "a pack less than needed is ordered", f"{_TESTS}test_property.py",
        (Edit("gateway.reorder.rounding", "-(-max(need, size.minimum) // step) * step",
              "max(need, size.minimum) // step * step"),),
    ),
    Mutant(
        "days_of_nothing_skipped", "only days with use count, a slow item stays hot", _RATE,
        (Edit("gateway.reorder.rate", "            found.append(max(0, carried))\n",
              "            found.extend([carried] if carried > 0 else [])\n"),),
    ),
    Mutant(
        "idle_minutes_skipped", "time without use does not cool a rate down", _RATE,
        (Edit("gateway.reorder.rate", "        if passed == 0:\n", "        if passed == 0 or carried == 0:\n"),),
    ),
    Mutant(
        "holidays_worked", "time without work cools a rate down", _RATE,
        (Edit("gateway.reorder.rate", "    work = list(spans(calendar, stretches[0][0], now_ms))",
              "    work = [(stretches[0][0], now_ms)]"),),
    ),
    Mutant(
        "safety_root_rounded_down", "the safety stock is a millionth too small", _RATE,
        (Edit("gateway.reorder.exact", "return least if least * least >= value else least + 1", "return least"),),
    ),
    Mutant(
        "slot_on_a_holiday", "a delivery is due when nobody is there", f"{_TESTS}test_working_time.py",
        (Edit("gateway.reorder.working_time", "        if not calendar.is_working(day):\n            return []\n"
              "        fitting", "        fitting"),),
    ),
    Mutant(
        "shifted_workday_forgotten", "a Saturday that is worked is a day off", f"{_TESTS}test_working_time.py",
        (Edit("gateway.reorder.working_time", "return day in self.workdays or (", "return ("),),
    ),
    Mutant(
        "due_as_soon_as_possible", "what is needed next week lies there all week",
        f"{_TESTS}test_working_time.py",
        (Edit("gateway.reorder.source", "return earliest_ms if before_ms is None else max(earliest_ms, before_ms)",
              "return earliest_ms"),),
    ),
    Mutant(
        "season_unbounded", "a factor beyond its bounds moves the safety stock", f"{_TESTS}test_reorder_point.py",
        (Edit("gateway.reorder.dynamic_safety",
              "min(max(micro(asked), rule.least_factor), rule.most_factor)", "micro(asked)"),),
    ),
    Mutant(
        "class_flaps", "an item near the border changes its class each time", f"{_TESTS}test_abc_class.py",
        (Edit("gateway.reorder.abc_class", "    return margin if before == letter else -margin", "    return 0"),),
    ),
    Mutant(
        "stock_promised_twice", "two short places are promised the same goods", f"{_TESTS}test_local.py",
        (Edit("gateway.reorder.local", ' + self._promised(area)', ""),),
    ),
    Mutant(
        "stock_promised_twice_at_once", "places looked at together are promised the same goods",
        f"{_TESTS}test_local.py",
        (Edit("gateway.reorder.planner", 'return event.kind == "reorder_triggered" and', "return False and"),),
    ),
    Mutant(
        "level_exceeded", "a levelled source is given more in a pitch than it takes", _LEVELLING,
        (Edit("gateway.kanban.levelling", "board.released + len(chosen.cards) > most", "board.released > most"),),
    ),
    Mutant(
        "pitch_not_remembered", "after each scan the pitch counts as empty", _LEVELLING,
        (Edit("gateway.kanban.levelling", "if board.start_ms != pitch.start_ms:", "if True:"),),
    ),
    Mutant(
        "late_card_waits_its_turn", "a card that is too old waits behind those that are not", _LEVELLING,
        (Edit("gateway.kanban.levelling", "chosen = _late(lots)", "chosen = None"),),
    ),
    Mutant(
        "level_kept_by_nobody", "every gateway gives a levelled source its cards", _LEVELLING,
        (Edit("gateway.kanban.batch", 'return loop.deciding_gateway in ("", view.gateway)', "return True"),),
    ),
    Mutant(
        "due_time_passes", "nobody asks the source as long as it could deliver in time", _LEVELLING,
        (Edit("gateway.kanban.lot", "at.wall_ms >= delivery_ms - loop.replenishment_ms",
              "at.wall_ms >= delivery_ms"),),
    ),
    Mutant(
        "fault_ignored", "a rule fires on a fact that nobody could read", f"{_TESTS}test_property.py",
        (Edit("gateway.reorder.kind", "        if fault is not None:", "        if False:"),),
    ),
)  # fmt: skip
