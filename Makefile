# `make` lists the targets. The environment is .venv, from pins with hashes; a second run installs nothing.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps

.DEFAULT_GOAL := help
.PHONY: help demo test simulate lint bench docs package appliance pins clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.demo-stamp  ## start the register and a kiosk with sample cards; scan or type
	@$(BIN)/python -m kiosk.demo

JOBS ?= auto
test: $(VENV)/.dev-stamp  ## run every test that this machine can, one process a core
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

RUNS ?= 2000
simulate: $(VENV)/.dev-stamp  ## cut kiosks off at random for many runs: make simulate RUNS=5000
	@KAIKU_LEASE_RUNS=$(RUNS) $(BIN)/python -m pytest tests/e2e/test_leases.py $(ARGS)

lint: $(VENV)/.dev-stamp  ## check format, lint, types and the directions of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev-stamp  ## measure, and write build/bench.json
	@$(BIN)/python -m tests.bench

docs: $(VENV)/.dev-stamp  ## build the documentation into build/docs
	$(BIN)/sphinx-build -W --keep-going -b html -q docs build/docs
	@echo "build/docs/index.html"

package: $(VENV)/.dev-stamp  ## build the Debian package of the kiosk into dist/
	@$(BIN)/python -m deb.build

appliance: $(VENV)/.dev-stamp  ## try the package in a virtual machine, and print what was seen
	@$(BIN)/python -m tests.appliance $(ARGS)

# uv keeps the pins that still fit; `make pins UPGRADE=--upgrade` takes the newest of everything.
COMPILE := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-emit-index-url --custom-compile-command "make pins" $(UPGRADE)
TO_BUILD := --group build --excludes requirements/excludes.txt
EXTRAS := --extra kiosk --extra server

pins: $(VENV)/.dev-stamp  ## resolve requirements/*.txt anew from pyproject.toml
	$(COMPILE) $(TO_BUILD) $(EXTRAS) --output-file requirements/demo.txt
	$(COMPILE) $(TO_BUILD) --extra server --constraint requirements/demo.txt --output-file requirements/server.txt
	$(COMPILE) $(TO_BUILD) $(EXTRAS) --extra dev --constraint requirements/demo.txt --output-file requirements/dev.txt
	$(COMPILE) --excludes requirements/package-excludes.txt --extra kiosk --extra pi --extra eink \
		--constraint requirements/dev.txt --output-file requirements/package.txt

clean:  ## remove the environment and everything built
	rm -rf $(VENV) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { echo "python3 -m venv failed; on Debian: apt-get install python3-venv" >&2; rm -rf $(VENV); exit 1; }

$(VENV)/.demo-stamp: requirements/demo.txt pyproject.toml | $(BIN)/python
	@echo "Installing what the demo needs into $(VENV) ..."
	@$(INSTALL) --require-hashes --requirement requirements/demo.txt
	@$(INSTALL) --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev-stamp: requirements/dev.txt pyproject.toml | $(BIN)/python
	@echo "Installing what tests, lint and documentation need into $(VENV) ..."
	@$(INSTALL) --require-hashes --requirement requirements/dev.txt
	@$(INSTALL) --no-build-isolation --editable .
	@touch $@ $(VENV)/.demo-stamp
