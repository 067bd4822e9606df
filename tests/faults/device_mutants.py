"""Mutants of devices and lights: what is told to a scanner, a button's broker or a lamp, and when."""

from __future__ import annotations

from tests.faults.mutant import Edit, Mutant

DEVICE_MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "scanner_acknowledged_before_commit", "ACK before the verdict", "tests/drivers/test_serial_scanner.py",
        (Edit("drivers.scanner_connection", "        try:\n            self._sink.offer(read, answer)\n",
              '        answer(Verdict(Status.OK, "EARLY"))\n        try:\n'
              "            self._sink.offer(read, lambda verdict: None)\n"),),
    ),
    Mutant(
        "ssi_acknowledged_before_commit", "an SSI packet is acknowledged when it is sound",
        "tests/drivers/test_ssi_scanner.py",
        (Edit("drivers.serial_ssi_talk", "        return [self._finish(packet.data[0], self._sent)]",
              "        self._outgoing += ACK\n        return [self._finish(packet.data[0], self._sent)]"),),
    ),
    Mutant(
        "ssi_repeat_is_a_second_code", "a code that is sent again is offered again",
        "tests/drivers/test_ssi_scanner.py",
        (Edit("drivers.serial_ssi_talk", "if packet.is_retransmitted and self._is_known(packet):", "if False:"),),
    ),
    Mutant(
        "any_keyboard_taken", "a desk keyboard in the scanner's socket is taken from its user",
        "tests/drivers/test_hid_keyboard.py",
        (Edit("drivers.hid_keyboard_input", "if found not in settings.allowed:", "if False:"),),
    ),
    Mutant(
        "unknown_key_left_out", "a code is booked without a character that its layout does not have",
        "tests/drivers/test_hid_keyboard_state.py",
        (Edit("drivers.hid_keyboard", "        if stroke.is_unknown:", "        if False:"),),
    ),
    Mutant(
        "half_a_code_of_reports", "the begin of one code and the end of another are one code",
        "tests/drivers/test_hid_pos.py",
        (Edit("drivers.hid_pos_report", "self.break_off() if self._parts and part.aim != self._aim else []", "[]"),),
    ),
    Mutant(
        "silence_judged_while_nobody_listens", "a code that was held back is cut in two",
        "tests/drivers/test_tcp_scanner.py",
        (Edit("drivers.scanner_connection", "is_silent = number in self.watched and not is_readable",
              "is_silent = not is_readable"),),
    ),
    Mutant(
        "any_address_may_call", "whoever finds the port scans", "tests/drivers/test_tcp_scanner.py",
        (Edit("drivers.tcp_scanner", "if not self._settings.is_allowed(host):", "if False:"),),
    ),
    Mutant(
        "first_of_two_scanners_taken", "a name that two devices fit means either of them", "tests/drivers/test_plug.py",
        (Edit("drivers.plug", "        if len(found) > 1:", "        if False:"),),
    ),
    Mutant(
        "deaf_to_plugging", "a scanner that is plugged in is found only when it is looked for",
        "tests/drivers/test_plug_watch.py",
        (Edit("drivers.scanner_device", ", partial(watch.wait, stop))", ")"),),
    ),
    Mutant(
        "late_answer_for_the_next_code", "a scanner takes the green of a code it gave up for that of the next",
        "tests/drivers/test_serial_profile.py",
        (Edit("drivers.scanner_connection", "if pending.give_up_ms is not None and now_ms >= pending.give_up_ms:",
              "if pending.give_up_ms == -1:"),),
    ),
    Mutant(
        "news_taken_for_an_answer", "good news are the green of a code that is not stored yet",
        "tests/drivers/test_serial_profile.py",
        (Edit("drivers.scanner_connection", "while self.notices and not (self._talk.holds_news and self._pending):",
              "while self.notices:"),),
    ),
    Mutant(
        "good_beep_on_a_refused_scan", "the beeper says stored for what was refused", "tests/outputs/test_panel.py",
        (Edit("drivers.output_panel", "tone = Tone.GOOD if verdict.is_good else Tone.BAD", "tone = Tone.GOOD"),),
    ),
    Mutant(
        "light_green_on_a_failed_disk", "the light goes on as if something were stored", "tests/outputs/test_panel.py",
        (Edit("drivers.output_panel", "            if self._is_failing:\n", "            if False:\n"),),
    ),
    Mutant(
        "light_shows_the_past", "a verdict from before an outage is shown after it", "tests/outputs/test_panel.py",
        (Edit("drivers.output_panel",
              "return told if told is not None and now_ms - told.at_ms < self._hold_ms else None", "return told"),),
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
        "webhook_answered_before_commit", "200 before the verdict", "tests/drivers/test_button_http.py",
        (Edit("drivers.button_http", "        sink.offer(self._read(key, body), feedback)",
              '        feedback(Verdict(Status.OK, "EARLY"))\n'
              "        sink.offer(self._read(key, body), lambda verdict: None)"),),
    ),
    Mutant(
        "token_not_compared", "anybody may press over HTTP", "tests/drivers/test_button_http_request.py",
        (Edit("drivers.button_http_app",
              'if given is not None and hmac.compare_digest(given[1].encode("latin-1"), self._token):',
              "if given is not None:"),),
    ),
    Mutant(
        "first_sample_taken_for_a_press", "a stored 1 is a press after every reconnect",
        "tests/drivers/test_button_modbus.py",
        (Edit("drivers.button_samples", "contact.begin(is_closed, at_ms)", "contact.begin(False, at_ms)"),
         Edit("drivers.button_samples", "SampleDebounce(self._samples, is_closed)",
              "SampleDebounce(self._samples, False)")),
    ),
    Mutant(
        "active_line_taken_for_a_press", "a line that is active at the start is a press",
        "tests/drivers/test_button_gpio.py",
        (Edit("drivers.button_signals", "            self._restart(line, is_closed, now_ms)",
              "            self._restart(line, False, now_ms)\n"
              "            self._settle(line, self._debounces[line].see(is_closed, now_ms))"),),
    ),
    Mutant(
        "lost_signals_not_told", "presses vanish in the kernel's buffer and nobody hears of it",
        "tests/drivers/test_button_gpio.py",
        (Edit("drivers.button_signals", "            if lost > 0:", "            if False:"),),
    ),
    Mutant(
        "jammed_button_is_a_press", "a stuck button undoes what others did", "tests/drivers/test_button_contact.py",
        (Edit("drivers.button_contact", "self.is_stuck, self._is_undecided = True, False", "self.is_stuck = True"),),
    ),
    Mutant(
        "tag_arrives_with_every_read", "a bin in the chute is ordered again and again",
        "tests/drivers/test_rfid_presence.py",
        (Edit("drivers.rfid_presence", "        seen.is_present = True\n", ""),),
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
        "weak_code_counts_at_once", "a misread of a weak symbology in one frame is booked",
        "tests/drivers/camera/test_agreement.py",
        (Edit("drivers.camera.agreement", "return first is not None and first.frame < self._frame", "return True"),),
    ),
    Mutant(
        "contradiction_ignored", "two misreads with another code between them count",
        "tests/drivers/camera/test_agreement.py",
        (Edit("drivers.camera.agreement", "        self._contradict(one)\n", ""),),
    ),
    Mutant(
        "camera_never_rearms", "a label that lies under the camera is read again and again",
        "tests/drivers/camera/test_agreement.py",
        (Edit("drivers.camera.agreement", "            self._seen_ms[one.key] = now_ms\n            return False\n",
              "            return False\n"),),
    ),
    Mutant(
        "one_decoder_agrees_with_itself", "a decoder's own mistake, made twice, counts",
        "tests/drivers/camera/test_agreement.py",
        (Edit("drivers.camera.code", "return len({(look.decoder, look.geometry) for look in same}) > 1",
              "return len(same) > 1"),),
    ),
    Mutant(
        "picture_put_away_before_commit", "a picture whose code could not be stored is gone",
        "tests/drivers/camera/test_camera.py",
        (Edit("drivers.camera.stills", " or any(verdict.status is Status.FAILED for verdict in verdicts):", ":"),),
    ),
)  # fmt: skip
