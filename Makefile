# Two commands do all set-up: `make demo` and `make test`. Everything lives in .venv; nothing else is touched.
PYTHON ?= python3
BIN := .venv/bin
PACKAGES := analysis dashboards firmware_sim sensor_ingest service

.PHONY: demo test test-slow test-pythons test-bluez check bench accuracy wall-load screenshots rolls feet pods devices core faults weeks drift sync exports files boards coverage speed-scale people soak fuzz latency goldens docs constraints links clean

demo: .venv/runtime
	@$(BIN)/surefoot demo

# Three processes on two processors: tests of the service wait for real servers and real time. Those of the wall measure
# time, so nothing runs beside them.
JOBS ?= 3
RUN := -m pytest -m "not slow" -n $(JOBS) --dist loadfile

test: check
	$(BIN)/python $(RUN) --ignore tests/wall
	$(BIN)/python -m pytest -m "not slow" tests/wall

test-slow: .venv/develop
	$(BIN)/python -m pytest -m slow

check: .venv/develop links
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=.links $(BIN)/lint-imports

# The tests once more with every other Python that is at hand, each in an environment of its own.
PYTHONS := $(wildcard $(HOME)/.pyenv/versions/3.1[1-9]*/bin/python3) $(wildcard /usr/bin/python3.1[1-9])
MINOR := import sys; print('%d.%d' % sys.version_info[:2])
TESTS ?= tests

test-pythons: links
	@for python in $(PYTHONS); do \
		name=$$($$python -c "$(MINOR)"); \
		[ "$$name" = "$$($(PYTHON) -c "$(MINOR)")" ] && continue; \
		echo "Python $$name"; \
		$$python -m venv --clear .venv-$$name || continue; \
		.venv-$$name/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]' || exit 1; \
		.venv-$$name/bin/python $(RUN) -q -p no:cacheprovider $(TESTS) || exit 1; \
	done

bench: .venv/develop
	$(BIN)/python -m tests.bench

screenshots: .venv/develop
	$(BIN)/python -m tests.dashboards.screenshots docs

wall-load: .venv/develop
	$(BIN)/python -m tests.wall

accuracy: .venv/develop
	$(BIN)/python -m tests.accuracy

rolls: .venv/develop
	$(BIN)/python -m tests.rolls

feet: .venv/develop
	$(BIN)/python -m tests.feet

pods: .venv/develop
	$(BIN)/python -m tests.pods

devices: .venv/develop
	$(BIN)/python -m tests.devices

core: .venv/develop
	$(BIN)/python -m tests.core

faults: .venv/develop
	$(BIN)/python -m tests.faults $(if $(ONLY),--only "$(ONLY)") $(if $(DOCS),--docs)

soak: .venv/develop
	$(BIN)/python -m tests.soak

fuzz: .venv/develop
	$(BIN)/python -m tests.fuzz

latency: .venv/develop
	$(BIN)/python -m tests.latency

goldens: .venv/develop
	$(BIN)/python -m tests.goldens $(if $(KEEP),--keep)

# Our own commands through BlueZ and Linux's Bluetooth, in User-Mode Linux; its kernel is built once.
test-bluez: .venv/develop
	$(BIN)/python -m tests.bluez $(ONLY)

weeks: .venv/develop
	$(BIN)/python -m tests.weeks $(ONLY)

drift: .venv/develop
	$(BIN)/python -m tests.drift

sync: .venv/develop
	$(BIN)/python -m tests.sync

people: .venv/develop
	$(BIN)/python -m tests.people $(ONLY)

exports: .venv/develop
	$(BIN)/python -m tests.exports

speed-scale: .venv/develop
	$(BIN)/python -m tests.speed_scale

files: .venv/develop
	$(BIN)/python -m tests.files

boards: .venv/develop
	$(BIN)/python -m tests.boards docs build/boards

coverage: .venv/develop
	$(BIN)/python -m tests.coverage_of_intervals

docs: .venv/docs links
	PYTHONPATH=.links $(BIN)/sphinx-build --fail-on-warning --keep-going --nitpicky --fresh-env --quiet -b html docs docs/_build/html

# The versions of everything that is installed with surefoot, as the image has them.
constraints:
	$(PYTHON) -m venv .constraints
	.constraints/bin/python -m pip install --quiet --disable-pip-version-check '.[all]'
	@{ grep '^#' constraints.txt; .constraints/bin/python -m pip freeze --exclude surefoot; } > .constraints/new
	@mv .constraints/new constraints.txt && rm -rf .constraints

# The packages under their real names, for tools that read files instead of importing: mypy, import-linter, editors.
links:
	@mkdir -p .links/surefoot
	@for each in $(PACKAGES); do ln -sfn ../../$$each .links/surefoot/$$each; done
	@for each in src/surefoot/*; do ln -sfn ../../$$each .links/surefoot/$${each##*/}; done

clean:
	rm -rf .venv .venv-* .links tests/boards/node_modules .constraints docs/_build .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

.venv/created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "surefoot needs Python 3.11 or newer; say which with: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/runtime: .venv/created pyproject.toml
	@echo "Installing surefoot and what it needs into .venv; this happens once and takes about a minute."
	$(BIN)/python -m pip install --disable-pip-version-check --editable '.[service,simulator]'
	@touch $@

.venv/docs: .venv/created pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	@touch $@

.venv/develop: .venv/created pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ .venv/runtime
