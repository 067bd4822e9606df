"""Mutants of who may do what: sessions, dialogues, approval, inspection, signed codes."""

from __future__ import annotations

from tests.faults.mutant import Edit, Mutant

PEOPLE_MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "session_inherited_after_shift_end", "the next shift scans as somebody who went home",
        "tests/kanban/test_badge.py",
        (Edit("gateway.kanban.session", '    if known["until"] and at.wall_ms >= known["until"]:', "    if False:"),),
    ),
    Mutant(
        "session_of_a_blocked_person", "a badge that was blocked goes on counting", "tests/kanban/test_badge.py",
        (Edit("gateway.kanban.session", '        return "unknown"\n    return why_not(person, at, rules)',
              '        return "unknown"\n    return ""'),),
    ),
    Mutant(
        "refused_badge_keeps_the_session", "whoever holds an expired badge scans as the person before",
        "tests/kanban/test_badge.py",
        (Edit("gateway.stations.badge", "return _instead(refused(holder), scan.read, view)",
              "return refused(holder)"),),
    ),
    Mutant(
        "required_badge_not_required", "nobody knows who scanned", "tests/kanban/test_badge.py",
        (Edit("gateway.stations.badge", "    if not station.badge_required or", "    if True or"),),
    ),
    Mutant(
        "anybody_undoes_a_named_act", "an act of Ann's is taken back by whoever stands there",
        "tests/kanban/test_badge.py",
        (Edit("gateway.kanban.undo", "    if operator and is_known and not is_same_person:", "    if False:"),),
    ),
    Mutant(
        "half_done_dialogue_inherited", "the next person answers a question they never saw",
        "tests/kanban/test_flow.py",
        (Edit("gateway.kanban.flow", "    if flow.session != scan.session:", "    if False:"),),
    ),
    Mutant(
        "question_never_times_out", "an answer of the next day books what was asked today", "tests/kanban/test_flow.py",
        (Edit("gateway.kanban.flow", "    return passed is None or passed >= flow.timeout_ms", "    return False"),),
    ),
    Mutant(
        "question_answered_by_its_second_beep", "a bouncing scanner confirms what nobody confirmed",
        "tests/kanban/test_flow.py",
        (Edit("gateway.stations.dialogue", "    if is_second_beep(flow, scan.read):", "    if False:"),),
    ),
    Mutant(
        "approval_not_checked", "a posting above the limit is booked at once", "tests/kanban/test_approval.py",
        (Edit("gateway.stations.approval", "    if limit is None or amount <= max(limit, scan.approved):",
              "    if True:"),),
    ),
    Mutant(
        "approved_by_anybody", "any badge approves", "tests/kanban/test_approval.py",
        (Edit("gateway.stations.approval", "    if SUPERVISOR not in holder.roles:", "    if False:"),),
    ),
    Mutant(
        "approved_by_oneself", "a supervisor approves what they scanned themselves", "tests/kanban/test_approval.py",
        (Edit("gateway.stations.approval", "    if operator(holder.id) == person:", "    if False:"),),
    ),
    Mutant(
        "approval_for_whatever_comes", "an approval of 40 books 50", "tests/kanban/test_approval.py",
        (Edit("gateway.stations.approval", "amount <= max(limit, scan.approved):",
              "amount <= max(limit, scan.approved * 10):"),),
    ),
    Mutant(
        "too_much_is_not_asked", "one nought too many is received", "tests/kanban/test_amount.py",
        (Edit("gateway.stations.receive", "        return asks_if_too_much(case, scan) or _fill_now(case, scan, [])",
              "        return _fill_now(case, scan, [])"),),
    ),
    Mutant(
        "rejected_becomes_available", "the line uses what quality refused", "tests/kanban/test_inspection.py",
        (Edit("gateway.kanban.inspection", "_restated(case, BLOCKED)", '_restated(case, "")'),),
    ),
    Mutant(
        "anybody_accepts", "the line accepts its own deliveries", "tests/kanban/test_inspection.py",
        (Edit("gateway.stations.inspect", "    if not {QUALITY, SUPERVISOR} & scan.roles:", "    if False:"),),
    ),
    Mutant(
        "walk_accepts_what_is_inspected", "walking a loop lets a bin past quality", "tests/kanban/test_inspection.py",
        (Edit("gateway.kanban.walkresult", "card.state in (State.ERROR, State.RECEIVED_QC):",
              "card.state == State.ERROR:"),),
    ),
    Mutant(
        "home_made_badge_accepted", "a badge printed at home opens a session",
        "tests/codes/test_badge_and_quantity.py",
        (Edit("gateway.codes.signature", "    return body if is_ours else None", "    return body"),),
    ),
    Mutant(
        "signature_of_a_badge_told", "whoever reads the journal can print badges",
        "tests/codes/test_badge_and_quantity.py",
        (Edit("gateway.codes.interpret", 'unsigned = replace(read, data=text.rpartition(".")[0].encode())',
              "unsigned = read"),),
    ),
    Mutant(
        "unapproved_in_any_history", "some way round the supervisor", "tests/store/test_people_history.py",
        (Edit("gateway.stations.approval", "    if limit is None or amount <= max(limit, scan.approved):",
              "    if True:"),),
    ),
)  # fmt: skip
