# run: a server with a demo chain. test: everything that must hold. check: also crashes, races and fuzz. bench: figures.
# Needs Python 3.11 or newer and nothing else; everything goes into .venv.

PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
WORKERS ?= 2

.PHONY: run test check scenarios bench pictures lint assets schema reference clean

run: .venv/installed
	$(BIN)/chainstock serve --demo small_sales

test: .venv/tested .venv/chromium
	$(BIN)/python -m pytest -n $(WORKERS) -m "not long and not wide"

check: test
	$(BIN)/python -m pytest -n $(WORKERS) -m "wide and not long"
	$(BIN)/python -m pytest -n $(WORKERS) -m long

# Which change requests are met by definitions alone: passed or not, lines of definition, seconds.
scenarios: .venv/tested
	$(BIN)/python -m pytest -q -n $(WORKERS) -m "not wide" -p tests.scenarios.table tests/scenarios

bench: .venv/benched .venv/chromium
	$(BIN)/python -m bench

# Pictures of every page, in both sizes and languages, to be looked at: build/pictures/index.html.
pictures: .venv/tested .venv/chromium
	$(BIN)/python -m tests.browser.pictures

lint: .venv/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

# Frozen SQL of the first migration, from the tables as they stand; only until the first release.
schema: .venv/tested
	$(BIN)/python -m engine.database.freeze $(subst /,.,$(basename $(shell grep -l metadata engine/*/tables.py)))

# Pages of docs/reference/ that are made from the language's own tables.
reference: .venv/tested
	$(BIN)/python -m engine.verification.reference docs/reference
	$(BIN)/python -m engine.expressions.reference > docs/reference/expressions.md

# Scripts and styles of the pages, with the types of our TypeScript read.
assets: .venv/tested
	$(BIN)/python templates/assets/build.py --check

clean:
	rm -rf templates/assets/node_modules templates/assets/built .venv .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none was found." >&2; exit 1; }
	$(PYTHON) -m venv .venv

SOURCES := $(shell find templates/assets templates/pages -type f -not -path '*/node_modules/*' -not -path '*/built*')

# Tests of the pages run in a real Chromium, with a font for Chinese.
.venv/chromium: | .venv/bin/python
	@command -v chromium chromium-browser google-chrome >/dev/null || { test "$$(id -u)" = 0 && \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk >/dev/null; } || \
		{ echo "Chromium is needed to test the pages: install the package chromium." >&2; exit 1; }
	@touch $@

.venv/installed: pyproject.toml $(SOURCES) | .venv/bin/python
	$(PIP) --editable .
	@touch $@

.venv/tested: pyproject.toml $(SOURCES) | .venv/bin/python
	$(PIP) --editable '.[dev]'
	@touch $@ .venv/installed

.venv/benched: pyproject.toml $(SOURCES) | .venv/bin/python
	$(PIP) --editable '.[dev,bench]'
	@touch $@ .venv/installed .venv/tested
