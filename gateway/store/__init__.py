"""The durable store: journal, projections, outbox. Knows no kanban; the decider is injected."""
