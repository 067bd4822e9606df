"""Goods that are received, moved, used, made, shipped and counted by scanning (pure: no clock, no I/O)."""
