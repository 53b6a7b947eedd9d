# Works on a machine with make and python3 (3.11 or later) only. A second call is quick: stamps in .venv
# say what is installed; they are older than pyproject.toml or constraints.txt when these change.
PYTHON ?= python3
WORKERS ?= 2
KILLS ?= 300

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install -c constraints.txt

.PHONY: calibrate docs fuzz help language run docs-images docs-reference docs-credibility test test-slow kill bench lint wheel clean

help:
	@echo "make run        install into .venv and run the baseline of 2024"
	@echo "make docs       build the documentation as a site, build/site"
	@echo "make docs-images  run the baseline and draw every picture of README and docs from it"
	@echo "make docs-reference  write the pages that are made from the code"
	@echo "make language   bring the catalogues of words in step with the code and the data"
	@echo "make docs-credibility  write the parts of docs/credibility.md that come from stored results"
	@echo "make calibrate  rule out inputs by waves of runs (an hour), and ask the main answers of what is left"
	@echo "make test       run the tests (a few minutes)"
	@echo "make test-slow  run the long tests too: full-size runs, fresh installation"
	@echo "make kill       kill commands at $(KILLS) random moments, and look for what is lost, wrong or left over"
	@echo "make fuzz       try 50,000 mutated scenarios and geodata"
	@echo "make bench      time the engine"
	@echo "make lint       check format, style and types of the code"
	@echo "make wheel      build dist/*.whl"
	@echo "make clean      remove .venv, dist and caches; results stay"

run: .venv/.installed
	$(BIN)/corridor run baseline_2024

docs: .venv/.installed-dev
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --nitpicky -q -b html -c docs . build/site
	@echo "build/site/index.html"

docs-images: .venv/.installed
	for script in docs/img/draw_*.py; do $(BIN)/python $$script || exit 1; done
	$(BIN)/corridor talks --from-summary
	$(BIN)/corridor talks --from-summary --language ru

docs-reference: .venv/.installed
	$(BIN)/python -m sim.reference

language: .venv/.installed-dev
	$(BIN)/python -m sim.translation

docs-credibility: .venv/.installed
	$(BIN)/python docs/write_credibility.py

calibrate: .venv/.installed-dev
	$(BIN)/corridor calibrate --quiet
	$(BIN)/corridor headlines --quiet
	$(BIN)/python -m sim.reference

test: .venv/.installed-dev
	$(BIN)/python -m pytest -n $(WORKERS) -m "not slow"

test-slow: .venv/.installed-dev
	$(BIN)/python -m pytest -m slow

kill: .venv/.installed-dev
	$(BIN)/python -m tests.faults --kills $(KILLS)

fuzz: .venv/.installed-dev
	$(BIN)/python -m tests.fuzz

bench: .venv/.installed-dev
	$(BIN)/python -m pytest tests/bench -m "slow or not slow" -s

lint: .venv/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy sim

wheel: .venv/.installed-dev
	$(BIN)/python -m build --wheel --outdir dist .

clean:
	rm -rf .venv dist build .pytest_cache .hypothesis .mypy_cache .ruff_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is older than 3.11; name another one: make PYTHON=python3.12 run" >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.installed: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP) -e ".[serve,sensitivity]"
	@touch $@

.venv/.installed-dev: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP) -e ".[dev]"
	@touch .venv/.installed $@
