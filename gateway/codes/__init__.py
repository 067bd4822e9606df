"""What the bytes of a read say (pure: no clock, no I/O)."""
