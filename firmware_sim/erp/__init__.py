"""A central ERP with a durable ledger that speaks the wire contract, and misbehaves on request."""
