"""Mutants of RFID readers: what is read, what is told as lost, and what is said to a reader."""

from __future__ import annotations

from tests.faults.mutant import Edit, Mutant

_LLRP = "tests/drivers/llrp/"

READER_MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "any_report_fits_the_layout", "a report with other parameters is read as if it had the usual ones",
        f"{_LLRP}test_report.py",
        (Edit("drivers.llrp.report", "layout.heads(values) == layout.signature and ", ""),),
    ),
    Mutant(
        "left_out_field_is_zero", "a field that a reader leaves out is not as it was", f"{_LLRP}test_report.py",
        (Edit("drivers.llrp.report", "self._last.update(zip(layout.kinds, fields[1:7], strict=True))", "pass"),),
    ),
    Mutant(
        "keepalive_answered_with_our_number", "a keep-alive is acknowledged under an id of ours",
        f"{_LLRP}test_reader.py",
        (Edit("drivers.llrp.session", "render(m.KEEPALIVE_ACK, frame.id", "render(m.KEEPALIVE_ACK, self._ids"),),
    ),
    Mutant(
        "spec_always_set_up_anew", "after a short loss what the reader kept is deleted", f"{_LLRP}test_reader.py",
        (Edit("drivers.llrp.session", "self.kept_spec = [one for one, _ in present] == [self._spec_id]",
              "self.kept_spec = False"),),
    ),
    Mutant(
        "reader_not_told_to_hold", "what is read while the link is down is forgotten by the reader",
        "tests/faults/test_readers.py",
        (Edit("drivers.llrp.session", "holds=has.can_hold", "holds=False"),),
    ),
    Mutant(
        "silence_is_patience", "a reader that says nothing is believed to live", f"{_LLRP}test_reader_faults.py",
        (Edit("drivers.llrp.session", "if self.is_set_up and now_ms - self._heard_ms >", "if False and now_ms >"),),
    ),
    Mutant(
        "good_frames_lost_with_a_bad_one", "what came before a length that cannot be is forgotten",
        f"{_LLRP}test_frame.py",
        (Edit("drivers.llrp.frame", "raise LostFrameError(text, frames)", "raise LostFrameError(text, [])"),),
    ),
    Mutant(
        "overflow_not_told", "a portal does not learn that reads were lost in the reader",
        f"{_LLRP}test_reader_portal.py", (Edit("drivers.llrp.reader", "self._outlet.lost(OVERFLOWED)", "pass"),),
    ),
    Mutant(
        "stop_of_the_reader_not_told", "a reader that ended its ROSpec is believed to read",
        f"{_LLRP}test_reader_portal.py",
        (Edit("drivers.llrp.session", 'elif notice.kind == "stopped" and', "elif False and"),),
    ),
    Mutant(
        "kept_reads_are_of_now", "what was kept over a broken link has the time of receipt",
        f"{_LLRP}test_reader_portal.py",
        (Edit("drivers.llrp.session", "        self._clock.set(notice.at_us, now_ms)\n", ""),
         Edit("drivers.rfid_clock", "        difference_us = now_ms * 1000 - reader_us\n",
              "        difference_us = self.offset_us = now_ms * 1000 - reader_us\n")),
    ),
    Mutant(
        "slowest_report_sets_the_clock", "a report that took long moves all times", "tests/drivers/test_rfid_clock.py",
        (Edit("drivers.rfid_clock", "self.offset_us = min(self.offset_us, difference_us)",
              "self.offset_us = difference_us"),),
    ),
    Mutant(
        "lamps_believed_lit", "after a reboot of the reader its lamps are taken for lit",
        f"{_LLRP}test_reader_light.py", (Edit("drivers.llrp.reader", "        self._light.forget()\n", ""),),
    ),
    Mutant(
        "any_caller_tells_tags", "whoever finds the port of a post-reader tells what was read",
        "tests/drivers/test_rfid_post.py",
        (Edit("drivers.rfid_post", "hmac.compare_digest(secret.encode(), password.encode()) and is_user", "is_user"),),
    ),
    Mutant(
        "gap_in_the_numbers_ignored", "events of a reader that never came are not missed",
        "tests/drivers/test_rfid_post.py",
        (Edit("drivers.rfid_intake", "            self._outlet.lost(SKIPPED, number - self._number - 1)\n",
              "            pass\n"),),
    ),
    Mutant(
        "crc_of_the_tag_ignored", "a damaged tag of a serial module is another tag",
        "tests/drivers/test_rfid_yrm100_frame.py",
        (Edit("drivers.rfid_yrm100_talk", " or crc16(name) != crc", ""),),
    ),
    Mutant(
        "number_taken_for_a_tag", "a printed number of 24 digits is the EPC of something else",
        "tests/codes/test_wedge.py",
        (Edit("gateway.codes.wedge", " or not set(text) & _LETTERS", ""),),
    ),
)  # fmt: skip
