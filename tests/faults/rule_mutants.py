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
        (Edit("gateway.decide", "        if _is_redelivered(scan, view):", "        if False:"),),
    ),
    Mutant(
        "key_with_the_gateway_in_it", "two gateways make two orders of one need", "tests/kanban",
        (Edit("gateway.kanban.key", 'return f"card/{site}/', 'return f"card/GW1-{site}/'),),
    ),
    Mutant(
        "old_number_never_issued_again", "demand under an old number is lost (K3)",
        "tests/two_gateways/test_interleavings.py",
        (Edit("gateway.kanban.superseded", "    if is_of_its_own(original, now, card, loop, view):", "    if False:"),),
    ),
    Mutant(
        "superseded_taken_for_applied", "stock moves at both gateways", "tests/two_gateways/test_interleavings.py",
        (Edit("gateway.kanban.settlement", 'disposition.outcome == "superseded" and original:', "False:"),),
    ),
    Mutant(
        "key_made_per_gateway", "the same need of two gateways is two orders",
        "tests/two_gateways/test_interleavings.py",
        (Edit("gateway.kanban.emptying", "    key = need_key(view.site, card.card, cycle, EMPTY)",
              "    key = need_key(view.site + view.gateway, card.card, cycle, EMPTY)"),),
    ),
    Mutant(
        "clocks_of_the_gateways_ignored", "a double scan at another gateway is a second order",
        "tests/two_gateways/test_interleavings.py",
        (Edit("gateway.kanban.moment",
              "    return None if abs(apart) <= error_ms(quality) + error_ms(than_quality) + MARGIN_MS else apart > 0",
              "    return True"),),
    ),
    Mutant(
        "answered_before_commit_on_the_floor", "green, and the process dies before the commit",
        "tests/simulation/test_simulation.py",
        (
            Edit("gateway.store.commit", "def commit(self, intakes: list[Intake]) -> Committed:",
                 "def commit(self, intakes: list[Intake], early: Callable[[list[Outcome]], None]) -> Committed:"),
            Edit("gateway.store.commit", "        streams = store.journal.save_heads()\n",
                 "        early(outcomes)\n        streams = store.journal.save_heads()\n"),
            Edit("gateway.store.writer", "commit([request.intake for request in batch])",
                 "commit([request.intake for request in batch], lambda outcomes: self._answer(batch, outcomes))"),
        ),
    ),
    Mutant(
        "outbox_in_second_transaction_on_the_floor", "an event in the journal that is never sent",
        "tests/simulation/test_simulation.py",
        (Edit("gateway.store.commit", '        store.connection.execute("COMMIT")\n',
              '        rows = store.connection.execute("SELECT * FROM outbox").fetchall()\n'
              '        store.connection.execute("DELETE FROM outbox")\n'
              '        store.connection.execute("COMMIT")\n'
              '        store.connection.execute("BEGIN IMMEDIATE")\n'
              '        store.connection.executemany("INSERT INTO outbox VALUES(?,?,?,?)", rows)\n'
              '        store.connection.execute("COMMIT")\n'),),
    ),
    Mutant(
        "id_minted_when_sent", "what is sent again is another event", "tests/simulation/test_simulation.py",
        (Edit("gateway.store.commit", 'body["id"] = derive_id(read.id, n)', 'body["id"] = new_id(now.wall_ms)'),),
    ),
    Mutant(
        "filter_armed_early_on_the_floor", "the rescan after a red is a false green",
        "tests/simulation/test_simulation.py",
        (Edit("gateway.repeat", "        if len(self._pending) < self._limit:\n            self._pending[key] = []\n",
              '        early = Verdict(Status.ALREADY, "READ_REPEATED")\n'
              "        self._committed[key] = _Committed(mono_ms, early)\n"),
         Edit("gateway.repeat", "        self._committed.pop(key, None)\n        if verdict.is_good",
              "        if verdict.is_good"),),
    ),
    Mutant(
        "sequence_reused_on_the_floor", "numbers that were sent are given again after a restart",
        "tests/simulation/test_simulation.py",
        (Edit("gateway.store.journal", "{stream: (head, head_hash) for stream, head, head_hash in rows}",
              "{stream: (head - 1, head_hash) for stream, head, head_hash in rows}"),),
    ),
    Mutant(
        "untrusted_clocks_compared", "a wall clock that nobody set decides if a bin was emptied twice",
        "tests/kanban/test_clock.py",
        (Edit("gateway.kanban.lock", "since[2] != case.at.boot and not (", "False and not ("),),
    ),
    Mutant(
        "sent_before_the_erp_answered", "batches go out before resync", "tests/sync/test_sender.py",
        (Edit("sync.sender", "is_free = self.is_known and ", "is_free = "),),
    ),
)  # fmt: skip
