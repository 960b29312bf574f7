# Everything a newcomer types:
#
#   make run      the dashboard on http://localhost:8501, with demonstration data on first start
#   make test     every test (Chromium, PostgreSQL and a spelling dictionary are installed if missing)
#   make lint     style check, and a look for passwords, keys and personal codes in what is to be committed
#   make audit    ask whether anything that is installed has a known weakness
#   make demo     build the demonstration database anew
#   make check    check the database for contradictions
#   make bench    measure how long the questions take
#   make lock     write constraints.txt anew: the versions of everything that is installed
#   make clean    remove what make has made, except the database
#
# `make run PORT=8600 ADDRESS=0.0.0.0` serves on another port and to other computers.

PYTHON  ?= python3
PORT    ?= 8501
ADDRESS ?= 127.0.0.1
VENV    := .venv
BIN     := $(VENV)/bin
DATABASE := data/case.duckdb

# Words for pytest: three tests at a time, as many wait for a server or a browser, a file on one worker, in the order of
# their names: by the number of tests in a file, those of the browser, few and long, would come last and alone.
# make test PYTEST_ARGS="-k words" for some of them.
PYTEST_ARGS ?= -n 3 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help run test lint demo check bench audit lock clean
.DELETE_ON_ERROR:

help:
	@sed -n '2,/^$$/s/^#  \{0,1\}//p' Makefile

# A stamp is written after a successful installation, so nothing is installed again until the
# list of requirements changes. What is imported Python compiles by itself; to compile everything
# takes a third of the time.
$(VENV)/application.stamp: requirements.txt constraints.txt
	@PIP_COMPILE=0 PYTHON="$(PYTHON)" scripts/install.sh $(VENV) requirements.txt
	@touch $@

$(VENV)/development.stamp: requirements-dev.txt requirements-release.txt requirements.txt constraints.txt
	@PIP_COMPILE=0 PYTHON="$(PYTHON)" scripts/install.sh $(VENV) requirements-dev.txt
	@touch $@ $(VENV)/application.stamp

# The address is printed here, not by Streamlit: its own welcome asks an outside service for this
# computer's public address.
# Without DATABASE_URL the dashboard reads $(DATABASE); an installation that has named another
# database needs no demonstration.
run: $(VENV)/application.stamp
	@if [ -z "$$DATABASE_URL" ] && [ ! -e $(DATABASE) ]; then \
	    echo "No database yet: building the demonstration database $(DATABASE)."; \
	    $(BIN)/python -m data_access demo; \
	fi
	@echo
	@echo "    The dashboard is at http://$(if $(filter 127.0.0.1 0.0.0.0,$(ADDRESS)),localhost,$(ADDRESS)):$(PORT)  (Ctrl+C stops it)"
	@echo
	@exec $(BIN)/streamlit run dashboard.py --server.port $(PORT) --server.address $(ADDRESS) --logger.hideWelcomeMessage true

# The tests start some hundred processes, which compile everything again where Python may not keep what it has compiled.
# Python's packages and Debian's are installed at once; Debian's before the terminal, as sudo may ask for a password.
test:
	@$(MAKE) -s $(VENV)/development.stamp & python=$$!; \
	scripts/ensure_system_packages.sh; debian=$$?; wait $$python && exit $$debian
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(VENV)/development.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@scripts/find_secrets.sh

# Fails also where nobody answers: then nothing has been audited.
audit: $(VENV)/development.stamp
	@$(BIN)/python scripts/audit.py

demo: $(VENV)/application.stamp
	$(BIN)/python -m data_access demo

check: $(VENV)/application.stamp
	$(BIN)/python -m data_access check

bench: $(VENV)/development.stamp
	$(BIN)/python -m tests.bench

# make lock LOCK_ARGS=--upgrade for newer versions.
lock:
	@PYTHON="$(PYTHON)" scripts/lock.sh $(LOCK_ARGS)

clean:
	rm -rf $(VENV) build .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
