# ALPR Workbench. `make demo` and `make test` each do all their own set-up, in .venv.
# They need make and Python 3.11, 3.12 or 3.13 with its venv module; the first run downloads packages through pip.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test extras lint screenshots lab lock clean

VENV ?= .venv
EXTRAS ?= .venv-extras
BIN := $(VENV)/bin
JOBS ?= logical
ARGS ?=

# The first of these that is 3.11 to 3.13 and can make an environment; `make PYTHON=/path/to/python demo` names another.
PYTHON ?=
CANDIDATES := $(PYTHON) python3.13 python3.12 python3.11 python3 python
SUITS := import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))

PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# The workbench itself is installed where it stands, built with the setuptools of the lock.
SELF := --no-deps --no-build-isolation --editable .
LOCKING := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
    --custom-compile-command 'make lock'

help: ## say what there is
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' Makefile

demo: $(VENV)/installed ## build the demo city and make three reports
	$(BIN)/workbench demo $(ARGS)

test: $(VENV)/installed-dev ## run every test, notebooks included (JOBS=1 for one process)
	$(BIN)/python -m pytest -n $(JOBS) --maxprocesses 8 --dist loadfile $(ARGS)

extras: ## run the tests of recognition with every extra, in .venv-extras (some gigabytes to download: torch)
	@$(MAKE) --no-print-directory VENV=$(EXTRAS) $(EXTRAS)/installed-extras
	$(EXTRAS)/bin/python -m pytest tests/recognition $(ARGS)

lint: $(VENV)/installed-dev ## style, types, layers, notebooks without output
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	find notebooks workbench -name '*.ipynb' -not -path '*/.*' -exec $(BIN)/nbstripout --keep-id --verify {} +

screenshots: $(VENV)/installed-dev ## take the pictures of the search desk in docs/images anew (needs Chromium)
	$(BIN)/python docs/screenshots.py

lab: $(VENV)/installed ## open JupyterLab on the notebooks
	$(BIN)/workbench lab $(ARGS)

lock: $(VENV)/installed-dev ## resolve the locks anew (ARGS=--upgrade for the newest versions)
	$(BIN)/uv pip compile $(ARGS) $(LOCKING) -o requirements/lock.txt pyproject.toml requirements/build.in
	$(BIN)/uv pip compile $(ARGS) $(LOCKING) -o requirements/dev.txt pyproject.toml requirements/build.in \
	    --group dev --constraint requirements/lock.txt
	$(BIN)/uv pip compile $(ARGS) $(LOCKING) -o requirements/extras.txt pyproject.toml requirements/build.in \
	    --group dev --extra recognition --extra second-opinion --extra easyocr --constraint requirements/dev.txt

clean: ## remove .venv and caches; data/ and reports/ stay
	rm -rf $(VENV) $(EXTRAS) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@for python in $(CANDIDATES); do \
	    if "$$python" -c '$(SUITS)' >/dev/null 2>&1; then \
	        echo "Making $(VENV) with $$("$$python" --version)"; \
	        exec "$$python" -m venv "$(VENV)"; \
	    fi; \
	done; \
	echo 'No Python 3.11, 3.12 or 3.13 with the venv module was found.' >&2; \
	echo 'Install one (on Debian and Ubuntu: apt install python3 python3-venv), or name it:' >&2; \
	echo '    make PYTHON=/path/to/python3 demo' >&2; \
	exit 1

# A stamp is newer than what it was made from, so a second call is quick and a changed lock installs again.
$(VENV)/installed: requirements/lock.txt pyproject.toml | $(BIN)/python
	@echo 'Installing from requirements/lock.txt into $(VENV): about 900 MB, once'
	@$(PIP) --require-hashes --requirement requirements/lock.txt
	@$(PIP) $(SELF)
	@touch $@

$(VENV)/installed-dev: requirements/dev.txt pyproject.toml | $(BIN)/python
	@echo 'Installing from requirements/dev.txt into $(VENV): about 1.1 GB, once'
	@$(PIP) --require-hashes --requirement requirements/dev.txt
	@$(PIP) $(SELF)
	@touch $@

$(VENV)/installed-extras: requirements/extras.txt pyproject.toml | $(BIN)/python
	@echo 'Installing from requirements/extras.txt into $(VENV): about 7 GB, once'
	@$(PIP) --no-cache-dir --require-hashes --requirement requirements/extras.txt
	@$(PIP) $(SELF)
	@touch $@
