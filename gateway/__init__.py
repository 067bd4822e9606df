"""Kanban gateway: durable capture of shop-floor reads, exactly-once delivery to the ERP."""

__version__ = "0.1.0"
