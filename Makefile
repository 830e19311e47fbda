# make demo   sets everything up and starts the shop, the desk and the bot on this machine
# make test   sets everything up and runs every check; `make test-unit` and so on run one phase
#
# Needs git, Python 3.11 and Node >= 20. Options: make demo PORT=8080 HOST=0.0.0.0 DATA=/srv/jieli

PYTHON       ?= python3.11
HOST         ?= 127.0.0.1
PORT         ?= 8000
BOT_PORT     ?= 5005
ACTIONS_PORT ?= 5055
DATA         ?= var
JOBS         ?= 2
KILLS        ?= 20

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.ONESHELL:
MAKEFLAGS += --no-builtin-rules --no-print-directory

export UV_PYTHON_DOWNLOADS := never
export UV_HTTP_TIMEOUT := 300
export RASA_TELEMETRY_ENABLED := false
unexport VIRTUAL_ENV

UV     := $(or $(shell command -v uv 2>/dev/null),$(CURDIR)/.tools/bin/uv)
PY     := .venv/bin/python
PYTEST := $(PY) -m pytest --ignore=tests/bot
COVER  := --cov --cov-append --cov-report=

WEB_INPUTS := $(shell find web -type f \
	-not -path 'web/node_modules/*' -not -path 'web/dist/*' \
	-not -path '*/test/*' -not -path '*/tests/*' -not -name '*.test.ts' \
	-not -name components.d.ts -not -name '*.md' -not -name '.*' 2>/dev/null)

, := ,
say = @printf '\033[2mjieli ·\033[0m %s\n' $(1)

.PHONY: help demo test set-up lint lock clean faults \
	test-lint test-web test-mood test-unit test-bot test-faults test-journeys test-coverage

help:
	@sed -n '1,4s/^# \{0,1\}//p' Makefile
	@echo 'make lint   style, types and layers only      make faults  kill -9, $(KILLS) times each'
	@echo 'make lock   lock every dependency again       make clean   removes what was made, not $(DATA)/'

# --- what people run ---------------------------------------------------------------------------

demo: set-up
	@exec .venv/bin/jieli up --demo --host '$(HOST)' --port '$(PORT)' --data '$(DATA)' \
		--bot-port '$(BOT_PORT)' --actions-port '$(ACTIONS_PORT)' $(if $(RETRAIN),--retrain)

set-up: .venv/.ready bot/.venv/.ready web/dist/.ready

PHASES := lint web unit bot faults journeys coverage
test: .venv/.dev-ready bot/.venv/.dev-ready web/dist/.ready
	@rm -f .coverage .coverage.*; times=(); began=$$SECONDS
	show() { printf '\n%-10s %7s\n' phase seconds; printf '%-10s %7s\n' "$${times[@]}" \
		"in all" $$((SECONDS - began)); }
	for phase in $(PHASES); do
		started=$$SECONDS
		$(MAKE) "test-$$phase" || { times+=("$$phase ✗" $$((SECONDS - started))); show; exit 1; }
		times+=("$$phase" $$((SECONDS - started)))
	done
	show

lint: test-lint

faults: .venv/.dev-ready bot/.venv/.ready
	$(call say,'killing the router $(KILLS) times under load')
	@$(PY) -m tests.faults.kill_router --kills '$(KILLS)' --out benchmarks/results/kill_router.json
	$(call say,'killing the retraining $(KILLS) times while a bot answers')
	$(PY) -m tests.faults.kill_retrain --kills '$(KILLS)' --out benchmarks/results/kill_retrain.json

# --- the phases of make test ---------------------------------------------------------------------

test-lint: .venv/.dev-ready bot/.venv/.dev-ready
	$(call say,'style: ruff')
	@$(PY) -m ruff check --quiet .
	$(PY) -m ruff format --quiet --check . || { $(PY) -m ruff format --check . | tail -20; exit 1; }
	$(call say,'types: mypy --strict')
	@$(PY) -m mypy --no-error-summary
	bot/.venv/bin/python -m mypy --no-error-summary --config-file bot/pyproject.toml bot
	$(call say,'layers: import-linter')
	@.venv/bin/lint-imports --no-logo > .import-linter.out || { cat .import-linter.out; exit 1; }
	@rm -f .import-linter.out

test-web: web/dist/.ready
	$(call say,'pages: types and size of the widget')
	@(cd web && npm run --silent check)
	$(call say,'pages: vitest')
	(cd web && npm run --silent test -- --reporter=dot)

# Trained here, where no test's clock runs and no coverage slows it, and once for all processes.
test-mood: .venv/.dev-ready
	$(call say,'the mood the tests read with')
	@$(PY) -m router.mood train --out .pytest_cache/d/mood >/dev/null

test-unit: .venv/.dev-ready test-mood
	$(call say,'unit and store tests on $(JOBS) processes')
	@[ ! -w /dev/shm ] || export PYTEST_DEBUG_TEMPROOT=/dev/shm
	$(PYTEST) -q -n '$(JOBS)' -m 'not bot and not journey and not fault' $(COVER)

test-bot: .venv/.dev-ready bot/.venv/.dev-ready test-mood
	$(call say,'the assistant in its own environment')
	@(cd bot && .venv/bin/python -m pytest -q)
	$(call say,'contract tests with the real Rasa')
	@$(call some,$(PYTEST) -q -m 'bot and not journey and not fault' --timeout 600 $(COVER))

