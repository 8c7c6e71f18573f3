# make install | demo | check | test | chaos | fuzz | compose-test | docs | sbom | format | clean
PORT ?= $(or $(REUNITE_PORT),8700)
BIN := .venv/bin
# The first of these that is 3.11 or newer and can make an environment; PYTHON= names another.
PYTHONS := $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python3.14)
MAKE_ENVIRONMENT = $(BIN)/python -m pip --version >/dev/null 2>&1 \
  || { python=$$(scripts/python.sh $(PYTHONS)) && $$python -m venv --clear .venv; }

# Most tests wait for other processes more than they compute, so more of them run at once than there are cores.
TESTS_AT_ONCE := $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); echo $$((n < 6 ? 6 : n > 8 ? 8 : n)))

# Of thousands of tests with processes and sockets, one may meet a stall of the machine: the run's end shows it.
SECOND_TRY := --reruns=1 --max-suite-reruns=2 --rerun-exclude-path=tests/unit --rerun-show-tracebacks

# Without compiled files every process of the tests compiles all that it imports, and pytest rewrites every test, anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo lint check test covered-tests chaos fuzz compose-test docs sbom format clean

help:
	@echo "make demo    try Reunite on http://127.0.0.1:$(PORT) (PORT= for another)"
	@echo "make test    lint, types, import contracts, all tests, several at once, and their coverage"
	@echo "make check   lint, types, import contracts and the unit tests but the slow ones"
	@echo "make chaos   kill everything at random on both platforms (ROUNDS= kills on each, SEED=), and count what is lost"
	@echo "make fuzz    post thousands of hostile pictures to a worker (PICTURES=, SEED=), and count what goes wrong"
	@echo "make docs    the documentation as a website, in site/"
	@echo "make compose-test build the images and run the deployment on doubles of the platforms; needs Docker"
	@echo "make sbom    list every package of .venv (ENVIRONMENT= of another) as CycloneDX in build/sbom.json"
	@echo "make install the environment in .venv, which the others make when needed"
	@echo "make format  order the code; make clean removes what was made here"

install: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	@$(MAKE_ENVIRONMENT)
	@$(BIN)/python scripts/install.py dev
	@touch .venv/installed-demo $@ # the demo needs less

.venv/installed-demo: pyproject.toml constraints.txt
	@$(MAKE_ENVIRONMENT)
	@$(BIN)/python scripts/install.py demo
	@touch $@

# The port is checked before anything is installed.
demo:
	@python=$$(scripts/python.sh $(PYTHONS)) && $$python -m cli.port '$(PORT)'
	@$(MAKE) --silent .venv/installed-demo
	@$(BIN)/reunite demo --port $(PORT)

lint: install
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

check: lint
	@$(BIN)/pytest --quiet --hypothesis-profile=quick --numprocesses=auto --dist=loadfile -m "not slow" tests/unit

# The linters run at the same time as the tests, which leave the cores idle now and then.
test: install
	@$(MAKE) --no-print-directory --jobs=2 lint covered-tests

covered-tests: install
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest --quiet --numprocesses=$(TESTS_AT_ONCE) --dist=worksteal $(SECOND_TRY)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage json --quiet -o - | $(BIN)/python -m tests.support.branch_coverage 90

chaos: install
	@$(BIN)/python -m tests.chaos --rounds $(or $(ROUNDS),100) --seed $(or $(SEED),1)

fuzz: install
	@$(BIN)/python -m tests.chaos.photos --pictures $(or $(PICTURES),5000) --seed $(or $(SEED),1)

docs: install
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	@echo "Open site/index.html"

compose-test: install
	@$(BIN)/python -m tests.compose

ENVIRONMENT ?= .venv
SBOM_TOOL := cyclonedx-bom==7.5.0

# The tool has an environment of its own, so that it isn't in its list.
sbom: $(if $(filter .venv,$(ENVIRONMENT)),install)
	@$(ENVIRONMENT)/bin/python -m venv build/sbom
	@build/sbom/bin/pip --disable-pip-version-check install --quiet '$(SBOM_TOOL)'
	@build/sbom/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible \
	  --output-file build/sbom.json '$(ENVIRONMENT)/bin/python'
	@echo "build/sbom.json is written."

format: install
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean:
	rm -rf .venv build dist site *.egg-info .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
