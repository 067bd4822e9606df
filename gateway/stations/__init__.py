"""What a scan means at each kind of station (pure: no clock, no I/O)."""
