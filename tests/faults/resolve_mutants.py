"""Mutants of what people do about refused postings."""

from __future__ import annotations

from tests.faults.mutant import Edit, Mutant

_TESTS = "tests/kanban/test_resolve.py"

RESOLVE_MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "redrive_moves_stock_twice", "a redriven posting is counted twice here", _TESTS,
        (Edit("gateway.kanban.redrive", '        body["mv"] = reversed_moves(refusal.moves)', "        pass"),),
    ),
    Mutant(
        "void_leaves_stock", "a voided posting stays in the stock", _TESTS,
        (Edit("gateway.kanban.redrive", '        body["mv"] = reversed_moves(refusal.moves)',
              '        body.update({"mv": reversed_moves(refusal.moves)} if act.how != "voided" else {})'),),
    ),
    Mutant(
        "redriven_without_its_root", "the ERP cannot know that it booked this already", _TESTS,
        (Edit("gateway.kanban.refused", 'original.get("redrives") or original["id"]', 'original["id"]'),),
    ),
    Mutant(
        "redriven_again_with_its_class", "what was redriven waits here for ever and goes out again", _TESTS,
        (Edit("gateway.kanban.redrive", '"facts": [forgotten(event["id"])]', '"facts": []'),),
    ),
    Mutant(
        "stale_card_redriven", "what the ERP could not read turns the card back there", _TESTS,
        (Edit("gateway.kanban.redrive", "    return all(_is_last", "    return bool(_is_last"),),
    ),
    Mutant(
        "refused_stock_forgotten", "a snapshot takes what was refused off the floor", _TESTS,
        (Edit("gateway.kanban.resync", "(*moves, *waiting_moves(view))", "moves"),),
    ),
    Mutant(
        "resent_under_the_old_epoch", "what the ERP has lost is never sent again", "tests/store/test_resend.py",
        (Edit("gateway.store.epoch", "        put_back(connection, resend_from)", "        pass"),),
    ),
    Mutant(
        "imported_without_its_id", "what two boxes bring is booked twice", "tests/store/test_mail.py",
        (Edit("gateway.store.mail", '{"origin": origin, **letter.event}',
              '{"origin": origin, **letter.event, "id": new_id(1)}'),),
    ),
    Mutant(
        "imported_cards_folded", "an old event of another box turns cards back here", "tests/store/test_mail.py",
        (Edit("gateway.store.projections", '        if "origin" in body:\n', "        if False:\n"),),
    ),
    Mutant(
        "sealed_file_may_end_anywhere", "the end of a file that was cut off is not missed", "tests/test_seal.py",
        (Edit("gateway.seal", "return self.prefix + number.to_bytes(4, \"big\") + bytes([is_last])",
              "return self.prefix + number.to_bytes(4, \"big\") + bytes([0])"),),
    ),
    Mutant(
        "rival_not_noticed", "two boxes with one id go on sending in turns", "tests/sync/test_rival.py",
        (Edit("sync.rival", "return is_sure or len(self._others) >= SIGHTINGS", "return False"),),
    ),
    Mutant(
        "sent_beside_a_rival", "a box that has seen its double goes on sending", "tests/sync/test_rival.py",
        (Edit("sync.uplink", "self.is_disputed or self.rival:", "self.is_disputed:"),),
    ),
    Mutant(
        "restored_image_taken_for_a_rival", "a box that was restored stops sending", "tests/sync/test_rival.py",
        (Edit("sync.rival", "if not self._ours or birth in self._ours:", "if birth in self._ours:"),),
    ),
)  # fmt: skip
