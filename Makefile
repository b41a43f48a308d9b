# Copyright (c) 2026 the msgraph.intune maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The commands for developers. Each command installs its requirements into this folder once, and then works offline.
#
# PYTHON is the path or the version of the Python to use: make demo PYTHON=3.12. The default is the newest suitable one.
#
# All paths are relative, because make does not support spaces in paths.

COLLECTIONS := .cache/collections
STAGED := $(COLLECTIONS)/ansible_collections/msgraph/intune
RESULTS := .cache/results

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test check simulator matrix release-check gates bench docs module-docs lint types sanity units coverage integration system stage clean
.PHONY: run-venv test-venv lint-venv release-check-venv bench-venv docs-venv peers-venv ansible-test-home fresh-results

# A git hook sets these variables for its repository, but the staged tree is another repository.
unexport GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE

export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/$(COLLECTIONS)

# Tools must not write into the home folder of the user.
HOME_HERE = HOME="$$PWD/.cache/home"
VENV = tests/tools/venv.sh
SECRET_SCAN = .venv/bin/python tests/tools/secret_scan.py .cache/home $(RESULTS) $(STAGED)/tests/output --
ANSIBLE_TEST = .venv/bin/python tests/tools/ansible_test.py $(STAGED) .cache/home
MYPY = .venv-lint/bin/mypy --python-executable .venv/bin/python

# antsibull-docs 2.28 uses a temporary folder with a random name. If the name ends in "_", the tool reports an unknown link.
# That happens in one of 37 runs, so make lint retries.
LINT_DOCS = $(HOME_HERE) PATH="$$PWD/.venv-lint/bin:$$PATH" antsibull-docs lint-collection-docs $(STAGED) \
	--plugin-docs --check-extra-docs-refs --validate-collection-refs all --disallow-unknown-collection-refs

# The number of processes that run system tests. Each process has its own simulators.
WORKERS ?= 2
PARALLEL = -n $(WORKERS) --dist worksteal
SIMULATOR_TESTS = test_simulator_*.py test_contract.py

COVERAGE = .venv/bin/python -m coverage

heading = @printf '\n===== %s =====\n' '$(1)'

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.* ## /\1\t/p' Makefile | expand -t 14

demo: run-venv stage ## run the sync module against a simulated Microsoft Graph
	@$(HOME_HERE) PATH="$$PWD/.venv/bin:$$PATH" .venv/bin/python -m tests.demo

# "coverage" runs the unit tests. "units" runs them with ansible-test, as "make matrix" does on each ansible-core.
test: fresh-results lint types sanity coverage integration simulator system ## run all tests below
	$(call heading,green: lint types sanity coverage integration simulator system)
	@.venv/bin/python tests/tools/summary.py $(RESULTS)/*.xml

check: lint types coverage ## run lint, types and the unit tests, while you work on a change

lint: lint-venv stage ## check the style with ruff and the linters of Ansible
	$(call heading,ruff)
	@.venv-lint/bin/ruff check .
	@.venv-lint/bin/ruff format --check .
	$(call heading,yamllint)
	@git ls-files -z '*.yml' '*.yaml' .yamllint .ansible-lint | xargs -0 .venv-lint/bin/yamllint --strict
	$(call heading,ansible-lint)
	@export $(HOME_HERE) PATH="$$PWD/.venv-lint/bin:$$PATH"; cd $(STAGED) && ansible-lint --strict
	$(call heading,antsibull-docs)
	@$(LINT_DOCS) || { echo "Retry:"; $(LINT_DOCS); }
	$(call heading,antsibull-changelog)
	@export $(HOME_HERE) PATH="$$PWD/.venv-lint/bin:$$PATH"; cd $(STAGED) && \
		antsibull-changelog lint && antsibull-changelog lint-changelog-yaml --strict changelogs/changelog.yaml && \
		antsibull-changelog generate --output /dev/stdout | diff - CHANGELOG.md
	$(call heading,reuse)
	@.venv-lint/bin/reuse lint --lines

types: lint-venv test-venv stage ## check the types with mypy in strict mode
	$(call heading,mypy of plugins and extensions)
	@$(MYPY) --python-version 3.9 $(STAGED)/plugins $(STAGED)/extensions
	$(call heading,mypy of the tests)
	@$(MYPY) --python-version 3.11 $(STAGED)/tests

sanity: test-venv ansible-test-home stage ## run the sanity tests of ansible-test, without ignored errors
	$(call heading,ansible-test sanity)
	@$(ANSIBLE_TEST) sanity

units: test-venv ansible-test-home stage ## run the unit tests with ansible-test; TESTS=tests/unit/… selects some
	$(call heading,ansible-test units)
	@$(ANSIBLE_TEST) units $(TESTS)

coverage: test-venv stage ## measure the branch coverage of the unit tests
	$(call heading,branch coverage)
	@mkdir -p .cache/coverage
	@$(HOME_HERE) PYTHONPATH="$$PWD/$(COLLECTIONS)" HYPOTHESIS_STORAGE_DIRECTORY="$$PWD/.cache/hypothesis" $(COVERAGE) run -m pytest --quiet --import-mode=importlib \
		--junit-xml=$(RESULTS)/units.xml $(STAGED)/tests/unit
	@$(COVERAGE) report

integration: test-venv ansible-test-home stage ## run the integration targets with ansible-test and the simulator
	$(call heading,ansible-test integration)
	@$(SECRET_SCAN) $(ANSIBLE_TEST) integration

# npm uses the configuration of the user, but installs packages into this folder.
system: export NPM_CONFIG_USERCONFIG ?= $(HOME)/.npmrc

system: test-venv stage ## run the system tests with Ansible's commands and the simulator
	$(call heading,system tests)
	@$(HOME_HERE) PATH="$$PWD/.venv/bin:$$PATH" $(SECRET_SCAN) .venv/bin/python -m pytest $(PARALLEL) \
		--junit-xml=$(RESULTS)/system.xml $(SIMULATOR_TESTS:%=--ignore-glob='*/%')

