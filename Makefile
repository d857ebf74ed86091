# PageWitness. `make demo` shows it at work, `make test` checks it; both do all the set-up themselves.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 2024
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO := --engine offline --home .pagewitness/demo
# Three workers keep two cores busy while some wait; more of them compete with the worker processes that read pages.
PYTEST := $(BIN)/python -m pytest -n 3 --dist loadfile
# Bytecode is kept, whatever the environment says: without it each worker spends 10 CPU seconds more on the tests' own
# modules, and each of the hundreds of processes that the tests start 0.2 on ours.
export PYTHONDONTWRITEBYTECODE :=
QUESTION ?= What is the greatest load for the winch cable until it has been tested?

.DEFAULT_GOAL := help
.PHONY: help demo test all-tests test-fast chromium node setup dev graph docker aegra lint types format eval nasty long drills bench bench-quick clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */  make \1\t/' | expand -t 20

demo: $(READY) ## read examples/sample.pdf and answer a question about it: no key, no network
	$(BIN)/pagewitness ingest $(DEMO) examples/sample.pdf
	@echo
	$(BIN)/pagewitness ask $(DEMO) "$(QUESTION)"

# Python's and the system's packages are installed at once. The type checker takes a minute of one core, which they and
# the tests leave idle while they wait.
test: ## set up, then run the linter, the type checker and all tests
	@$(MAKE) --no-print-directory --jobs=3 types all-tests

all-tests: lint node
	$(PYTEST)

test-fast: $(READY) ## unit tests and flows, without those that kill processes or take a second each
	$(PYTEST) -m "not slow and not processes and not heavy" tests/unit tests/flows

# The browser tests need a Chromium, and the Node of their driver a library that a small Debian lacks (libatomic1); they
# are skipped where there is none, and where it cannot be had by itself.
chromium:
	@if command -v chromium chromium-browser google-chrome >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Chromium for the browser tests (about half a minute)."; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium libatomic1; } \
	    >/dev/null 2>&1 || echo "Chromium could not be installed: the browser tests will be skipped."; \
	else echo "There is no Chromium: the browser tests will be skipped (apt-get install chromium)."; fi

# LangGraph's client for chat pages is a package of npm, which one test file drives; it is skipped without Node.
# It waits for Chromium, since only one `apt-get` can run at a time.
node: chromium
	@if command -v node >/dev/null && command -v npm >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Node for the tests of chat clients (about a minute)."; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nodejs npm; } \
	    >/dev/null 2>&1 || echo "Node could not be installed: the tests of chat clients will be skipped."; \
	else echo "There is no Node: the tests of chat clients will be skipped (apt-get install nodejs npm)."; fi

setup: $(READY) ## make .venv with everything that is needed

dev: $(READY) ## start the LangGraph development server (PORT=2024)
	$(BIN)/pagewitness serve --port $(PORT)

graph: $(READY) ## draw the graph of docs/graph.md
	$(BIN)/python -m tests.graph_drawing

docker: $(READY) ## write Dockerfile and docker-compose.yml from langgraph.json
	$(BIN)/python -m tests.docker_files

aegra: $(READY) ## write aegra.json from langgraph.json
	$(BIN)/python -m tests.aegra_config

lint: $(READY) ## check style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## check types
	$(BIN)/mypy

format: $(READY) ## sort imports and format code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

eval: $(READY) ## measure the answers on the sample: table, JSON and HTML report
	$(BIN)/pagewitness ingest --engine offline --home .pagewitness/eval examples/sample.pdf
	$(BIN)/pagewitness eval --engine offline --home .pagewitness/eval examples/questions.jsonl --out .pagewitness/eval/out

nasty: $(READY) ## every hostile file of the development data through the command line, as a table
	$(BIN)/python -m tests.evals.hostile_files ../shared/data/nasty

long: $(READY) ## stress tests: bursts of refusals, thirty kills, long documents (half an hour); new random examples
	$(BIN)/python -m pytest --hypothesis-profile new-examples $$(grep -rl "@given" tests/unit)
	$(BIN)/python -m pytest -m slow

drills: $(READY) ## kill Postgres, readers and servers: failure drills that print what they saw (some minutes)
	$(BIN)/python -m pytest -m slow -s tests/wire/test_drills.py tests/wire/test_hard_drills.py tests/wire/test_random_operations.py \
	  tests/wire/test_network_drills.py tests/wire/test_two_servers.py tests/wire/test_load.py tests/server/test_nginx.py \
	  tests/server/test_two_aegras.py tests/flows/test_migration.py

bench: $(READY) ## measure speed side by side, and write docs/performance.md (long; the first time makes libraries)
	$(BIN)/python -m tests.benchmarks

bench-quick: $(READY) ## the same with small sizes, to .pagewitness/bench
	$(BIN)/python -m tests.benchmarks --quick

clean: ## remove .venv, caches and the demo's folder; your own .pagewitness stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .langgraph_api build dist *.egg-info \
	  .pagewitness/demo

# uv sets up in a few seconds; where it cannot be had, pip does the same more slowly.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) or sys.version_info >= (3, 14))' \
	  || { echo "PageWitness needs Python 3.11, 3.12 or 3.13, and $(PYTHON) is $$($(PYTHON) --version 2>&1):" \
	    "name another with PYTHON=python3.12." >&2; exit 1; }
	rm -f $@
	$(PYTHON) -m venv $(VENV)
	if $(BIN)/python -m pip install --quiet -c constraints.txt uv; \
	  then $(BIN)/uv pip install --quiet --python $(BIN)/python -c constraints.txt -e '.[dev]'; \
	  else $(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev]'; fi
	@touch $@
