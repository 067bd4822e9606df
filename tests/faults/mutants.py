"""Mutants: one sentence of the real code changed, so that a checker can show that it would notice.

A mutant is a textual edit of the real source, made while a child process imports it:

    python -m tests.faults.mutants <mutant or -> <module> [arguments]

An edit that no longer fits the source is an error, not a silent pass. Nothing of the gateway may
be imported here: the edit has to be in place before the first import.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

from tests.faults.device_mutants import DEVICE_MUTANTS
from tests.faults.epcis_mutants import EPCIS_MUTANTS
from tests.faults.goods_mutants import GOODS_MUTANTS
from tests.faults.mutant import Edit, Mutant
from tests.faults.need_mutants import NEED_MUTANTS
from tests.faults.people_mutants import PEOPLE_MUTANTS
from tests.faults.portal_mutants import PORTAL_MUTANTS
from tests.faults.reader_mutants import READER_MUTANTS
from tests.faults.reorder_mutants import REORDER_MUTANTS
from tests.faults.resolve_mutants import RESOLVE_MUTANTS
from tests.faults.rule_mutants import RULE_MUTANTS
from tests.faults.trust_mutants import TRUST_MUTANTS

NONE = "-"


_CONNECTION, _COMMIT, _WRITER = "gateway.store.connection", "gateway.store.commit", "gateway.store.writer"
_STORE, _VERIFY, _WITNESS = "gateway.store.store", "gateway.store.verify", "gateway.store.witness"
_SAVE_AND_COMMIT = '        streams = store.journal.save_heads()\n        store.connection.execute("COMMIT")\n'

MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        "synchronous_normal", "a commit is not fsynced", "power loss",
        (
            Edit(_CONNECTION, "PRAGMA synchronous=FULL", "PRAGMA synchronous=NORMAL"),
            Edit(_CONNECTION, "synchronous != 2", "synchronous != 1"),
        ),
    ),
    Mutant(
        "answer_before_commit", "green before the fsync", "power loss",
        (
            Edit(_COMMIT, "def commit(self, intakes: list[Intake]) -> Committed:",
                 "def commit(self, intakes: list[Intake], early: Callable[[list[Outcome]], None]) -> Committed:"),
            Edit(_COMMIT, _SAVE_AND_COMMIT, f"        early(outcomes)\n{_SAVE_AND_COMMIT}"),
            Edit(_WRITER, "commit([request.intake for request in batch])",
                 "commit([request.intake for request in batch], lambda outcomes: self._answer(batch, outcomes))"),
        ),
    ),
    Mutant(
        "outbox_in_second_transaction", "journal and outbox are not one transaction", "power loss",
        (
            Edit(_COMMIT, '        store.connection.execute("BEGIN IMMEDIATE")\n',
                 '        before = store.journal.seq\n        store.connection.execute("BEGIN IMMEDIATE")\n'),
            Edit(_COMMIT, _SAVE_AND_COMMIT,
                 '        rows = store.connection.execute("SELECT * FROM outbox WHERE jseq>?", (before,)).fetchall()\n'
                 '        store.connection.execute("DELETE FROM outbox WHERE jseq>?", (before,))\n'
                 '        store.connection.execute("COMMIT")\n'
                 '        store.connection.execute("BEGIN IMMEDIATE")\n'
                 '        store.connection.executemany("INSERT INTO outbox VALUES(?,?,?,?)", rows)\n'
                 f"{_SAVE_AND_COMMIT}"),
        ),
    ),
    Mutant(
        "witness_before_commit", "the witness claims what is not stored yet", "power loss",
        (
            Edit(_COMMIT, _SAVE_AND_COMMIT,
                 "        streams = store.journal.save_heads()\n        self._witness()\n"
                 '        self._store.witness.sync()\n        store.connection.execute("COMMIT")\n'),
        ),
    ),
    Mutant(
        "no_checkpoint_before_green", "a row whose fsync failed is answered 'already' after a restart", "failing disk",
        (Edit(_STORE, "            self.checkpoint(truncate=True)\n            sync_directory(self.data_dir)\n",
              "            sync_directory(self.data_dir)\n"),),
    ),
    Mutant(
        "directory_not_synced", "a removed rollback journal can come back and undo everything", "failing disk",
        (Edit(_STORE, "            sync_directory(self.data_dir)\n", ""),),
    ),
    Mutant(
        "green_on_a_failed_disk", "a commit that failed is answered green", "failing disk",
        (Edit(_WRITER, "Verdict(Status.FAILED, f\"STORE_{self.condition.name}\", text)",
              "Verdict(Status.OK, f\"STORE_{self.condition.name}\", text)"),),
    ),
    Mutant(
        "id_minted_at_commit", "a retried read is a second event", "failing disk",
        (Edit(_COMMIT, 'body["id"] = derive_id(read.id, n)', 'body["id"] = new_id(now.wall_ms)'),),
    ),
    Mutant(
        "no_heal", "a disk that works again is never noticed", "failing disk",
        (Edit(_WRITER, "                self._store.reopen()\n                healthy = True",
              "                healthy = False"),),
    ),
    Mutant(
        "chain_not_checked", "a changed journal row passes", "bit flips",
        (Edit(_VERIFY, "if journal_hash(previous, seq, event_id, stream, text.encode()) != digest:", "if False:"),),
    ),
    Mutant(
        "projections_not_compared", "a changed card or stock row passes", "bit flips",
        (Edit(_VERIFY, "            compare_projections(fresh, connection, report)\n", ""),),
    ),
    Mutant(
        "outbox_not_checked", "a changed outbox row passes", "bit flips",
        (Edit(_VERIFY, "        _check_outbox(connection, report)\n", ""),),
    ),
    Mutant(
        "witness_ignored", "a journal that lost its tail passes", "bit flips",
        (
            Edit(_VERIFY, "        _check_witness(connection, witness, report)\n", ""),
            Edit(_STORE, "            self._check_witness()\n", ""),
        ),
    ),
    Mutant(
        "sequence_reused", "after a lost tail the same journal numbers are given again", "bit flips",
        (Edit("gateway.store.epoch", "(lost[1], digest) if lost else (seq, digest)", "(seq, digest)"),),
    ),
    Mutant(
        "witness_check_sum_ignored", "a flipped witness invents a lost tail", "bit flips",
        (Edit(_WITNESS, 'if check == _check(f"{seq} {digest}") else None', ""),),
    ),
    Mutant(
        "no_ballast", "no room for the last batch", "disk full",
        (Edit(_WRITER, "ready = self._store.ballast.release()", "ready = False"),),
    ),
    Mutant(
        "green_although_full", "a full disk is answered green", "disk full",
        (Edit(_WRITER, "Verdict(Status.FAILED, f\"STORE_{self.condition.name}\", text)",
              "Verdict(Status.OK, f\"STORE_{self.condition.name}\", text)"),),
    ),
    Mutant(
        "never_resumes", "space that came back is not noticed", "disk full",
        (Edit(_WRITER, "healthy = self._store.ballast.take()", "healthy = False"),),
    ),
    Mutant(
        "moved_loop_not_asked_again", "a tick sees cards as they were", "tests/store/test_standing.py",
        (Edit("gateway.store.standing", "            self._stirred.add(loop)\n", ""),),
    ),
    Mutant(
        "wait_remembered_for_good", "no batch is released by age", "tests/store/test_standing.py",
        (Edit("gateway.store.standing", "            self._oldest = None\n        if", "            ...\n        if"),),
    ),
    Mutant(
        "facts_remembered_for_good", "an answered dialogue still times out", "tests/store/test_standing.py",
        (Edit("gateway.store.projections", "            self._kinds.pop(kind, None)\n", ""),),
    ),
    *DEVICE_MUTANTS,
    *RULE_MUTANTS,
    *GOODS_MUTANTS,
    *EPCIS_MUTANTS, *PORTAL_MUTANTS,
    *PEOPLE_MUTANTS,
    *RESOLVE_MUTANTS,
    *REORDER_MUTANTS,
    *NEED_MUTANTS,
    *TRUST_MUTANTS,
    *READER_MUTANTS,
)  # fmt: skip


class _Loader(SourceFileLoader):
    """Compiles the edited source; the byte code cache is neither read nor written."""

    def __init__(self, name: str, path: str, edits: Sequence[Edit]) -> None:
        super().__init__(name, path)
        self._edits = edits

    def get_code(self, fullname: str) -> CodeType:
        source = Path(self.path).read_text(encoding="utf-8")
        for edit in self._edits:
            if source.count(edit.old) != 1:
                raise SystemExit(f"the mutant does not fit {fullname} any more; expected once:\n{edit.old}")
            source = source.replace(edit.old, edit.new)
        return compile(source, str(self.path), "exec")


class _Finder(MetaPathFinder):
    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        edits = [edit for edit in self._mutant.edits if edit.module == fullname]
        spec = PathFinder.find_spec(fullname, path) if edits else None
        if spec is not None and spec.origin is not None:
            spec.loader = _Loader(fullname, spec.origin, edits)
        return spec


def find(name: str) -> Mutant:
    """The mutant of that name; KeyError when there is none."""
    return {mutant.name: mutant for mutant in MUTANTS}[name]


def main(arguments: Sequence[str]) -> None:
    """Run a module of the tests on mutated code."""
    name, module, *rest = arguments
    if name != NONE:
        if any(loaded.startswith("gateway") for loaded in sys.modules):
            raise SystemExit("the gateway was imported before the mutant was in place")
        sys.meta_path.insert(0, _Finder(find(name)))
    sys.argv = [module, *rest]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1:])