test-faults: .venv/.dev-ready bot/.venv/.ready test-mood
	$(call say,'kill -9 under load')
	@$(call some,$(PYTEST) tests/faults -q -m fault --timeout 300 $(COVER))

test-journeys: .venv/.dev-ready bot/.venv/.dev-ready web/dist/.ready test-mood
	$(call say,'journeys in Chromium')
	@$(call some,$(PYTEST) tests/journeys -q -m journey --timeout 600 $(COVER))

test-coverage: .venv/.dev-ready
	$(call say,'coverage of router and knowledge_base$(,) at least 85 % each')
	@$(PY) -m coverage combine --quiet --append 2>/dev/null || true
	@for package in router knowledge_base; do
		$(PY) -m coverage report --include="$$package/*" --fail-under=85 > coverage.out \
			|| { cat coverage.out; exit 1; }
		printf '%-16s %s %%\n' "$$package" \
			"$$($(PY) -m coverage report --include="$$package/*" --format=total)"
		rm coverage.out
	done

# pytest answers 5 when nothing was selected, which is no failure of the phase.
some = { $(1) || [ $$? -eq 5 ]; }

# --- environments and pages; each stamp is newer than what it was made from -----------------------

$(CURDIR)/.tools/bin/uv:
	@.ci/need python '$(PYTHON)'
	$(call say,'uv is not on PATH: bringing it into .tools')
	@.ci/need venv '$(PYTHON)' .tools
	.tools/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.5,<1'

.venv/.ready: requirements.lock pyproject.toml | $(UV)
	@.ci/need python '$(PYTHON)'
	$(call say,'installing the environment of router and knowledge base into .venv')
	@[ -x $(PY) ] || '$(UV)' venv --quiet --python '$(PYTHON)' .venv
	lock=requirements.lock; [ ! -e .venv/.dev-ready ] || lock=requirements-dev.lock
	'$(UV)' pip sync --quiet --python $(PY) --require-hashes --compile-bytecode "$$lock"
	'$(UV)' pip install --quiet --python $(PY) --no-deps --no-build-isolation -e .
	'$(UV)' pip check --quiet --python $(PY) || { '$(UV)' pip check --python $(PY); exit 1; }
	touch $@

.venv/.dev-ready: requirements-dev.lock .venv/.ready
	$(call say,'adding the test tools to .venv')
	@'$(UV)' pip sync --quiet --python $(PY) --require-hashes --compile-bytecode requirements-dev.lock
	'$(UV)' pip install --quiet --python $(PY) --no-deps --no-build-isolation -e .
	'$(UV)' pip check --quiet --python $(PY) || { '$(UV)' pip check --python $(PY); exit 1; }
	touch $@

# uv reads what it has to know of Rasa's metadata from bot/pyproject.toml, so it runs in bot/.
bot/.venv/.ready: bot/requirements.lock bot/pyproject.toml | $(UV)
	@.ci/need python '$(PYTHON)'
	$(call say,'installing Rasa into bot/.venv (about 700 MB to fetch the first time)')
	@cd bot
	[ -x $(PY) ] || '$(UV)' venv --quiet --python '$(PYTHON)' .venv
	lock=requirements.lock; [ ! -e .venv/.dev-ready ] || lock=requirements-dev.lock
	'$(UV)' pip sync --quiet --python $(PY) --require-hashes --compile-bytecode "$$lock"
	touch .venv/.ready

bot/.venv/.dev-ready: bot/requirements-dev.lock bot/.venv/.ready
	$(call say,'adding the test tools to bot/.venv')
	@cd bot
	'$(UV)' pip sync --quiet --python $(PY) --require-hashes --compile-bytecode requirements-dev.lock
	touch .venv/.dev-ready

web/node_modules/.ready: web/package.json web/package-lock.json web/.npmrc
	@.ci/need node
	$(call say,'installing what the pages are built with')
	@cd web && npm ci --silent --ignore-scripts --no-audit --no-fund
	touch node_modules/.ready

web/dist/.ready: web/node_modules/.ready $(WEB_INPUTS)
	$(call say,'building the pages: shop$(,) widget and desk')
	@cd web && mkdir -p dist
	npm run build > dist/build.log 2>&1 || { cat dist/build.log; exit 1; }
	touch dist/.ready

# --- housekeeping --------------------------------------------------------------------------------

COMPILE = '$(UV)' pip compile --quiet --python-version 3.11 --universal --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
	$(if $(UPGRADE),--upgrade) pyproject.toml

lock: | $(UV)
	$(call say,'locking the dependencies of root$(,) bot and pages$(if $(UPGRADE), anew)')
	@$(COMPILE) -o requirements.lock
	$(COMPILE) --extra dev -o requirements-dev.lock
	(cd bot && $(COMPILE) -o requirements.lock && $(COMPILE) --extra dev -o requirements-dev.lock)
	(cd web && npm install --silent --package-lock-only --ignore-scripts --no-audit --no-fund)
	if grep -nE 'https?://' requirements*.lock bot/requirements*.lock \
		|| grep -n '"resolved"' web/package-lock.json; then
		echo 'a lock names a place of download: see above' >&2; exit 1
	fi

clean:
	$(call say,'removing environments$(,) pages and caches; $(DATA)/ stays')
	@rm -rf .venv .tools bot/.venv web/node_modules web/dist .coverage .coverage.* htmlcov \
		.mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find router knowledge_base bot tests -name __pycache__ -type d -prune -exec rm -rf {} +
