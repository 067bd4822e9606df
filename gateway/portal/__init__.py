"""RFID portals, pure: reads and time in, passages out; a passage and the master data in, a booking out."""
