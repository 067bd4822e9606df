"""Mutants of what partners are told, and of what the simulated door has taught the portal."""

from __future__ import annotations

from tests.faults.mutant import Edit, Mutant

_CAPTURE, _DOOR = "tests/sync/epcis/test_capture.py", "tests/portal/test_seen_at_the_door.py"

EPCIS_MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "captured_before_the_job_ends", "what the repository refused counts as captured", _CAPTURE,
        (Edit("sync.epcis.courier", "return self._finished(answer.job) if answer.do is Do.WAIT else answer",
              "return Answer(Do.DONE) if answer.do is Do.WAIT else answer"),),
    ),
    Mutant(
        "cursor_not_noted", "everything is sent again after each restart", _CAPTURE,
        (Edit("sync.epcis.engine", "if window.events or window.up_to - cursor > IDLE_ROWS:", "if False:"),),
    ),
    Mutant(
        "refused_document_given_up", "one bad event costs all others of its document", _CAPTURE,
        (Edit("sync.epcis.courier", "        if len(events) > 1:", "        if False:"),),
    ),
    Mutant(
        "hash_in_the_order_of_writing", "the same event has another id when its list is written in another order",
        "tests/epcis/test_fingerprint.py",
        (Edit("gateway.epcis.fingerprint", '"".join(sorted(values))', '"".join(values)'),),
    ),
    Mutant(
        "class_for_an_object", "a partner is told a class where an object is meant", "tests/epcis/test_check.py",
        (Edit("gateway.epcis.check", "or names not in named_by(value)", "or not named_by(value)"),),
    ),
    Mutant(
        "undo_is_a_new_event", "partners never learn that a receipt was a mistake", "tests/epcis/test_translation.py",
        (Edit("gateway.epcis.translation", '"recordTime": times["recordTime"], "errorDeclaration": error}',
              '"recordTime": times["recordTime"]}'),),
    ),
    Mutant(
        "number_of_a_bystander", "a label lost at the door frame is the pallet that goes by", _DOOR,
        (Edit("gateway.portal.identity", "counted = [tag for tag in tags if tag.passed.counts] or [",
              "counted = list(tags) or ["),),
    ),
    Mutant(
        "neighbour_is_a_task", "each pallet at the next door costs somebody a walk", _DOOR,
        (Edit("gateway.portal.booking", "mean(strongest) < door.doorway.rules.through_cdbm", "False"),),
    ),
    Mutant(
        "crossing_cut_in_the_middle", "of two pallets one behind the other one seems to turn back", _DOOR,
        (Edit("gateway.portal.pallet", "if len(crossings) == len(middles):", "if False:"),
         Edit("gateway.portal.pallet",
              "        number = _nearest((crossing[0].at_ms + crossing[-1].at_ms) // 2, middles)\n"
              "        own[number] = (*own[number], *crossing)\n",
              "        for edge in crossing:\n            number = _nearest(edge.at_ms, middles)\n"
              "            own[number] = (*own[number], edge)\n")),
    ),
)  # fmt: skip
