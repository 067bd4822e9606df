"""kanban-floor: a shop floor and an ERP on one machine, to prove the gateway against.

An oracle must not share the bug, so nothing here imports the gateway: what both sides need (card
codes, chain hashes, quantities) is written here a second time, from the published rules.
"""
