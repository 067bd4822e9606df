"""Tables and their migrations, applied by sqlite-utils on the writer's own connection.

The journal has no index by card, item or lot: one such index halves the insert rate at four
million rows. Each row keeps the previous sequences of the cards and stock rows it changed instead
(comma-separated, in the order of the event's `after` and `mv`), the heads live in the projections,
and a life story is a walk back.
"""

from __future__ import annotations

import sqlite3

import orjson
from sqlite_utils import Database, Migrations

from gateway.errors import StoreVersionError
from gateway.store.projections import Projections

JOURNAL = """
CREATE TABLE journal(
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  stream TEXT NOT NULL,
  prev_cards TEXT,
  prev_stock TEXT,
  hash BLOB NOT NULL,
  body TEXT NOT NULL
) STRICT
"""

PROJECTIONS = {
    "card": """(card TEXT PRIMARY KEY, loop TEXT NOT NULL, life TEXT NOT NULL, state TEXT NOT NULL,
        cycle INTEGER NOT NULL, quantity INTEGER NOT NULL, revision INTEGER NOT NULL, undone INTEGER NOT NULL,
        signal TEXT NOT NULL, wall_ms INTEGER NOT NULL, mono_ms INTEGER NOT NULL, boot TEXT NOT NULL,
        last_seq INTEGER NOT NULL) STRICT, WITHOUT ROWID""",
    "stock": """(item TEXT, location TEXT, status TEXT, lot TEXT, quantity INTEGER NOT NULL,
        since_ms INTEGER NOT NULL, prev_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL,
        PRIMARY KEY(item, location, status, lot)) STRICT, WITHOUT ROWID""",
    "signal": """(key TEXT PRIMARY KEY, loop TEXT NOT NULL, item TEXT NOT NULL, location TEXT NOT NULL,
        quantity INTEGER NOT NULL, uom TEXT NOT NULL, cards TEXT NOT NULL, opened_seq INTEGER NOT NULL,
        doc TEXT NOT NULL) STRICT, WITHOUT ROWID""",
    "usage": """(item TEXT, location TEXT, since_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, sums TEXT NOT NULL,
        PRIMARY KEY(item, location)) STRICT, WITHOUT ROWID""",
    "fill": "(loop TEXT PRIMARY KEY, durations_ms TEXT NOT NULL) STRICT, WITHOUT ROWID",
    "disposition": "(stream TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "refusal": "(posting TEXT PRIMARY KEY, code TEXT NOT NULL, streak INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "resolve": """(id TEXT PRIMARY KEY, kind TEXT NOT NULL, code TEXT NOT NULL, text TEXT NOT NULL,
        station TEXT NOT NULL, card TEXT NOT NULL, posting TEXT NOT NULL, ref TEXT NOT NULL,
        count INTEGER NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL) STRICT, WITHOUT ROWID""",
    "master": "(dataset TEXT, id TEXT, body TEXT NOT NULL, PRIMARY KEY(dataset, id)) STRICT, WITHOUT ROWID",
    "dataset": """(dataset TEXT PRIMARY KEY, version INTEGER NOT NULL, etag TEXT NOT NULL,
        seq INTEGER NOT NULL) STRICT, WITHOUT ROWID""",
    "fact": "(kind TEXT, id TEXT, body TEXT NOT NULL, PRIMARY KEY(kind, id)) STRICT, WITHOUT ROWID",
    "inbox": """(id TEXT PRIMARY KEY, name TEXT NOT NULL, result TEXT NOT NULL,
        seq INTEGER NOT NULL) STRICT, WITHOUT ROWID""",
    "press": """(device TEXT, packet INTEGER, digest TEXT NOT NULL, read_id TEXT NOT NULL,
        PRIMARY KEY(device, packet)) STRICT, WITHOUT ROWID""",
}

OUTBOX = (
    """CREATE TABLE outbox(stream TEXT, seq INTEGER, jseq INTEGER NOT NULL, hash BLOB NOT NULL,
        PRIMARY KEY(stream, seq)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE stream(stream TEXT PRIMARY KEY, head INTEGER NOT NULL, head_hash BLOB NOT NULL,
        cum INTEGER NOT NULL, cum_hash BLOB NOT NULL) STRICT, WITHOUT ROWID""",
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
)

migrations = Migrations("kanban-gateway")


@migrations()
def m001_journal_projections_outbox(db: Database) -> None:
    """The first release."""
    db.conn.execute(JOURNAL)
    create_projections(db.conn)
    for statement in OUTBOX:
        db.conn.execute(statement)


@migrations()
def m002_ages_places_and_usage(db: Database) -> None:
    """Tables of another shape, filled from the journal."""
    for table in (row[0] for row in db.conn.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall()):
        if table in PROJECTIONS:
            db.conn.execute(f"DROP TABLE {table}")
    create_projections(db.conn)
    projections = Projections(db.conn)
    for seq, body in db.conn.execute("SELECT seq,body FROM journal ORDER BY seq").fetchall():
        projections.fold(seq, orjson.loads(body))
    projections.write()


def create_projections(connection: sqlite3.Connection) -> None:
    """Create the tables that are a fold of the journal, empty (also used by `verify`)."""
    for table, columns in PROJECTIONS.items():
        connection.execute(f"CREATE TABLE {table}{columns}")
    connection.execute("CREATE INDEX card_by_loop ON card(loop, card)")
    connection.execute("CREATE INDEX signal_by_item ON signal(item)")
    connection.execute("CREATE INDEX card_waiting ON card(loop, last_seq) WHERE state='WAIT'")


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the database to this version; StoreVersionError when it is from a newer one."""
    database = Database(connection, execute_plugins=False, recursive_triggers=False, strict=True)
    known = {migration.name for migration in migrations.pending(Database(memory=True, execute_plugins=False))}
    if "_sqlite_migrations" in database.table_names():
        rows = connection.execute("SELECT name FROM _sqlite_migrations WHERE migration_set='kanban-gateway'")
        newer = sorted({row[0] for row in rows} - known)
        if newer:
            raise StoreVersionError(
                f"the store was written by a newer version (migration {newer[0]!r} is unknown here)",
                hint="install that version again, or restore a backup made by this one",
            )
    migrations.apply(database)
