# SIJoint: the two commands are `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev

.PHONY: demo test deep bench validate lint clean

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "SIJoint needs Python 3.11 or newer; run: make PYTHON=python3.11 ..."; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(STAMP): $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(DEV_STAMP): $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(STAMP)  ## one whole episode on a real CT, into out/
	$(BIN)/sij demo --out out

test: $(DEV_STAMP)  ## everything that needs no root and no service, under 10 minutes
	scripts/with_postgres $(BIN)/python -m pytest -n 2 --dist loadgroup -m "not deep"

lint: $(DEV_STAMP)
	$(BIN)/ruff check src tests scripts benchmarks
	$(BIN)/ruff format --check src tests scripts benchmarks
	$(BIN)/mypy

deep: $(DEV_STAMP)  ## the long ones: 50 seeds of every scenario, and tests marked deep
	scripts/with_postgres $(BIN)/python -m pytest -n 2 --dist loadgroup -m deep
	SIJ_HYPOTHESIS=explore $(BIN)/python -m pytest -n 2 -m "not deep" tests/frames tests/pathway tests/formulary
	$(BIN)/sij scenarios --seeds 50 --workers 2
	$(BIN)/python scripts/mutate_rules.py --mutants 400 --workers 2

bench: $(DEV_STAMP)  ## measure beside RTK, best on an idle machine; nothing here is asserted; BENCH=--quick for less
	$(BIN)/python benchmarks/projector.py $(BENCH)
	$(BIN)/python benchmarks/growth.py
	$(BIN)/python benchmarks/live.py
	$(BIN)/python benchmarks/web_room.py
	$(BIN)/python benchmarks/web_browser.py
	$(BIN)/python benchmarks/web_load.py

validate: $(STAMP)  ## library pelves against published figures, into docs/validation.md; over an hour, VALIDATE="--pelves 20" for less
	$(BIN)/sij validate docs/validation-plan.toml --workers 2 --outcomes build/validation.jsonl --page docs/validation.md $(VALIDATE)

clean:
	rm -rf $(VENV) .venv-peers out build