simulator: test-venv stage ## run the tests of the simulator, if it changed; in CI always
	$(call heading,tests of the simulator)
	@$(HOME_HERE) PATH="$$PWD/.venv/bin:$$PATH" .venv/bin/python tests/tools/when_changed.py .cache/simulator.digest \
		tests/graph_simulator $(SIMULATOR_TESTS:%=tests/system/%) -- \
		$(SECRET_SCAN) .venv/bin/python -m pytest $(PARALLEL) --junit-xml=$(RESULTS)/simulator.xml \
		$(SIMULATOR_TESTS:%=tests/system/%)

matrix: run-venv ## run sanity, units and integration on each ansible-core, or on one: CORE=2.18
	@.venv/bin/python -m tests.matrix .cache/matrix $(CORE)

release-check: release-check-venv stage ## run the checks of Galaxy and Automation Hub
	$(call heading,galaxy-importer)
	@$(HOME_HERE) PATH="$$PWD/.venv-release-check/bin:$$PATH" \
		.venv-release-check/bin/python tests/tools/galaxy_import.py $(STAGED) .cache/upload
	$(call heading,the ansible-lint of Automation Hub)
	@export $(HOME_HERE) PATH="$$PWD/.venv-hub/bin:$$PATH" ANSIBLE_COLLECTIONS_PATH="$$PWD/.cache/upload"; \
		cd .cache/upload/ansible_collections/msgraph/intune && ansible-lint --strict

gates: release-check

# BENCH_PEERS=all adds the Azure collection, which needs 2 GB. The package `ansible` contains the collection and its list of
# requirements.
bench: run-venv bench-venv $(if $(filter all,$(BENCH_PEERS)),peers-venv) stage ## measure the costs of a task and of alternatives
	@$(HOME_HERE) BENCH_SDK_PYTHON="$$PWD/.venv-bench/bin/python" PATH="$$PWD/.venv/bin:$$PATH" \
		$(if $(filter all,$(BENCH_PEERS)),BENCH_PEER_PYTHON="$$PWD/.venv-peers/bin/python") \
		.venv/bin/python -m tests.benchmark --write docs

# antsibull-docs writes the pages, and Sphinx builds the site. The folder is deleted first, so that old pages disappear.
# antsibull-docs does not use a folder that other users can read.
docs: docs-venv stage ## build the documentation as a site in .cache/docs
	@rm -rf .cache/docs && mkdir -p -m 700 .cache/docs/rst
	@$(HOME_HERE) PATH="$$PWD/.venv-docs/bin:$$PATH" antsibull-docs collection --use-current --squash-hierarchy --fail-on-error \
		--dest-dir .cache/docs/rst msgraph.intune
	@$(HOME_HERE) .venv-docs/bin/python -m sphinx --quiet --fail-on-warning --keep-going \
		-c docs/docsite -d .cache/docs/doctrees .cache/docs/rst .cache/docs/html
	@printf 'Open %s\n' "$$PWD/.cache/docs/html/index.html"

module-docs: test-venv stage ## write the parts of the module documentation that modules share
	PYTHONPATH=$(COLLECTIONS) .venv/bin/python tests/tools/module_parts.py plugins/modules

stage: run-venv ## copy the collection into .cache for the tools of Ansible
	@mkdir -p .cache/home
	@.venv/bin/python tests/tools/stage.py $(STAGED)

clean: ## remove all files that make created
	rm -rf .cache .hypothesis .venv .venv-*
	find . -name __pycache__ -prune -exec rm -rf {} +

run-venv:
	@PYTHON="$(PYTHON)" $(VENV) .venv tests/requirements/run.txt

test-venv: run-venv
	@PYTHON="$(PYTHON)" $(VENV) .venv tests/requirements/test.txt

lint-venv: run-venv
	@PYTHON="$(PYTHON)" $(VENV) .venv-lint tests/requirements/lint.txt

release-check-venv: run-venv
	@PYTHON="$(PYTHON)" $(VENV) .venv-release-check tests/requirements/release-check.txt
	@PYTHON="$(PYTHON)" $(VENV) .venv-hub tests/requirements/hub.txt

bench-venv: run-venv
	@PYTHON="$(PYTHON)" $(VENV) .venv-bench tests/requirements/bench.txt

peers-venv: run-venv
	@PYTHON="$(PYTHON)" $(VENV) .venv-peers tests/requirements/peers.txt
	@PYTHON="$(PYTHON)" $(VENV) .venv-peers "$$(find .venv-peers/lib -path '*/azure/azcollection/requirements.txt')"

docs-venv: run-venv
	@PYTHON="$(PYTHON)" $(VENV) .venv-docs tests/requirements/docs.txt

ansible-test-home: test-venv
	@.venv/bin/python tests/tools/prepare_home.py .cache/home

fresh-results:
	@rm -rf $(RESULTS) $(STAGED)/tests/output/junit
