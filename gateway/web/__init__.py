"""The local page. It only reads, and it may fail without touching capture."""
