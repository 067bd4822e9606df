# Every target makes what it needs first (.ci/setup): Debian packages, .venv, pinned libraries.

PY := .venv/bin/python
TEST_WORKERS ?= 4
PYTEST := $(PY) -m pytest -q -n $(TEST_WORKERS) --dist worksteal

.PHONY: help setup demo test quick lint faults bench unit-score schema clean

help:
	@echo "make demo          a simulated floor, a real broker, the gateway and an ERP; prints one URL"
	@echo "make demo DEMO_SECONDS=30   the same, stops by itself and compares ledger and truth"
	@echo "make demo DEMO_KEEP=dir    the same, and keeps the journals of both gateways there, with commands to try on them"
	@echo "make test          lint and all tests"
	@echo "make quick         the tests that take seconds"
	@echo "make lint          ruff and mypy"
	@echo "make faults        the long campaign of kills, power cuts, bit flips and link faults"
	@echo "make bench         the published figures, measured on this machine"
	@echo "make unit-score    what systemd thinks of the unit's sandbox; fails above 1.2"
	@echo "make schema        regenerate config/gateway.schema.json"
	@echo "make setup         only install what is missing"
	@echo "make clean         remove .venv and caches"

setup:
	@.ci/setup

demo: setup
	@.venv/bin/kanban-floor demo $(if $(DEMO_SECONDS),--seconds $(DEMO_SECONDS)) $(if $(DEMO_KEEP),--keep $(DEMO_KEEP))

test: lint
	$(PYTEST)

quick: setup
	$(PYTEST) -m "not slow"

lint: setup
	$(PY) -m ruff check .
	$(PY) -m mypy

faults: setup
	$(PY) -m tests.faults.campaign

bench: setup
	$(PY) -m tests.bench

unit-score: setup
	@systemd-analyze security --offline=true --threshold=12 --no-pager systemd/kanban-gateway.service

schema: setup
	@.venv/bin/kanban-gateway check --print-schema > config/gateway.schema.json.new
	@mv config/gateway.schema.json.new config/gateway.schema.json

clean:
	rm -rf .venv build .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
