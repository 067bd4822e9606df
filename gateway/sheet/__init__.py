"""Master data as tables for people: what an ERP would send, from workbooks and CSV files instead."""
