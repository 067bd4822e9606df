"""LLRP, the protocol of fixed RFID readers: frames, parameters, messages, reports, the session, the reader."""
