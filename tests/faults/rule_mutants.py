"""Mutants of the rules outside the store: feedback, repeats, settling, snapshots, lock windows.

Each is hunted by the tests named as its hunter, which must fail on the mutated code.
"""

from __future__ import annotations

from tests.faults.mutant import Edit, Mutant

RULE_MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "scanner_acknowledged_before_commit", "ACK before the verdict", "tests/drivers/test_serial_scanner.py",
        (Edit("drivers.serial_scanner", "        try:\n            self._sink.offer(read, answer)\n",
              '        answer(Verdict(Status.OK, "EARLY"))\n        try:\n'
              "            self._sink.offer(read, lambda verdict: None)\n"),),
    ),
    Mutant(
        "press_acknowledged_before_commit", "PUBACK before the verdict", "tests/drivers/test_button_mqtt.py",
        (Edit("drivers.button_mqtt", "        self._sink.offer(read, partial(self._answer, packet))",
              '        self._answer(packet, Verdict(Status.OK, "EARLY"))\n'
              "        self._sink.offer(read, lambda verdict: None)"),),
    ),
    Mutant(
        "failed_press_acknowledged", "a press that was not stored is taken from the broker",
        "tests/drivers/test_button_mqtt.py",
        (Edit("drivers.button_mqtt", "        if verdict.status is Status.FAILED:", "        if False:"),),
    ),
    Mutant(
        "repeat_filter_armed_before_commit", "the rescan after a red is a false green",
        "tests/pipeline/test_pipeline.py",
        (Edit("gateway.repeat", "        if len(self._pending) < self._limit:\n            self._pending[key] = []\n",
              '        early = Verdict(Status.ALREADY, "READ_REPEATED")\n'
              "        self._committed[key] = _Committed(mono_ms, early)\n"),),
    ),
    Mutant(
        "settled_without_the_hash", "another history is taken for ours", "tests/store/test_settlement.py",
        (Edit("gateway.store.outbox",
              "if ack.hash != (cum_hash if ack.cum == cum else _hash_at(connection, ack.stream, ack.cum)):",
              "if ack.cum > cum and _hash_at(connection, ack.stream, ack.cum) is None:"),),
    ),
    Mutant(
        "resent_under_new_numbers_only", "a new epoch forgets what was unsettled", "tests/store/test_settlement.py",
        (Edit("gateway.store.outbox", "for stream, jseq, body in rows:\n", "for stream, jseq, body in rows[:0]:\n"),),
    ),
    Mutant(
        "batch_answers_from_old_rows", "the second scan of a batch does not see the first",
        "tests/store/test_batches.py",
        (Edit("gateway.store.view", "        self._journal.write()\n", ""),),
    ),
    Mutant(
        "snapshot_applied_without_as_of", "a stock snapshot undoes what it does not know of",
        "tests/kanban/test_resync.py",
        (Edit("gateway.kanban.resync", "view.unsettled_moves(snapshot.as_of) if snapshot.as_of else None", "[]"),),
    ),
    Mutant(
        "no_lock_window", "a second scan is a second emptying", "tests/kanban/test_double_scan.py",
        (Edit("gateway.stations.consume", "    if is_within_lock(case):\n", "    if False:\n"),),
    ),
    Mutant(
        "redelivery_not_recognised", "a press delivered again is a second press", "tests/kanban",
        (Edit("gateway.decide", "    if _is_redelivered(scan, view):", "    if False:"),),
    ),
    Mutant(
        "key_with_the_gateway_in_it", "two gateways make two orders of one need", "tests/kanban",
        (Edit("gateway.kanban.key", 'return f"card/{site}/', 'return f"card/GW1-{site}/'),),
    ),
    Mutant(
        "sent_before_the_erp_answered", "batches go out before resync", "tests/sync/test_sender.py",
        (Edit("sync.sender", "is_free = self.is_known and ", "is_free = "),),
    ),
    Mutant(
        "natural_key_ignored", "a press that comes on two ways is two presses", "tests/replay/test_golden_buttons.py",
        (Edit("gateway.codes.button_json", "            if key := self.layout.key_of(message):",
              "            if key := self.layout.key_of(message)[:0]:"),),
    ),
    Mutant(
        "known_press_decided_again", "a refused press that comes again is asked for for ever",
        "tests/kanban/test_natural_key.py",
        (Edit("gateway.decide", "    known = view.event_by_id(scan.read.id) if is_natural(scan.read.id) else None\n",
              "    known = None\n"),),
    ),
    Mutant(
        "retained_press_accepted", "every new subscription orders again", "tests/drivers/test_button_mqtt.py",
        (Edit("drivers.button_intake", "    if message.is_retained:", "    if False:"),),
    ),
    Mutant(
        "long_press_taken_as_a_press", "who takes an order back orders once more",
        "tests/replay/test_golden_buttons.py",
        (Edit("drivers.button_preset", '"hold": "undo"', '"hold": "scan"'),
         Edit("drivers.button_preset", '"long_push": "undo"', '"long_push": "scan"')),
    ),
    Mutant(
        "long_press_calls_again", "a call cannot be taken back", "tests/kanban/test_andon.py",
        (Edit("gateway.stations.andon", "    if scan.action is Action.UNDO:", "    if False:"),),
    ),
    Mutant(
        "second_press_of_a_message_lost", "one message, two presses, one order",
        "tests/pipeline/test_several_presses.py",
        (Edit("gateway.pipeline", "        for scan in scans:\n", "        for scan in scans[:1]:\n"),),
    ),
    Mutant(
        "message_answered_by_its_first_press", "PUBACK while a press of the message is not stored",
        "tests/pipeline/test_several_presses.py",
        (Edit("gateway.pipeline", "is_last = self._open == 0", "is_last = len(self._verdicts) == 1"),),
    ),
    Mutant(
        "stuck_button_orders_on", "a button that hangs floods the journal", "tests/drivers/test_button_watch.py",
        (Edit("drivers.button_watch", "finger.is_stuck or len(finger.presses_ms) > limit", "False"),),
    ),
    Mutant(
        "redelivery_counted_as_pressing", "after a full disk sound presses count as a stuck button",
        "tests/drivers/test_button_intake.py",
        (Edit("drivers.button_intake", "not (message.is_retained or message.is_redelivered)",
              "not message.is_retained"),),
    ),
    Mutant(
        "undo_sees_calls", "after a call for help nothing can be undone at the station",
        "tests/store/test_presses_and_calls.py",
        (Edit("gateway.store.view", " AND body ->> '$.call' IS NULL", ""),
         Edit("gateway.store.commit", ' and "call" not in body', "")),
    ),
)  # fmt: skip
