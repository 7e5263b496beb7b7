# Two commands set up everything: `make demo` shows satops at work, `make test` checks it.
# Each makes a virtual environment in .venv and installs what it needs.

PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# The tests start hundreds of programs: each would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo quick test lint types lock bench soak mutants clean

demo: .venv/user
	@$(BIN)/satops demo

# No server, no network, no rights of root: what to run after each change.
quick: .venv/developer
	$(BIN)/python -m pytest -q -n 3 --dist worksteal @tests/quick $(ARGS)

test: .venv/developer .venv/servers
	$(BIN)/python -m pytest -q -n 4 --dist worksteal $(ARGS)

lint: .venv/developer
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/developer
	$(BIN)/mypy

# What CI installs: satops/requirements/, from pyproject.toml and .ci/constraints.txt.
lock: .venv/developer
	@.ci/install .venv uv
	@$(BIN)/python .ci/lock

bench: .venv/developer
	$(BIN)/python -m bench $(ARGS)

# One-line changes of the money path, each of which a test must notice: mutants/money.toml.
mutants: .venv/developer
	$(BIN)/python -m mutants $(ARGS)

soak: .venv/developer
	$(BIN)/python -m pytest -q tests/simulation tests/crash tests/model tests/core tests/report --soak $(ARGS)

# What the tests start: PostgreSQL, object stores, the runners of CI workflows.
.venv/servers: .ci/servers .ci/gitops-tools
	@.ci/servers
	@.ci/gitops-tools
	@mkdir -p .venv && touch $@

clean:
	rm -rf .venv .mypy_cache .ruff_cache .hypothesis

# A Debian machine without python3-venv has no ensurepip: then the outer pip installs into .venv.
.venv/bin/python:
	@$(PYTHON) -m venv .venv >/dev/null 2>&1 \
	  || { rm -rf .venv && $(PYTHON) -m venv --without-pip .venv; }

.venv/user: .venv/bin/python pyproject.toml .ci/constraints.txt
	@echo "Installing satops into .venv"
	@.ci/install .venv -e .
	@touch $@

.venv/developer: .venv/bin/python pyproject.toml .ci/constraints.txt
	@echo "Installing satops and its test tools into .venv"
	@.ci/install .venv -e '.[postgresql,cloud,dev]'
	@touch $@ .venv/user
