# make install | demo | check | test | format | clean
PORT ?= 8700
BIN := .venv/bin
# The first of these that is 3.11 or newer and can make an environment; PYTHON= names another.
PYTHONS := $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python3.14)

.DEFAULT_GOAL := help
.PHONY: help install demo lint check test format clean

help:
	@echo "make demo    try Reunite on http://127.0.0.1:$(PORT) (PORT= for another)"
	@echo "make test    lint, types, import contracts, all tests on all cores, and their coverage"
	@echo "make check   lint, types, import contracts and the unit tests, in seconds"
	@echo "make install the environment in .venv, which the others make when needed"
	@echo "make format  order the code; make clean removes what was made here"

install: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	@found=; chosen=; for python in $(PYTHONS); do \
	  $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue; \
	  found=$$python; \
	  $$python -c 'import ensurepip, venv' >/dev/null 2>&1 && chosen=$$python && break; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "Reunite needs Python 3.11 or newer: none of $(PYTHONS) is. Install one, or name yours: make PYTHON=…" >&2; \
	  exit 1; \
	elif [ -z "$$chosen" ]; then \
	  echo "$$found cannot make environments; on Debian and Ubuntu: apt-get install python3-venv" >&2; \
	  exit 1; \
	fi; \
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $$chosen -m venv --clear .venv
	@echo "Installing into .venv; the first time takes a few minutes."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: install
	@$(BIN)/reunite demo --port $(PORT)

lint: install
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

check: lint
	@$(BIN)/pytest --quiet --hypothesis-profile=quick --numprocesses=auto --dist=loadfile tests/unit

test: lint
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest --quiet --numprocesses=auto --dist=loadfile
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage json --quiet -o - | $(BIN)/python -m tests.support.branch_coverage 90

format: install
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean:
	rm -rf .venv build dist *.egg-info .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
