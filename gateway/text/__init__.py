"""What people read at a station, as keys with arguments, in every language we have (pure)."""
