"""EPC: what an RFID tag says in its EPC memory, as GS1's Tag Data Standard 2.3 has it."""
