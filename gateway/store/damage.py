"""What Python raises when a damaged database hands out values its schema forbids.

A flipped bit in a record's header turns text into NULL, a number into a blob, or makes even
SQLite's own error message undecodable; none of that arrives as a `sqlite3.Error`.
"""

from __future__ import annotations

DAMAGE: tuple[type[Exception], ...] = (ValueError, TypeError, AttributeError, LookupError, OverflowError)
