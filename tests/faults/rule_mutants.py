"""Mutants of the rules outside the store: lights, repeats, settling, snapshots, lock windows, codes.

Each is hunted by the tests named as its hunter, which must fail on the mutated code.
"""

from __future__ import annotations

from tests.faults.mutant import Edit, Mutant

RULE_MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "light_green_before_commit", "the stack light says stored before it is", "tests/outputs/test_lights.py",
        (Edit("gateway.lights", "        self._sink.offer(read, tell)\n",
              '        self._show(read.station, Verdict(Status.OK, "EARLY"))\n        self._sink.offer(read, tell)\n'),
         Edit("gateway.lights", "from gateway.model import Read, Verdict",
              "from gateway.model import Read, Status, Verdict")),
    ),
    Mutant(
        "overdue_bin_waited_for", "a loop is green by a bin that nobody brings", "tests/kanban/test_colour.py",
        (Edit("gateway.kanban.colour", " for age in ages if age <= loop.replenishment_ms]", " for age in ages]"),),
    ),
    Mutant(
        "natural_key_not_recognised", "a press sent again with its key is another press",
        "tests/drivers/test_button_http.py",
        (Edit("gateway.kanban.redelivery", "    if stored is None:", "    if True:"),),
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
        "settlement_overtakes_a_snapshot", "the first stock of a new gateway is thrown away",
        "tests/store/test_settlement.py",
        (Edit("gateway.store.writer", "if not batch and isinstance(first", "if isinstance(first"),),
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
        (Edit("gateway.stations.consume", "    if is_within_lock(case) or ", "    if "),),
    ),
    Mutant(
        "imported_set_outranks_the_erp", "what people brought keeps out what the ERP publishes",
        "tests/cli/test_masterdata_command.py",
        (Edit("gateway.kanban.masterdata", 'version, etag = 0, ""  #', "pass  #"),),
    ),
    Mutant(
        "opening_stock_set_twice", "a file sets stock that was counted meanwhile",
        "tests/cli/test_masterdata_command.py",
        (Edit("gateway.kanban.localdata", "    if others:\n", "    if False:\n"),),
    ),
    Mutant(
        "redelivery_not_recognised", "a press delivered again is a second press", "tests/kanban/test_source.py",
        (Edit("gateway.decide", "    if _is_redelivered(scan, view):", "    if False:"),),
    ),
    Mutant(
        "key_with_the_gateway_in_it", "two gateways make two orders of one need", "tests/kanban/test_emptying.py",
        (Edit("gateway.kanban.key", 'return f"card/{site}/', 'return f"card/GW1-{site}/'),),
    ),
    Mutant(
        "foreign_acknowledgement_taken", "a 200 that acknowledges another epoch settles rows",
        "tests/sync/rest/test_judgement.py",
        (Edit("sync.rest.judgement", "    if ack.ack.epoch != asked.epoch:", "    if False:"),),
    ),
    Mutant(
        "dropped_without_tombstone", "an event that cannot be read is not replaced", "tests/store/test_tombstone.py",
        (Edit("gateway.store.outbox", "return [self._tombstone(line) or line[_HEX_BYTES:] for line in lines]",
              "return [line[_HEX_BYTES:] for line in lines if not self._tombstone(line)]"),),
    ),
    Mutant(
        "redirect_followed", "batches and token go wherever a server points", "tests/sync/rest/test_http.py",
        (Edit("sync.rest.http", "allow_redirects=False", "allow_redirects=True"),),
    ),
    Mutant(
        "cursor_without_its_page", "the ERP is told that a page is stored which is not",
        "tests/store/test_feed_page.py",
        (Edit("gateway.store.commit", "outcomes = [take(part, notices) for part in page.parts]",
              "outcomes: list[Outcome] = []"),),
    ),
    Mutant(
        "taken_back_twice", "a lost answer makes stock of what a snapshot has said already",
        "tests/two_gateways/test_interleavings.py",
        (Edit("gateway.kanban.superseded", " and not is_in_snapshot(stream, disposition.seq, view)", ""),),
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
    Mutant(
        "shadow_event_in_the_outbox", "the ERP orders what was only tried out", "tests/kanban/test_mode.py",
        (Edit("gateway.kanban.fence", "self.events.append(_kept_here(event) if aside else event)",
              "self.events.append(event)"),),
    ),
    Mutant(
        "shadow_need_forgotten_at_the_switch", "a FULL in live of an EMPTY in shadow is told",
        "tests/kanban/test_mode.py",
        (Edit("gateway.kanban.mode", 'return known is not None and known["cycle"] == cycle', "return False"),),
    ),
    Mutant(
        "undo_follows_the_mode_of_the_moment", "the ERP is asked to cancel what it never heard of",
        "tests/kanban/test_mode.py",
        (Edit("gateway.kanban.fence", '            aside = "aside" in original\n',
              "            aside = self._is_tried_out(event)\n"),),
    ),
    Mutant(
        "open_need_signalled_twice", "going live twice orders twice", "tests/kanban/test_mode.py",
        (Edit("gateway.kanban.modeswitch", '        "facts": [[ASIDE_FACT, card.card, None]],\n', ""),),
    ),
    Mutant(
        "training_turns_cards", "an exercise changes the real card", "tests/kanban/test_mode.py",
        (Edit("gateway.kanban.fence", '    *_SIGNALS_AND_STOCK, "after",', "    *_SIGNALS_AND_STOCK,"),),
    ),
    Mutant(
        "walk_scan_taken_as_emptying", "walking a loop orders everything in it", "tests/kanban/test_walk.py",
        (Edit("gateway.decide", "(walked := walk_here(station.id, view)):",
              "(walked := walk_here(station.id, view)) and not station.id:"),),
    ),
    Mutant(
        "old_print_accepted_after_replace", "two cards order for one bin", "tests/kanban/test_lost_card.py",
        (Edit("gateway.kanban.life", "    if card.life in RETIRED:", "    if False:"),),
    ),
    Mutant(
        "replaced_card_comes_back", "master data brings a replaced card back", "tests/kanban/test_lost_card.py",
        (Edit("gateway.kanban.cardset", "card.life if is_replaced else _life(", "_life("),),
    ),
    Mutant(
        "older_print_comes_back", "master data makes the old print valid again", "tests/kanban/test_lost_card.py",
        (Edit("gateway.kanban.cardset", "max(card.revision, one.revision)", "one.revision"),),
    ),
    Mutant(
        "natural_key_ignored", "a press that comes on two ways is two presses", "tests/replay/test_golden_buttons.py",
        (Edit("gateway.codes.button_json", "            if key := self.layout.key_of(message):",
              "            if key := self.layout.key_of(message)[:0]:"),),
    ),
    Mutant(
        "known_press_decided_again", "a refused press that comes again is asked for for ever",
        "tests/kanban/test_natural_key.py",
        (Edit("gateway.kanban.redelivery", "view.event_by_id(read.id) if is_natural(read.id) else None", "None"),),
    ),
    Mutant(
        "chute_emptied_by_a_restart", "a bin that lies in the chute orders again at every start",
        "tests/kanban/test_double_scan.py",
        (Edit("gateway.stations.consume", "is_within_lock(case) or scan.was_there", "is_within_lock(case)"),),
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
        "check_digit_not_verified", "a damaged number passes for another one", "tests/codes/test_labels.py",
        (Edit("gateway.codes.gs1_rule", "return None if part[-1] == right else", "return None if right else"),
         Edit("gateway.codes.gs1_second", 'if wrong else ""', 'if False else ""')),
    ),
    Mutant(
        "separatorless_label_accepted", "a dropped separator makes another lot", "tests/codes/test_separators.py",
        (Edit("gateway.codes.parse", "if is_in_doubt and (cut := hidden_split(elements)) is not None:",
              "if False and (cut := hidden_split(elements)) is not None:"),),
    ),
    Mutant(
        "too_long_value_split", "what is too long becomes two elements", "tests/codes/test_labels.py",
        (Edit("gateway.codes.gs1_message", "    return len(text) if end < 0 else end\n",
              "    return min(len(text) if end < 0 else end, start + identifier.most)\n"),),
    ),
    Mutant(
        "envelope_without_separators_read", "fields that run into each other are booked as one",
        "tests/codes/test_separators.py",
        (Edit("gateway.codes.envelope", '    if not first or first.isalnum():\n        return "", ""\n', ""),),
    ),
    Mutant(
        "two_labels_assembled", "the quantity of one label with the item of another", "tests/codes/test_assembly.py",
        (Edit("gateway.codes.assembly", "    if assembly.is_late(now_ms, timeout_ms):", "    if False:"),),
    ),
    Mutant(
        "label_before_card", "a card whose code looks like a label is refused", "tests/pipeline/test_labels_scanned.py",
        (Edit("gateway.decide", "    if card is None and scan.code:\n",
              "    if card is None and scan.code and not (scan.label and scan.label.errors):\n"),),
    ),
    Mutant(
        "undo_sees_calls", "after a call for help nothing can be undone at the station",
        "tests/store/test_presses_and_calls.py",
        (Edit("gateway.store.view", " AND body ->> '$.call' IS NULL", ""),
         Edit("gateway.store.commit", ' and "call" not in body', "")),
    ),
)  # fmt: skip
