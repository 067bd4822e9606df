"""A dock door with RFID antennas and a light curtain, and what goes through; `radio.py` says what is fitted to what."""
