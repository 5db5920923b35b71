# run: a server with a demo chain. test: everything that must hold. check: also crashes, races and fuzz. bench: figures.
# Needs Python 3.11 or newer and nothing else; everything goes into .venv.

PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
WORKERS ?= 2

.PHONY: run test check bench lint schema clean

run: .venv/installed
	$(BIN)/chainstock serve --demo small_sales

test: .venv/tested
	$(BIN)/python -m pytest -n $(WORKERS) -m "not long"

check: test
	$(BIN)/python -m pytest -n $(WORKERS) -m long

bench: .venv/benched
	$(BIN)/python -m bench

lint: .venv/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

# Frozen SQL of the first migration, from the tables as they stand; only until the first release.
schema: .venv/tested
	$(BIN)/python -m engine.database.freeze $(subst /,.,$(basename $(shell grep -l metadata engine/*/tables.py)))

clean:
	rm -rf .venv .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none was found." >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/installed: pyproject.toml | .venv/bin/python
	$(PIP) --editable .
	@touch $@

.venv/tested: pyproject.toml | .venv/bin/python
	$(PIP) --editable '.[dev]'
	@touch $@ .venv/installed

.venv/benched: pyproject.toml | .venv/bin/python
	$(PIP) --editable '.[dev,bench]'
	@touch $@ .venv/installed .venv/tested
