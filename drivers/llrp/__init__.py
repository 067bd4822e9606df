"""LLRP 1.0.1, the protocol of fixed RFID readers: frames, parameters, messages, reports, session, reader."""
