"""Mutants of portals and shelves: the vote, strays, foreign tags, incomplete passages, keys, order, hysteresis."""

from __future__ import annotations

from tests.faults.mutant import Edit, Mutant

_TRACKER, _BOOKING = "tests/portal/test_tracker.py", "tests/portal/test_booking.py"
_RULES, _DESK, _GOODS = "tests/portal/test_rules.py", "tests/portal/test_desk.py", "tests/goods/test_movements.py"
_PRESENCE, _SHELF = "tests/drivers/test_rfid_presence.py", "tests/drivers/test_rfid_desk.py"

PORTAL_MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "first_tag_says_the_direction", "one reflected tag turns a pallet round", _TRACKER,
        (Edit("gateway.portal.direction", "    given = [one for one in votes if one.direction]\n",
              "    given = [one for one in votes if one.direction][-1:]\n"),),
    ),
    Mutant(
        "any_majority_will_do", "half of a pallet's tags say its direction", _RULES,
        (Edit("gateway.portal.direction", "    if share < rules.vote_pct:", "    if share < 40:"),),
    ),
    Mutant(
        "turned_back_taken_for_through", "a pallet that left again is received", _TRACKER,
        (Edit("gateway.portal.direction", "    return overhang if overhang >= rules.min_shift_ms and is_level else 0",
              "    return 0 if is_level else 0"),),
    ),
    Mutant(
        "beams_not_asked", "light curtains say nothing", _TRACKER,
        (Edit("gateway.portal.direction", "    if beams:\n", "    if False:\n"),),
    ),
    Mutant(
        "blind_beam_turns_everything_back", "with one light curtain broken no pallet is received any more", _TRACKER,
        (Edit("gateway.portal.pallet", "    if not layout.has_beams_on_both_sides or (", "    if False and ("),),
    ),
    Mutant(
        "blind_beam_believed_for_an_hour", "pallets are sent back by a light curtain that broke a moment ago", _TRACKER,
        (Edit("gateway.portal.mounting", "missed < MISSED_LIMIT", "True"),),
    ),
    Mutant(
        "idle_list_not_consulted", "what stands at the door is on every pallet", _TRACKER,
        (Edit("gateway.portal.pallet", "        why = idle.why_stray(", "        why = '' and idle.why_stray("),),
    ),
    Mutant(
        "listed_for_ever", "a pallet that stood before the door for long is not seen when it is driven in", _TRACKER,
        (Edit("gateway.portal.idle", "if not moves or lift < self._rules.lift_cdb:", "if True:"),),
    ),
    Mutant(
        "vanished_pallet_is_silence", "a pallet that stood at the door is driven in and nobody hears of it", _TRACKER,
        (Edit("gateway.portal.tracker", "        self._vanishing.await_again(found, at_ms)\n", ""),),
    ),
    Mutant(
        "never_forgotten", "what was taken away is still taken for something that stands here", _TRACKER,
        (Edit("gateway.portal.idle", "            if tag[_SECONDS] > 1:", "            if True:"),
         Edit("gateway.portal.idle", "[tag[_SECONDS] // 2, tag[_LAST], reads", "[tag[_SECONDS], tag[_LAST], reads")),
    ),
    Mutant(
        "parked_pallet_goes_along", "what stands behind the door is on the next pallet", _TRACKER,
        (Edit("gateway.portal.pallet", "        if not why and not vote.direction and _is_parked(",
              "        if False and _is_parked("),),
    ),
    Mutant(
        "order_within_a_millisecond_counts", "two readers' threads give two answers", _RULES,
        (Edit("gateway.portal.sighting", "cell[WEIGHT] += weight", "cell[WEIGHT] = cell[WEIGHT] // 2 + weight"),),
    ),
    Mutant(
        "lost_reads_forgotten", "a passage with lost reads is booked", _TRACKER,
        (Edit("gateway.portal.tracker", "            self._open.incomplete[f\"{reader}: {lost.why}\"] = None\n",
              "            pass\n"),),
    ),
    Mutant(
        "incomplete_passage_posted", "what was not seen to its end is booked", _BOOKING,
        (Edit("gateway.portal.booking", "    if passage.incomplete:", "    if False:"),),
    ),
    Mutant(
        "foreign_tag_ignored", "another customer's goods are received with the pallet", _BOOKING,
        (Edit("gateway.portal.booking", "    if seen.unexpected:", "    if False:"),),
    ),
    Mutant(
        "few_tags_are_enough", "a pallet is received by one of its tags", _BOOKING,
        (Edit("gateway.portal.booking", "    if seen.rate_pct < doorway.min_rate_pct:", "    if False:"),),
    ),
    Mutant(
        "first_of_several_pallets", "of two pallets side by side one is received", _BOOKING,
        (Edit("gateway.portal.identity", "    if len(tops) > 1:", "    if False:"),),
    ),
    Mutant(
        "first_pallet_that_fits", "a pallet without a number is the first that has such goods", _BOOKING,
        (Edit("gateway.portal.identity", "    if len(good) == 1 and", "    if good and"),),
    ),
    Mutant(
        "key_without_passage_and_direction", "the way back has the key of the way there, and is never booked", _BOOKING,
        (Edit("gateway.portal.booking", "(portal, pallet, direction, passage))", "(portal, pallet))"),),
    ),
    Mutant(
        "reversal_not_noticed", "a pallet that came back stays received", _BOOKING,
        (Edit("gateway.portal.booking", "    if last.direction == OPPOSITE[direction] and", "    if False and"),),
    ),
    Mutant(
        "no_cool_down", "a pallet moved twice within a moment", _BOOKING,
        (Edit("gateway.portal.booking", "    if last.direction == direction and last.read and",
              "    if False and last.read and"),),
    ),
    Mutant(
        "training_posts_a_task", "what is only tried out reaches the list", _BOOKING,
        (Edit("gateway.kanban.fence", '        "passage_closed",', '        "passage_closed", "passage_refused",'),),
    ),
    Mutant(
        "opening_not_committed_at_once", "a crash in the door is silence", _DESK,
        (Edit("gateway.portal_desk", "                door.post.put(self._scan(one, one.portal, door.station, name))\n",
              "                pass\n"),),
    ),
    Mutant(
        "passage_lost_with_the_disk", "what could not be stored is not tried again", _DESK,
        (Edit("gateway.portal_post", "        if verdict.status is Status.FAILED and",
              "        if False and"),),
    ),
    Mutant(
        "overflow_of_the_queue_is_silent", "reads that did not fit make no passage incomplete", _DESK,
        (Edit("gateway.portal_desk", "            self._missed.add(device)\n", "            pass\n"),),
    ),
    Mutant(
        "flickering_bin_leaves", "a bin at the edge of what the antenna hears is emptied again and again", _PRESENCE,
        (Edit("drivers.rfid_presence", "(self.stay_db if seen is not None and seen.is_present else 0)", "0"),),
    ),
    Mutant(
        "cable_empties_the_shelf", "an antenna without power empties every bin of its shelf", _PRESENCE,
        (Edit("drivers.rfid_presence", "if self.is_deaf or self._is_antenna_gone(gone):", "if False:"),),
    ),
    Mutant(
        "second_bin_swallowed", "of two bins that fall into a chute at once one is no emptying", _SHELF,
        (Edit("gateway.pipeline", "else scan.card or scan.code", "else scan.card"),),
    ),
    Mutant(
        "undone_shipment_keeps_its_key", "a shipment that was undone is never booked again", _GOODS,
        (Edit("gateway.goods.undo", '        elif act["kind"] == "goods_shipped":', "        elif False:"),),
    ),
)  # fmt: skip
