# Everything a developer runs. A virtual environment in .venv is made on first use.

PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable
USER_STAMP := .venv/.installed-sim
DEVELOPER_STAMP := .venv/.installed-dev

# Sources are compiled once, not by each of the many processes that tests start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo mobilenet models test test-full lint format clean

help:
	@echo "make demo       compile examples/digits and run it on an emulated Cortex-M4"
	@echo "make models     import networks of ../shared/models, check and measure them"
	@echo "make mobilenet  fit MobileNetV1 0.75/224 into an emulated Cortex-M7, which takes minutes"
	@echo "make test       lint, types, file checks and tests"
	@echo "make test-full  the same with complete sweeps"
	@echo "make lint       ruff and basedpyright"
	@echo "make format     rewrite sources in the house style"

$(BIN)/python:
	$(PYTHON) -m venv .venv

$(USER_STAMP): pyproject.toml | $(BIN)/python
	$(INSTALL) '.[sim]'
	touch $@

$(DEVELOPER_STAMP): pyproject.toml | $(BIN)/python
	$(INSTALL) '.[dev]'
	touch $@

demo: $(USER_STAMP)
	$(BIN)/python -m examples.digits

models: $(DEVELOPER_STAMP)
	$(BIN)/python -m examples.models

mobilenet: $(USER_STAMP)
	$(BIN)/python -m examples.mobilenet_v1 --alpha 0.75 --size 224

lint: $(DEVELOPER_STAMP)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/basedpyright

format: $(DEVELOPER_STAMP)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

test: lint
	$(BIN)/lit tests/filecheck --succinct --no-progress-bar --workers 2
	$(BIN)/pytest -n 2

test-full: lint
	$(BIN)/lit tests/filecheck --succinct --no-progress-bar --workers 2
	$(BIN)/pytest -n 2 --full

clean:
	rm -rf .venv build dist out .pytest_cache .ruff_cache .hypothesis
