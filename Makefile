# Every way to work with the project. `make` alone lists them.

PY := .venv/bin/python
TYPED := $(wildcard *.py) $(foreach part,router storage channels agents knowledge desk demo bench,\
	$(if $(wildcard $(part)/*.py),$(part)))

.DEFAULT_GOAL := help
.PHONY: help run demo test check bench lock vendor pictures clean setup setup-test servers

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' Makefile

run: setup ## start the desk with config.toml (first time: makes .venv)
	@$(PY) run.py serve

demo: setup ## start a desk with sandbox channels and a simulated crowd
	@$(PY) run.py demo

test: setup-test servers ## run every test against real servers; ARGS="-k sms" passes on to pytest
	@$(PY) -m pytest $(ARGS)

check: setup-test ## ruff, mypy --strict and the architecture test
	@$(PY) -m ruff check .
	@$(PY) -m mypy --strict $(TYPED)
	@$(PY) -m pytest -q tests/test_architecture.py

bench: setup ## measure the promises of the house on this machine
	@$(PY) -m bench $(ARGS)

setup: ## make .venv and install what the desk needs
	@tools/setup.sh requirements.txt

setup-test: ## the same for tests
	@tools/setup.sh requirements-test.txt

servers: setup-test ## install the real servers that tests talk to (Debian, as root)
	@tools/servers.sh

lock: setup ## pin pyproject.toml's dependencies again, with hashes
	@tools/lock.sh

vendor: ## fetch the front-end files of agents/static/vendor again (needs npm)
	@tools/vendor.sh

pictures: setup-test servers ## take the pictures of docs/pictures again
	@PISHKHAN_SHOTS=docs/pictures $(PY) -m pytest -q tests/test_pictures.py tests/test_console_browser_pictures.py

clean: ## remove .venv and everything generated; never data/
	@rm -rf .venv .venv-telemelya .venv-oracles .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
