"""The kanban domain: cards, loops, signals, and what the ERP says about them (pure: no clock, no I/O)."""
