"""Mutants of the rules for goods: repeats, tolerances, bad labels, numbers, units, undo."""

from __future__ import annotations

from tests.faults.mutant import Edit, Mutant

_RECEIVE, _MOVEMENTS = "tests/goods/test_receive.py", "tests/goods/test_movements.py"

GOODS_MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "counts_in_a_burst", "after a stop everything is to be counted on one day", "tests/goods/test_count_due.py",
        (Edit("gateway.goods.count_due", "if asked >= plan.most_a_day:", "if False:"),
         Edit("gateway.goods.count_due", "min(AT_ONCE, plan.most_a_day - asked)", "AT_ONCE")),
    ),
    Mutant(
        "count_closes_nothing", "what was counted is still to be counted", "tests/goods/test_count_due.py",
        (Edit("gateway.goods.count_due", "[name] if view.open_task(name) else []", "[]"),),
    ),
    Mutant(
        "label_noted_before_it_is_out", "a pallet stands there without its label for ever",
        "tests/test_station_printer.py",
        (Edit("gateway.station_printer", "                if unit.get(",
              "                self._out.add(sscc)\n                if unit.get("),),
    ),
    Mutant(
        "printed_label_forbids_undo", "once its label is out, a wrong split cannot be taken back",
        "tests/goods/test_movements.py",
        (Edit("gateway.goods.undo", "frozenset({SSCC_FACT, LABEL_FACT})", "frozenset({SSCC_FACT})"),),
    ),
    Mutant(
        "expired_by_another_plants_day", "what expired yesterday is taken in the morning",
        "tests/goods/test_receive.py",
        (Edit("gateway.goods.lot", "moment.astimezone(case.rules.zone)", "moment"),),
    ),
    Mutant(
        "long_label_of_a_place_raises", "a damaged label of a place costs its device thread",
        "tests/faults/test_hostile.py",
        (Edit("gateway.codes.bin", "if len(body) <= CHECKED_LENGTH and _CHARACTERS", "if _CHARACTERS"),),
    ),
    Mutant(
        "pallet_received_twice", "the same SSCC is a new delivery each time", _RECEIVE,
        (Edit("gateway.goods.arrival", "    if unit is None or unit.state == UNDONE:\n        return None\n",
              "    if True:\n        return None\n"),),
    ),
    Mutant(
        "tolerance_ignored", "any quantity is accepted without a supervisor", _RECEIVE,
        (Edit("gateway.goods.receive", "if found.excess and not form.approved_by:", "if False:"),),
    ),
    Mutant(
        "identical_delivery_swallowed", "the second of two identical deliveries is taken for the first", _RECEIVE,
        (Edit("gateway.goods.receive", 'return ask_for("again", "ASK_SAME_LABEL", what=_what(found.goods))',
              'return already("ALREADY_RECEIVED", sscc="", place="")'),
         Edit("gateway.goods.receive", "from gateway.goods.problem import Question, Refusal, ask_for",
              "from gateway.goods.problem import Question, Refusal, already, ask_for")),
    ),
    Mutant(
        "damaged_label_booked", "a label with an error is booked for what is left of it", _RECEIVE,
        (Edit("gateway.goods.label", "    if label.errors:", "    if False:"),),
    ),
    Mutant(
        "supplier_not_compared", "anybody's goods are booked on anybody's order", _RECEIVE,
        (Edit("gateway.goods.arrival", "    if supplier and order.supplier != supplier:", "    if False:"),),
    ),
    Mutant(
        "blocked_lot_received", "a blocked lot comes in as available", _RECEIVE,
        (Edit("gateway.goods.lot", "    if status == REJECTED:", "    if False:"),),
    ),
    Mutant(
        "received_counted_twice", "what others received counts as ours", _RECEIVE,
        (Edit("gateway.goods.order_line", "        elsewhere = line.elsewhere * ordered.factor // 1_000_000",
              "        elsewhere = line.elsewhere * 0 // 1_000_000"),),
    ),
    Mutant(
        "factor_not_kept", "an event forgets how it was converted", _RECEIVE,
        (Edit("gateway.goods.act", "if amount.uom != amount.base_uom:", "if False:"),),
    ),
    Mutant(
        "undo_gives_the_number_back", "a printed pallet number is given to another pallet", _MOVEMENTS,
        (Edit("gateway.goods.undo", "NEVER_BACK = frozenset({SSCC_FACT, LABEL_FACT})",
              "NEVER_BACK = frozenset({LABEL_FACT})"),),
    ),
    Mutant(
        "restored_counter_goes_on", "numbers of a lost tail are given again", _MOVEMENTS,
        (Edit("gateway.goods.sscc", "        first += rules.sscc_skip", "        first += 0"),),
    ),
    Mutant(
        "undo_overwrites_others", "an undo takes back what others did since", _MOVEMENTS,
        (Edit("gateway.goods.undo", "    if not _is_untouched(act, case):", "    if False:"),),
    ),
    Mutant(
        "loose_goods_out_of_pallets", "what stands in units is taken for loose", _MOVEMENTS,
        (Edit("gateway.goods.act", "    return view.stock(row.item, place, row.status, row.lot) - inside",
              "    return view.stock(row.item, place, row.status, row.lot)"),),
    ),
    Mutant(
        "first_count_believed", "stock is adjusted by a single count", _MOVEMENTS,
        (Edit("gateway.goods.count", "    is_confirmed = first is not None and ",
              "    is_confirmed = first is None or "),),
    ),
    Mutant(
        "unlimited_without_supervisor", "large bookings need nobody", _MOVEMENTS,
        (Edit("gateway.goods.limit", "if limits and total > min(limits):", "if False:"),),
    ),
    Mutant(
        "answer_card_filtered", "CONFIRM for the next code is taken for a repeat", "tests/pipeline/test_pipeline.py",
        (Edit("gateway.pipeline", 'answers = "" if scan.action is Action.SCAN else f"#{self._scanned}"',
              'answers = ""'),),
    ),
)  # fmt: skip
